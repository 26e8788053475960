"""Running a backtest."""

from collections.abc import Sequence

import numpy as np

from analytics.backtest.compiled import compiled
from analytics.backtest.config import BacktestConfig
from analytics.backtest.kernel.loop import run
from analytics.backtest.kernel.records import Book
from analytics.backtest.kernel.verdicts import APPROVED, FAILED, GATES
from analytics.backtest.market import Market
from analytics.backtest.preparing import make_book
from analytics.backtest.result import BacktestResult, DecisionColumns, TradeColumns
from analytics.backtest.signals import SignalColumns, in_order, strategy_signals


def run_backtest(
    config: BacktestConfig,
    markets: Sequence[Market],
    timeframe: str,
    *,
    signals: Sequence[SignalColumns] | None = None,
) -> BacktestResult:
    """Trade the markets' candles of `timeframe` by the config, from the first candle's open to the last one's close.

    The order in which the markets are given changes nothing. `signals`: what the strategies fired (their markets by the
    order given here), where it is known already; by default they are asked. Raises ValueError where there is no market,
    or one twice; StrategyError, and what a strategy raises.
    """
    names = [market.symbol for market in markets]
    if not names or len(set(names)) != len(names):
        raise ValueError("markets: at least one is needed, each once")
    order = sorted(range(len(names)), key=names.__getitem__)
    ordered = [markets[at] for at in order]
    if signals is None:
        found = strategy_signals(config, ordered, timeframe)
    else:
        found = _reordered(SignalColumns.joined(list(signals)), order)
    book = make_book(config, ordered, timeframe, found, _begin(ordered))
    points = compiled(run, keep=True)(book)
    return _result(config, ordered, book, points)


def _begin(markets: Sequence[Market]) -> int:
    return min((int(market.candles.time[0]) for market in markets if len(market.candles)), default=0)


def _reordered(found: SignalColumns, order: Sequence[int]) -> SignalColumns:
    place = np.argsort(np.array(order))
    columns = found.columns()
    return SignalColumns(place[found.market].astype(np.int64), *columns[1:])  # type: ignore[arg-type]


def _result(config: BacktestConfig, markets: Sequence[Market], book: Book, points: int) -> BacktestResult:
    verdicts = book.signals["verdict"]
    counts = np.bincount(verdicts[verdicts > APPROVED], minlength=len(GATES))
    return BacktestResult(
        config=config,
        symbols=tuple(market.symbol for market in markets),
        strategies=tuple(choice.name for choice in in_order(config)),
        trades=_trades(book),
        time=book.time[:points],
        equity=book.equity[:points],
        balance=book.cash[:points],
        signals=len(verdicts),
        approved=int(np.count_nonzero((verdicts == APPROVED) | (verdicts == FAILED))),
        blocked={GATES[gate]: int(counts[gate]) for gate in np.flatnonzero(counts)},
        failed=int(np.count_nonzero(verdicts == FAILED)),
        decisions=_decisions(book),
    )


def _decisions(book: Book) -> DecisionColumns:
    rows = book.signals
    same = {name: np.ascontiguousarray(rows[name]) for name in ("symbol", "strategy", "direction", "verdict", "trade")}
    return DecisionColumns(time=book.bars.start[rows["bar"]], **same)


def _trades(book: Book) -> TradeColumns:
    rows = book.trades[: book.account[0]["trades"]]
    same = ("symbol", "strategy", "direction", "opened", "closed", "quantity", "initial_stop", "pnl", "fees")
    more = ("slippage", "funding", "mae", "mfe", "r", "confidence", "parts")
    return TradeColumns(
        **{name: np.ascontiguousarray(rows[name]) for name in (*same, *more)},
        entry_price=np.ascontiguousarray(rows["entry"]),
        exit_price=np.ascontiguousarray(rows["exit"]),
        exit_reason=np.ascontiguousarray(rows["reason"]),
    )
