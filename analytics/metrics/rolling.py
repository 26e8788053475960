"""Figures of the last 30 days, day by day."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from analytics.metrics.numbers import Floats, Ints, iso_all, number
from analytics.metrics.periods import DailyTrades
from analytics.metrics.ratios import DAYS_PER_YEAR, DUST, per_period
from analytics.metrics.returns import DAY_MS, Daily
from analytics.metrics.thinning import evenly

WINDOW_DAYS = 30


def rolling(
    daily: Daily, done: DailyTrades, *, periods_per_year: float = DAYS_PER_YEAR, risk_free: float = 0.0, most: int = 500
) -> list[dict[str, Any]]:
    """Of every window of 30 days that lies wholly in the period; `time` is the end of its last day. At most `most`
    rows, evenly spaced, the last among them. Sharpe and volatility as in ratios.py, the others of the trades closed.
    """
    if len(daily) < WINDOW_DAYS:
        return []
    kept = evenly(len(daily) - WINDOW_DAYS + 1, most)
    windows = _windows(daily.returns, kept)
    deviation = windows.std(axis=1, ddof=1)
    excess = windows.mean(axis=1) - per_period(risk_free, periods_per_year)
    year = np.sqrt(periods_per_year)
    ratio = _divided(excess, np.where(deviation > DUST, deviation, 0.0)) * year
    won = 100.0 * _divided(_sums(done.wins, kept), _sums(done.trades, kept))
    factor = _divided(_sums(done.profit, kept), -_sums(done.loss, kept))
    times = iso_all((daily.first + kept + WINDOW_DAYS) * DAY_MS)
    columns = (ratio.tolist(), won.tolist(), factor.tolist(), (100.0 * deviation * year).tolist())
    names = ("sharpe", "win_rate_percent", "profit_factor", "volatility_percent")
    return [
        {"time": time, **dict(zip(names, map(number, row), strict=True))}
        for time, row in zip(times, zip(*columns, strict=True), strict=True)
    ]


def _windows(values: Floats | Ints, kept: Ints) -> Floats:
    return sliding_window_view(values.astype(np.float64), WINDOW_DAYS)[kept]


def _sums(values: Floats | Ints, kept: Ints) -> Floats:
    found: Floats = _windows(values, kept).sum(axis=1)
    return found


def _divided(part: Floats, by: Floats) -> Floats:
    """NaN where nothing can be divided by."""
    return np.divide(part, by, out=np.full(len(part), np.nan), where=by > 0.0)
