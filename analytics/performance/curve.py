"""The equity of a scope: an account's own, marked to market and thinned by the database. A session's, and that of some
trades alone, is what the account had (for a session: when it first decided) and what they made, day by day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from analytics.daily.dialect import as_parameter
from analytics.daily.equity import points_of
from analytics.metrics.numbers import Floats, Ints
from analytics.metrics.returns import DAY_MS, Daily
from analytics.models import DailyEquity
from analytics.performance.daily_sums import UNIT, Day, fetched, total_before
from analytics.performance.falls import ends_of_deepest, hidden_lows
from analytics.performance.scope import Scope
from analytics.whatif.session_config import balance_at_start
from trading.accounts.equity import Point, thinned
from trading.models import EquityPoint

MOST_POINTS = 1000
_LONG = timedelta(days=60)
_EPOCH = date(1970, 1, 1)

# The last equity up to the end of each day.
_CLOSES = """
    WITH RECURSIVE days(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM days WHERE n + 1 < %s)
    SELECT (SELECT p.equity FROM trading_equitypoint p
        WHERE p.account_id = %s AND p.time <= {day_end} AND p.time >= %s ORDER BY p.time DESC LIMIT 1)
    FROM days ORDER BY n
"""
_DAY_END = {
    "postgresql": "%s::timestamptz + (n + 1) * interval '1 day'",
    "sqlite": "datetime(%s, '+' || (n + 1) || ' days')",
}


@dataclass(frozen=True, slots=True)
class Curve:
    """Marks in order: epoch ms, equity and balance in account currency; the first is the start, at `initial`."""

    time: Ints
    equity: Floats
    balance: Floats
    initial: float
    daily: Daily

    @classmethod
    def empty(cls, initial: float) -> "Curve":
        return cls(np.empty(0, np.int64), np.empty(0), np.empty(0), initial, Daily(0, np.empty(0), initial))


def curve_of(scope: Scope, days: Sequence[Day], most: int = MOST_POINTS) -> Curve:
    """`days`: the scope's, as daily_sums.days_of gives them."""
    if scope.session is None and not scope.is_narrowed:
        found = _equity_curve(scope, most)
        if found is not None:
            return found
    return _results_curve(scope, days)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _equity_curve(scope: Scope, most: int) -> Curve | None:
    """None where the account's equity was never marked in the period."""
    points = points_of(scope.account)
    before: list[Point] = []
    if scope.start is not None:
        start = midnight(scope.start)
        earlier = points.filter(time__lte=start).values_list("balance", "equity").last()
        before = [(start, *earlier)] if earlier is not None else []
        points = points.filter(time__gt=start)
    if scope.end is not None:
        points = points.filter(time__lte=midnight(scope.end + timedelta(days=1)))
    found = _marks(scope, points, most)
    if not found:
        return None
    found = [*before, *sorted([*found, *hidden_lows(points, found)])]
    found = sorted([*found, *ends_of_deepest(points, found)])
    marks = np.array([_ms(moment) for moment, _, _ in found], dtype=np.int64)
    balance = np.array([float(cash) for _, cash, _ in found])
    equity = np.array([float(value) for _, _, value in found])
    initial = float(equity[0])
    first = int(marks[0]) // DAY_MS
    last = max((int(marks[-1]) - 1) // DAY_MS, first)
    since = found[len(before)][0]
    closes = _closes(scope.account.pk, since, first, last - first + 1, initial)
    return Curve(marks, equity, balance, initial, Daily(first, closes, initial))


def _marks(scope: Scope, points: "QuerySet[EquityPoint]", most: int) -> list[Point]:
    """The first mark, the last, and the lowest and highest of each stretch: of a long period each day's, which are
    kept but for today's, of a short one as fine as there is room for.
    """
    first, last = points.first(), points.last()
    if first is None or last is None or last.time - first.time < _LONG:
        return thinned(points, most)
    kept = DailyEquity.objects.filter(account=scope.account, time__gte=first.time, time__lte=last.time)
    rows = kept.order_by("time").values_list("day", "time", "balance", "equity")
    days = [row[0] for row in rows]
    recent = points.filter(time__gt=midnight(days[-1] + timedelta(days=1))) if days else points
    ends = [(point.time, point.balance, point.equity) for point in (first, last)]
    return sorted({*ends, *(row[1:] for row in rows), *thinned(recent, most)})


def _closes(account_id: int, since: datetime, first: int, days: int, base: float) -> Floats:
    """The equity at the end of each day, of the points from `since` on; before them it is `base`; shape (days,)."""
    start = midnight(_EPOCH + timedelta(days=first))
    statement = _CLOSES.format(day_end=_DAY_END[connection.vendor])
    values = [days, account_id, as_parameter(start), as_parameter(since)]
    return np.array([base if close is None else close * UNIT for (close,) in fetched(statement, values)])


def _results_curve(scope: Scope, days: Sequence[Day]) -> Curve:
    start = float(scope.account.initial_balance) if scope.session is None else balance_at_start(scope.session)
    base = start + total_before(scope)
    first = scope.start or (days[0].day if days else None)
    last = scope.end or (days[-1].day if days else scope.start)
    if first is None or last is None:
        return Curve.empty(base)
    last = min(last, max(datetime.now(UTC).date(), days[-1].day if days else first))
    results = np.zeros(max((last - first).days, 0) + 1)
    for item in days:
        results[(item.day - first).days] = item.pnl
    equity = base + np.cumsum(results)
    number = (first - _EPOCH).days
    marks = (number + np.arange(len(equity) + 1, dtype=np.int64)) * DAY_MS
    values = np.concatenate([[base], equity])
    return Curve(marks, values, values, base, Daily(number, equity, base))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) // 1000
