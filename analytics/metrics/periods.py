"""Results by day, ISO week and month, UTC. A trade belongs to the day that it closed on; returns are of the equity.

Source of the weeks: ISO 8601, which begins them on Monday and puts a week into the year of its Thursday.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.metrics.numbers import Floats, Ints, number, summed
from analytics.metrics.returns import Daily, returns_of

if TYPE_CHECKING:
    from analytics.backtest.result import TradeColumns

_TO_MONDAY = 3  # days since 1970 + 3 is a multiple of 7 on Mondays


@dataclass(frozen=True, slots=True)
class DailyTrades:
    """By day, shape (days,): trades closed, those that won, their P&L, its gains and its losses (0 or less)."""

    trades: Ints
    wins: Ints
    pnl: Floats
    profit: Floats
    loss: Floats


def daily_trades(trades: "TradeColumns", daily: Daily) -> DailyTrades:
    rows, size, pnl = daily.rows_of(trades.closed), len(daily), trades.pnl
    return DailyTrades(
        trades=np.bincount(rows, minlength=size).astype(np.int64),
        wins=np.bincount(rows, pnl > 0.0, size).astype(np.int64),
        pnl=summed(rows, pnl, size),
        profit=summed(rows, np.maximum(pnl, 0.0), size),
        loss=summed(rows, np.minimum(pnl, 0.0), size),
    )


def by_day(daily: Daily, done: DailyTrades) -> list[dict[str, Any]]:
    columns = (daily.days.tolist(), done.pnl.tolist(), done.trades.tolist(), daily.equity.tolist())
    return [
        {"day": str(day), "pnl": number(pnl), "trades": count, "equity": number(equity), "return_percent": gain}
        for day, pnl, count, equity, gain in zip(*columns, _percents(daily.returns), strict=True)
    ]


def by_week(daily: Daily, done: DailyTrades) -> list[dict[str, Any]]:
    if not len(daily):
        return []
    weeks = (daily.days.astype(np.int64) + _TO_MONDAY) // 7
    return _by_stretch(weeks, daily, done, "week", _week)


def by_month(daily: Daily, done: DailyTrades) -> list[dict[str, Any]]:
    if not len(daily):
        return []
    months = daily.days.astype("datetime64[M]").astype(np.int64)
    return _by_stretch(months, daily, done, "month", lambda day: str(day)[:7])


def monthly_returns(months: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The table of `by_month`'s returns: a row a year, with 12 months (percent, None outside the period) and the
    year's compounded total."""
    years: dict[int, list[float | None]] = {}
    for row in months:
        year, month = (int(part) for part in row["month"].split("-"))
        years.setdefault(year, [None] * 12)[month - 1] = row["return_percent"]
    return [{"year": year, "months": found, "total_percent": _compounded(found)} for year, found in years.items()]


def _week(day: np.datetime64) -> str:
    year, week, _ = date.fromisoformat(str(day)).isocalendar()
    return f"{year}-W{week:02}"


def _by_stretch(
    stretches: Ints, daily: Daily, done: DailyTrades, name: str, label: Callable[[np.datetime64], str]
) -> list[dict[str, Any]]:
    starts = np.flatnonzero(np.diff(stretches, prepend=stretches[0] - 1))
    ends = np.append(starts[1:], len(stretches)) - 1
    gains = _percents(returns_of(daily.equity[ends], daily.base))
    pnl, counts = np.add.reduceat(done.pnl, starts), np.add.reduceat(done.trades, starts)
    return [
        {name: label(day), "pnl": number(pnl[row]), "trades": int(counts[row]), "return_percent": gains[row]}
        for row, day in enumerate(daily.days[starts])
    ]


def _percents(returns: Floats) -> list[float | None]:
    return [number(value) for value in (100.0 * returns).tolist()]


def _compounded(percents: list[float | None]) -> float | None:
    factors = [1.0 + value / 100.0 for value in percents if value is not None]
    return number(100.0 * (float(np.prod(factors)) - 1.0))
