"""Backtest results to test with."""

import numpy as np

from analytics.backtest.config import AccountConfig, BacktestConfig, StrategyChoice
from analytics.backtest.result import BacktestResult, TradeColumns

START_MS = 1_640_995_200_000  # 2022-01-01
MINUTE = 60_000


def make_trades(pnl: "np.ndarray | list[float]", *, seed: int = 0, every_minutes: int = 180) -> TradeColumns:
    """One trade after the other, an hour and a half each, with these results."""
    results = np.asarray(pnl, dtype=np.float64)
    rng, count = np.random.default_rng(seed), len(results)
    opened = START_MS + np.arange(count, dtype=np.int64) * every_minutes * MINUTE
    direction = np.where(rng.random(count) < 0.5, 1, -1).astype(np.int64)
    entry = 100.0 + rng.normal(0, 1, count)
    risk = np.full(count, 10.0)
    return TradeColumns(
        symbol=np.zeros(count, np.int64),
        strategy=np.zeros(count, np.int64),
        direction=direction,
        opened=opened,
        closed=opened + 90 * MINUTE,
        quantity=np.full(count, 10.0),
        entry_price=entry,
        exit_price=entry + direction * (results + 1.0) / 10.0,
        initial_stop=entry - direction * 1.0,
        exit_reason=np.where(results > 0, 2, 1).astype(np.int64),
        pnl=results,
        fees=np.full(count, 1.0),
        slippage=np.full(count, 0.1),
        funding=np.zeros(count),
        mae=-np.abs(rng.normal(5, 2, count)),
        mfe=np.abs(rng.normal(6, 2, count)),
        r=(results + 1.0) / risk,
        confidence=np.round(0.7 + 0.3 * rng.random(count), 4),
        parts=np.ones(count, np.int64),
    )


def make_result(*, seed: int = 0, trades: int = 200, balance: float = 10_000.0) -> BacktestResult:
    """A result of normally distributed trades, whose equity moves when each closes."""
    rng = np.random.default_rng(seed)
    columns = make_trades(np.round(rng.normal(2.0, 20.0, trades), 8), seed=seed)
    time = np.concatenate([[START_MS], columns.closed])
    equity = balance + np.concatenate([[0.0], np.cumsum(columns.pnl)])
    return BacktestResult(
        config=BacktestConfig((StrategyChoice("razor"),), account=AccountConfig(balance=balance)),
        symbols=("BTCUSDT",),
        strategies=("razor",),
        trades=columns,
        time=time.astype(np.int64),
        equity=equity,
        balance=equity.copy(),
        signals=trades + 10,
        approved=trades,
        blocked={"max_open_trades": 10},
    )
