"""All figures of a scope: the JSON that analytics.metrics.figures_of makes of trades in memory, without having them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from analytics.daily.bins import R_WIDTH
from analytics.daily.refresh import catch_up
from analytics.metrics import periods
from analytics.metrics.curves import curves
from analytics.metrics.ratios import DAYS_PER_YEAR
from analytics.metrics.returns import Daily
from analytics.metrics.risk import risk
from analytics.metrics.rolling import rolling
from analytics.performance import results
from analytics.performance.courses import Course, course_of, median_holding
from analytics.performance.curve import curve_of
from analytics.performance.daily_sums import UNIT, Day, Sums, added, count_of, days_of, sums_of
from analytics.performance.histograms import fine_width, histogram
from analytics.performance.scope import Scope

_EPOCH = date(1970, 1, 1)


def figures(scope: Scope, *, periods_per_year: float = DAYS_PER_YEAR, risk_free: float = 0.0) -> dict[str, Any]:
    """As of now: days that have changed are worked out first, unless very many did. risk_free: a fraction a year."""
    catch_up(scope.account.pk)
    groups, days = sums_of(scope)
    sums, curve = added(groups), curve_of(scope, days)
    is_all = not scope.is_narrowed or sums.trades == count_of(scope.whole())
    course = course_of(scope, width=_width(sums), is_all=is_all)
    done = daily_trades(days, curve.daily)
    months = periods.by_month(curve.daily, done)
    return {
        "core": results.core(sums, curve.initial),
        "risk": risk(
            curve.time,
            curve.equity,
            curve.initial,
            daily=curve.daily,
            periods_per_year=periods_per_year,
            risk_free=risk_free,
        ),
        "activity": results.activity(sums, course, curve, median_holding(scope, course, is_all=is_all)),
        "excursions": results.excursions(sums),
        "by_symbol": results.by_key(groups, lambda group: group.symbol),
        "by_strategy": results.by_key(groups, lambda group: group.strategy),
        "by_source": results.by_key(groups, lambda group: group.source),
        "by_tag": results.by_group(course.groups.get("tag", {})),
        "by_direction": results.by_group(course.groups.get("direction", {})),
        "by_exit_reason": results.by_group(course.groups.get("exit_reason", {})),
        "by_hour": results.by_slot(course.groups.get("hour", {}), 24, lambda hour: hour % 24),
        "by_weekday": results.by_slot(course.groups.get("hour", {}), 7, lambda hour: hour // 24),
        "daily": periods.by_day(curve.daily, done),
        "weekly": periods.by_week(curve.daily, done),
        "monthly": months,
        "monthly_returns": periods.monthly_returns(months),
        **curves(curve.time, curve.equity, curve.balance, curve.initial),
        "rolling": rolling(curve.daily, done, periods_per_year=periods_per_year, risk_free=risk_free),
        "distribution": distribution(sums, course),
    }


def equity(scope: Scope) -> list[dict[str, Any]]:
    """The curve alone, as in `figures`."""
    catch_up(scope.account.pk)
    curve = curve_of(scope, days_of(scope))
    found: list[dict[str, Any]] = curves(curve.time, curve.equity, curve.balance, curve.initial)["equity"]
    return found


def daily_trades(days: Sequence[Day], daily: Daily) -> periods.DailyTrades:
    """The days' trades beside the days' equity; those outside of it belong to the nearest."""
    size = len(daily)
    done = periods.DailyTrades(np.zeros(size, np.int64), np.zeros(size, np.int64), *(np.zeros(size) for _ in range(3)))
    for day in days if size else ():
        row = min(max((day.day - _EPOCH).days - daily.first, 0), size - 1)
        for name in ("trades", "wins", "pnl", "profit", "loss"):
            getattr(done, name)[row] += getattr(day, name)
    return done


def distribution(sums: Sums, course: Course) -> dict[str, Any]:
    """Histograms of results (account currency), R multiples and holding times (seconds)."""
    bins = sorted(course.r_counts)
    low, high = (bins[0] * R_WIDTH, bins[-1] * R_WIDTH) if bins else (0.0, 0.0)
    return {
        "pnl": histogram(course.results, course.width * UNIT, low=sums.worst, high=sums.best),
        "r": histogram(course.r_counts, R_WIDTH, low=low, high=high),
        "holding": course.holdings.histogram(),
    }


def _width(sums: Sums) -> int:
    """Of the bins that results are counted in, units of the database."""
    return fine_width(round(sums.worst / UNIT), round(sums.best / UNIT))
