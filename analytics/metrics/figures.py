"""The one JSON of results that backtests, accounts, sessions, reports and track records show.

Money: floats of account currency, 8 places; percents 0-100; times ISO 8601, UTC; None where a figure has no meaning.
docs/analytics.md lists every figure with its formula.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from analytics.metrics import groups, periods
from analytics.metrics import trades as of_trades
from analytics.metrics.curves import curves
from analytics.metrics.distribution import histogram, holding
from analytics.metrics.numbers import Floats, Ints
from analytics.metrics.ratios import DAYS_PER_YEAR
from analytics.metrics.returns import daily_equity
from analytics.metrics.risk import risk
from analytics.metrics.rolling import rolling

if TYPE_CHECKING:
    from analytics.backtest.result import BacktestResult, TradeColumns


def figures_of(
    trades: "TradeColumns",
    *,
    time: ArrayLike,
    equity: ArrayLike,
    balance: ArrayLike,
    initial_balance: float,
    symbols: Sequence[str],
    strategies: Sequence[str],
    sources: Sequence[str] | None = None,
    tags: Sequence[Sequence[str]] | None = None,
    exit_reasons: Sequence[str] | None = None,
    periods_per_year: float = DAYS_PER_YEAR,
    risk_free: float = 0.0,
) -> dict[str, Any]:
    """All figures. time: epoch ms, rising, the first is the start; equity (marked to market) and balance at each.

    `sources` and `tags`: of each trade, if known; `exit_reasons`: the names of the codes in `trades.exit_reason`, a
    backtest's unless told; `risk_free`: an annual rate, a fraction. Raises ValueError for lengths that differ, times
    that fall, a number that is none, and trades without any equity.
    """
    marks, values, cash = _checked(trades, time, equity, balance, sources, tags)
    daily = daily_equity(marks, values, initial_balance)
    done = periods.daily_trades(trades, daily)
    months = periods.by_month(daily, done)
    return {
        "core": of_trades.core(trades, initial_balance),
        "risk": risk(
            marks, values, initial_balance, daily=daily, periods_per_year=periods_per_year, risk_free=risk_free
        ),
        "activity": of_trades.activity(trades, marks),
        "excursions": of_trades.excursions(trades),
        "by_symbol": groups.by_code(trades, trades.symbol, symbols),
        "by_strategy": groups.by_code(trades, trades.strategy, strategies),
        "by_source": groups.by_name(trades, sources) if sources is not None else [],
        "by_tag": groups.by_tag(trades, tags) if tags is not None else [],
        "by_direction": groups.by_direction(trades),
        "by_exit_reason": groups.by_code(trades, trades.exit_reason, exit_reasons or _exit_reasons()),
        "by_hour": groups.by_hour(trades),
        "by_weekday": groups.by_weekday(trades),
        "daily": periods.by_day(daily, done),
        "weekly": periods.by_week(daily, done),
        "monthly": months,
        "monthly_returns": periods.monthly_returns(months),
        **curves(marks, values, cash, initial_balance),
        "rolling": rolling(daily, done, periods_per_year=periods_per_year, risk_free=risk_free),
        "distribution": {
            "pnl": histogram(trades.pnl),
            "r": histogram(trades.r),
            "holding": holding((trades.closed - trades.opened) / 1000.0),
        },
    }


def figures_of_result(result: "BacktestResult") -> dict[str, Any]:
    """All figures of a backtest."""
    return figures_of(
        result.trades,
        time=result.time,
        equity=result.equity,
        balance=result.balance,
        initial_balance=result.initial_balance,
        symbols=result.symbols,
        strategies=result.strategies,
    )


def core_figures(
    trades: "TradeColumns",
    *,
    time: Ints,
    equity: Floats,
    initial_balance: float,
    periods_per_year: float = DAYS_PER_YEAR,
    risk_free: float = 0.0,
) -> dict[str, Any]:
    """Core, risk and activity alone, unchecked: for searches, which ask for them thousands of times."""
    return {
        "core": of_trades.core(trades, initial_balance),
        "risk": risk(time, equity, initial_balance, periods_per_year=periods_per_year, risk_free=risk_free),
        "activity": of_trades.activity(trades, time),
    }


def core_figures_of_result(result: "BacktestResult") -> dict[str, Any]:
    return core_figures(result.trades, time=result.time, equity=result.equity, initial_balance=result.initial_balance)


def _checked(
    trades: "TradeColumns",
    time: ArrayLike,
    equity: ArrayLike,
    balance: ArrayLike,
    sources: Sequence[str] | None,
    tags: Sequence[Sequence[str]] | None,
) -> tuple[Ints, Floats, Floats]:
    marks = np.asarray(time, dtype=np.int64)
    values, cash = np.asarray(equity, dtype=np.float64), np.asarray(balance, dtype=np.float64)
    if not len(marks) == len(values) == len(cash):
        raise ValueError("time, equity and balance must have one length.")
    if len(trades.pnl) and not len(marks):
        raise ValueError("equity is needed where there are trades.")
    if np.any(marks[1:] < marks[:-1]):
        raise ValueError("time must rise.")
    if not (np.isfinite(values).all() and np.isfinite(cash).all()):
        raise ValueError("equity and balance must be numbers.")
    for name, given in (("sources", sources), ("tags", tags)):
        if given is not None and len(given) != len(trades.pnl):
            raise ValueError(f"{name} must have one entry a trade.")
    return marks, values, cash


def _exit_reasons() -> Sequence[str]:
    from analytics.backtest.result import EXIT_REASONS

    return EXIT_REASONS
