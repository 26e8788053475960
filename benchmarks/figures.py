"""Figures of 1,000,000 trades in memory, and the same ratios by us, empyrical-reloaded and quantstats.

Run: python -m benchmarks.figures. Aims: all figures of 100,000 trades and a year of minutes in less than a second, the
few that a search needs in less than 3 ms.
"""

import time
import warnings
from collections.abc import Callable
from typing import Any

import empyrical
import numpy as np
import pandas as pd
import quantstats.stats as quantstats

from analytics.backtest.result import TradeColumns
from analytics.metrics import core_figures, figures_of
from analytics.metrics.drawdowns import deepest
from analytics.metrics.ratios import cagr, calmar, sharpe, sortino, value_at_risk, volatility
from benchmarks.harness import machine
from tests.analytics.samples import MINUTE, START_MS, make_trades

RETURNS = 1_000_000
MINUTES = 525_600
ROUNDS = 5
YEAR = 365.0


def main() -> None:
    print(machine())
    warnings.simplefilter("ignore")
    for count in (2_000, 100_000, 1_000_000):
        of_trades(count)
    of_returns()


def of_trades(count: int) -> None:
    """All figures, and a search's, of `count` trades over a year of minutes."""
    rng = np.random.default_rng(1)
    equity = 10_000.0 * np.exp(np.cumsum(rng.normal(0.0, 3e-4, MINUTES)))
    marks = START_MS + MINUTE * np.arange(MINUTES, dtype=np.int64)
    trades = make_trades(rng.normal(0.5, 20.0, count), seed=1, every_minutes=max(MINUTES // count, 1))
    core, few = seconds(lambda: core_figures(trades, time=marks, equity=equity, initial_balance=10_000.0))
    everything, many = seconds(lambda: all_figures(trades, marks, equity))
    assert everything["core"] == core["core"]
    print(f"{count:>9,} trades, {MINUTES:,} marks: all figures {many * 1e3:8.1f} ms, a search's {few * 1e3:7.2f} ms")


def all_figures(trades: TradeColumns, marks: np.ndarray, equity: np.ndarray) -> dict[str, Any]:
    return figures_of(
        trades,
        time=marks,
        equity=equity,
        balance=equity,
        initial_balance=10_000.0,
        symbols=["BTCUSDT"],
        strategies=["razor"],
    )


def of_returns() -> None:
    """Seven ratios of 1,000,000 returns, by each; the same to 1e-9 of their size."""
    returns = np.random.default_rng(2).normal(1e-6, 3e-4, RETURNS)
    series = pd.Series(returns, index=pd.date_range("2000-01-01", periods=RETURNS, freq="min"))
    works: dict[str, Callable[[], list[Any]]] = {
        "ours": lambda: our_ratios(returns),
        "empyrical, pandas": lambda: empyrical_ratios(series),
        "empyrical, numpy": lambda: empyrical_ratios(returns),
        "quantstats": lambda: quantstats_ratios(series),
    }
    best = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):  # in turns, so that what else the machine does meets all of them
        best = {name: min(best[name], seconds(work, rounds=1)[1]) for name, work in works.items()}
    ours = works["ours"]()
    print(f"\n{RETURNS:,} returns, seven ratios:")
    for name, work in works.items():
        found = work()
        np.testing.assert_allclose(found, ours[: len(found)], rtol=1e-9)
        print(f"  {name:<18} {best[name] * 1e3:8.1f} ms, {best[name] / best['ours']:5.1f}x as long as ours")


def our_ratios(returns: np.ndarray) -> list[float | None]:
    equity = np.asarray(10_000.0 * np.cumprod(1.0 + returns), dtype=np.float64)
    worst = deepest(equity, 10_000.0)
    depth = worst.depth if worst else 0.0
    growth = cagr(10_000.0, float(equity[-1]), len(equity), YEAR)
    return [
        sharpe(returns, YEAR),
        sortino(returns, YEAR),
        volatility(returns, YEAR),
        growth,
        depth,
        calmar(growth, depth),
        value_at_risk(returns),
    ]


def empyrical_ratios(returns: Any) -> list[float]:
    return [
        empyrical.sharpe_ratio(returns, annualization=365),
        empyrical.sortino_ratio(returns, annualization=365),
        empyrical.annual_volatility(returns, annualization=365),
        empyrical.cagr(returns, annualization=365),
        empyrical.max_drawdown(returns),
        empyrical.calmar_ratio(returns, annualization=365),
        empyrical.value_at_risk(returns),
    ]


def quantstats_ratios(returns: pd.Series) -> list[float]:
    """Without the value at risk, which is another one, of a normal distribution."""
    return [
        quantstats.sharpe(returns, periods=365),
        quantstats.sortino(returns, periods=365),
        quantstats.volatility(returns, periods=365),
        quantstats.cagr(returns, periods=365),
        quantstats.max_drawdown(returns),
        quantstats.calmar(returns, periods=365),
    ]


def seconds(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[Any, float]:
    """(what it returns, the least time of several rounds)."""
    found, best = None, float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - started)
    return found, best


if __name__ == "__main__":
    main()
