"""The columns that stand side by side: what was recorded, and what was traded anew."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from analytics.backtest.result import EXIT_REASONS, BacktestResult, TradeColumns
from analytics.metrics.curves import curves
from analytics.metrics.figures import core_figures
from analytics.whatif.recorded import Recorded, blocked
from trading.models import Trade, TradeStatus, Verdict
from trading.rules.exit_plan import r_multiple


def recorded_column(recorded: Sequence[Recorded], balance: float, begin: int, end: int) -> dict[str, Any]:
    """By the closed trades: the equity moves when a trade ends. `balance`: account currency at `begin` (epoch ms)."""
    closed = [item.trade for item in recorded if item.trade is not None and item.trade.status == TradeStatus.CLOSED]
    trades = _trade_columns(sorted(closed, key=lambda trade: (trade.opened_at, trade.pk)))
    order = np.argsort(trades.closed, kind="stable")
    ends = np.maximum(trades.closed[order], begin)
    equity = balance + np.concatenate([[0.0], np.cumsum(trades.pnl[order])])
    time = np.concatenate([[begin], ends, [max(end, int(ends[-1]) if len(ends) else end)]]).astype(np.int64)
    equity = np.concatenate([equity, equity[-1:]])
    return {
        **_column(trades, time, equity, equity, balance),
        "signals": len(recorded),
        "approved": sum(item.decision.verdict == Verdict.APPROVED for item in recorded),
        "blocked": blocked(recorded),
    }


def replayed_column(result: BacktestResult, begin: int) -> dict[str, Any]:
    """From `begin` (epoch ms) on: before it there are candles for averages alone."""
    start = int(np.searchsorted(result.time, begin))
    return {
        **_column(
            result.trades, result.time[start:], result.equity[start:], result.balance[start:], result.initial_balance
        ),
        "signals": result.signals,
        "approved": result.approved,
        "blocked": dict(result.blocked),
    }


def _column(
    trades: TradeColumns, time: np.ndarray, equity: np.ndarray, balance: np.ndarray, initial: float
) -> dict[str, Any]:
    return {
        "figures": core_figures(trades, time=time, equity=equity, initial_balance=initial),
        "equity": curves(time, equity, balance, initial)["equity"],
    }


def _trade_columns(trades: Sequence[Trade]) -> TradeColumns:
    """Of closed trades; their results by symbol and strategy are not asked for."""
    count = len(trades)
    zeros = np.zeros(count, np.int64)
    columns = {name: _floats(trades, name) for name in ("quantity", "entry_price", "exit_price", "fees", "slippage")}
    return TradeColumns(
        symbol=zeros,
        strategy=zeros,
        direction=np.array([trade.direction_sign for trade in trades], np.int64),
        opened=_times(trades, "opened_at"),
        closed=_times(trades, "closed_at"),
        initial_stop=_floats(trades, "initial_stop"),
        exit_reason=np.array([_reason(trade.exit_reason) for trade in trades], np.int64),
        pnl=_floats(trades, "realized_pnl"),
        funding=_floats(trades, "funding"),
        mae=_floats(trades, "mae"),
        mfe=_floats(trades, "mfe"),
        r=np.array([_multiple(trade) for trade in trades], np.float64),
        confidence=_floats(trades, "confidence"),
        parts=np.ones(count, np.int64),
        **columns,
    )


def _multiple(trade: Trade) -> float:
    """The result in multiples of the risk to the initial stop; NaN without one."""
    if trade.entry_price is None or trade.exit_price is None or trade.initial_stop is None:
        return math.nan
    entry, stop, exit_price = (float(price) for price in (trade.entry_price, trade.initial_stop, trade.exit_price))
    return r_multiple(trade.direction_sign, entry, stop, exit_price)


def _floats(trades: Sequence[Trade], name: str) -> np.ndarray:
    values = [getattr(trade, name) for trade in trades]
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)


def _times(trades: Sequence[Trade], name: str) -> np.ndarray:
    return np.array([round(getattr(trade, name).timestamp() * 1000) for trade in trades], np.int64)


def _reason(name: str) -> int:
    return EXIT_REASONS.index(name) if name in EXIT_REASONS else 0
