"""Figures of a record: as an index that began at 100, and with the account's amounts.

Each trade counts by its result over the account's cash before its end, and the index compounds these in the order of
the ends: deposits, withdrawals and resets of the account leave no trace in it, and hide no loss. What is open counts
when it is closed.
"""

from typing import Any

import numpy as np

from analytics.backtest.result import Floats, Ints, TradeColumns
from analytics.metrics import figures_of
from analytics.track_record.tally import Ended, Tally

INDEX_START = 100.0


def returns_of(ended: Ended) -> Floats:
    """Each trade's result over the cash before its end, a fraction, -1 at the least; 0 where there was no cash."""
    known = (ended.base > 0.0) & np.isfinite(ended.pnl)
    return np.maximum(np.divide(ended.pnl, ended.base, out=np.zeros(len(ended)), where=known), -1.0)


def index_figures(tally: Tally, ended: Ended, until_ms: int) -> dict[str, Any] | None:
    """The figures with index points in the place of money; None without trades. `until_ms`: the end of the period."""
    if not len(ended):
        return None
    index = np.cumprod(1.0 + returns_of(ended), dtype=np.float64) * INDEX_START
    before = np.concatenate([[INDEX_START], index[:-1]])
    points = np.divide(before, ended.base, out=np.zeros(len(ended)), where=ended.base > 0.0)
    return _figures(tally, ended, index - before, points, index, until_ms)


def amount_figures(tally: Tally, ended: Ended, until_ms: int) -> dict[str, Any] | None:
    """The same in the account's currency, from the cash before the first end on."""
    if not len(ended):
        return None
    equity = float(ended.base[0]) + np.cumsum(ended.pnl)
    return _figures(tally, ended, ended.pnl, np.ones(len(ended)), equity, until_ms, float(ended.base[0]))


def _figures(
    tally: Tally,
    ended: Ended,
    pnl: Floats,
    unit: Floats,
    equity: Floats,
    until_ms: int,
    initial: float = INDEX_START,
) -> dict[str, Any]:
    """`unit`: what one of the account's currency counts for, by trade."""
    time, marks = _marks(ended, equity, initial, until_ms)
    return figures_of(
        _columns(ended, pnl, unit),
        time=time,
        equity=marks,
        balance=marks,
        initial_balance=initial,
        symbols=tally.symbols,
        strategies=("",),
        exit_reasons=tally.reasons,
    )


def _marks(ended: Ended, equity: Floats, initial: float, until_ms: int) -> tuple[Ints, Floats]:
    """(epoch ms, equity): the first entry, each end, and the end of the period."""
    start, end = int(ended.opened.min()), max(int(ended.closed[-1]), until_ms)
    time = np.concatenate([[start], np.maximum(ended.closed, start), [end]])
    return time.astype(np.int64), np.concatenate([[initial], equity, equity[-1:]])


def _columns(ended: Ended, pnl: Floats, unit: Floats) -> TradeColumns:
    count = len(ended)
    nothing = np.full(count, np.nan)
    return TradeColumns(
        symbol=ended.symbol,
        strategy=np.zeros(count, np.int64),
        direction=ended.direction,
        opened=ended.opened,
        closed=ended.closed,
        quantity=ended.quantity * unit,
        entry_price=ended.entry,
        exit_price=ended.exit,
        initial_stop=ended.stop,
        exit_reason=ended.reason,
        pnl=pnl,
        fees=ended.fees * unit,
        slippage=ended.slippage * unit,
        funding=ended.funding * unit,
        mae=nothing,
        mfe=nothing,
        r=ended.r,
        confidence=nothing,
        parts=np.ones(count, np.int64),
    )
