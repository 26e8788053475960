"""The figures of risk: ratios of daily returns, drawdowns of every mark."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analytics.metrics.drawdowns import Drawdown, deepest, underwater
from analytics.metrics.numbers import Floats, Ints, iso, number
from analytics.metrics.ratios import (
    DAYS_PER_YEAR,
    cagr,
    calmar,
    sharpe,
    sortino,
    ulcer_index,
    value_at_risk,
    volatility,
)
from analytics.metrics.returns import DAY_MS, Daily, daily_equity, daily_from_rows


def risk(
    time: Ints,
    equity: Floats,
    initial_balance: float,
    *,
    daily: Daily | None = None,
    periods_per_year: float = DAYS_PER_YEAR,
    risk_free: float = 0.0,
) -> dict[str, Any]:
    """Of marks of any spacing in the order of time (epoch ms), of which the first is the start.

    max_drawdown_seconds: from the peak until it was reached again, or to the last mark; recovery_seconds: from the
    bottom. calmar: by the drawdown of all marks. ulcer_index: of each day's end, in percent.
    """
    daily = daily or daily_equity(time, equity, initial_balance)
    returns, worst = daily.returns, deepest(equity, initial_balance)
    end = float(daily.equity[-1]) if len(daily) else initial_balance
    growth = cagr(daily.base, end, len(daily), periods_per_year)
    return {
        "sharpe": number(sharpe(returns, periods_per_year, risk_free)),
        "sortino": number(sortino(returns, periods_per_year, risk_free)),
        "calmar": number(calmar(growth, worst.depth)) if worst else None,
        "cagr_percent": _percent(growth),
        "volatility_percent": _percent(volatility(returns, periods_per_year)),
        **_drawdown(worst, time, equity, initial_balance),
        "value_at_risk_percent": _percent(value_at_risk(returns)),
        "ulcer_index": _percent(ulcer_index(underwater(daily.equity, daily.base))),
    }


def equity_ratios(
    days: ArrayLike,
    equity: ArrayLike,
    *,
    initial_balance: float | None = None,
    periods_per_year: float = DAYS_PER_YEAR,
    risk_free: float = 0.0,
) -> dict[str, Any]:
    """The figures of risk of one equity a day (dates, datetime64[D] or days since 1970; rising; gaps carry on).

    Without `initial_balance` the first row is the start, and no day of its own. Times are the days' ends. Raises
    ValueError for days that do not rise or another number of them.
    """
    daily = daily_from_rows(days, equity, initial_balance)
    marks = _marks(daily)
    return risk(*marks, daily.base, daily=daily, periods_per_year=periods_per_year, risk_free=risk_free)


def _marks(daily: Daily) -> tuple[Ints, Floats]:
    """The days' ends, with the start before them: (epoch ms, equity)."""
    time = (daily.first + np.arange(len(daily) + 1, dtype=np.int64)) * DAY_MS
    return time, np.concatenate([[daily.base], daily.equity])


def _drawdown(worst: Drawdown | None, time: Ints, equity: Floats, initial_balance: float) -> dict[str, Any]:
    if worst is None:
        return {
            "max_drawdown_percent": 0.0,
            "max_drawdown_amount": 0.0,
            "max_drawdown_start": None,
            "max_drawdown_bottom": None,
            "max_drawdown_end": None,
            "max_drawdown_seconds": None,
            "recovery_seconds": None,
            "current_drawdown_percent": 0.0,
        }
    peak, until = max(float(equity.max()), initial_balance), worst.end if worst.end is not None else len(time) - 1
    return {
        "max_drawdown_percent": _percent(worst.depth),
        "max_drawdown_amount": number(worst.amount),
        "max_drawdown_start": iso(time[worst.start]),
        "max_drawdown_bottom": iso(time[worst.bottom]),
        "max_drawdown_end": iso(time[worst.end]) if worst.end is not None else None,
        "max_drawdown_seconds": number((time[until] - time[worst.start]) / 1000.0),
        "recovery_seconds": number((time[until] - time[worst.bottom]) / 1000.0) if worst.end is not None else None,
        "current_drawdown_percent": _percent(float(equity[-1]) / peak - 1.0),
    }


def _percent(fraction: float | None) -> float | None:
    return number(100.0 * fraction) if fraction is not None else None
