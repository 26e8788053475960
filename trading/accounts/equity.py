"""The equity curve, thinned by the database: however many points there are, few are read."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max, Min, QuerySet

from trading.models import Account, EquityPoint

Point = tuple[datetime, Decimal, Decimal]  # time, balance, equity

# The times of the lowest and the highest point of each of many equal stretches of time.
_EXTREMES = """
    WITH points AS NOT MATERIALIZED (
        SELECT time, equity, {stretch} AS stretch FROM trading_equitypoint
        WHERE account_id = %s AND time >= %s AND time <= %s
    )
    SELECT MIN(p.time) FROM points p
    JOIN (SELECT stretch, MIN(equity) AS low, MAX(equity) AS high FROM points GROUP BY stretch) AS of
        ON of.stretch = p.stretch AND (p.equity = of.low OR p.equity = of.high)
    GROUP BY p.stretch, p.equity
"""
_STRETCH = {
    "postgresql": "floor((date_part('epoch', time) - %s) / %s)",
    "sqlite": "CAST((CAST(strftime('%%s', time) AS INTEGER) - %s) / %s AS INTEGER)",
}


def equity_points(account: Account, limit: int) -> list[dict[str, Any]]:
    """At most `limit` points since the last reset, oldest first: of each stretch, its lowest and highest equity."""
    points = EquityPoint.objects.filter(account=account)
    if account.reset_at is not None:
        points = points.filter(time__gte=account.reset_at)
    return [
        {"time": time.isoformat().replace("+00:00", "Z"), "balance": f"{balance:f}", "equity": f"{equity:f}"}
        for time, balance, equity in thinned(points, limit)
    ]


def thinned(points: "QuerySet[EquityPoint]", limit: int) -> list[Point]:
    """At most `limit` (4 or more) of an account's points from the first of `points` to the last, oldest first: these
    two, and the lowest and highest of each of as many equal stretches of time as there is room for. All, if few enough.
    """
    rows = points.order_by("time").values_list("time", "balance", "equity")
    few = list(rows[: limit + 1])
    if len(few) <= limit:
        return few
    ends = points.order_by().aggregate(first=Min("time"), last=Max("time"), account=Min("account"))
    times = {ends["first"], ends["last"], *_extremes(ends["account"], ends["first"], ends["last"], (limit - 2) // 2)}
    return list(rows.filter(time__in=times))


def _extremes(account_id: int, first: datetime, last: datetime, stretches: int) -> list[datetime]:
    start = int(first.timestamp())
    width = (last.timestamp() - start + 1) / stretches
    bounds = [connection.ops.adapt_datetimefield_value(moment) for moment in (first, last)]
    with connection.cursor() as cursor:
        cursor.execute(_EXTREMES.format(stretch=_STRETCH[connection.vendor]), [start, width, account_id, *bounds])
        return [_aware(found) for (found,) in cursor.fetchall()]


def _aware(found: Any) -> datetime:
    """A moment as a raw query gives it."""
    moment = found if isinstance(found, datetime) else datetime.fromisoformat(found)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
