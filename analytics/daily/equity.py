"""The lowest and highest equity of days that are over, so that a curve of years need not read every mark."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet

from analytics.models import DailyEquity
from trading.market import wall_now
from trading.models import Account, EquityPoint

_MILLISECOND = timedelta(milliseconds=1)


def day_of(moment: datetime) -> date:
    """The day that a mark counts on (analytics/models/daily.py)."""
    return (moment - _MILLISECOND).date()


def points_of(account: Account) -> "QuerySet[EquityPoint]":
    """The account's marks since its last reset, oldest first."""
    points = EquityPoint.objects.filter(account=account).order_by("time")
    return points if account.reset_at is None else points.filter(time__gte=account.reset_at)


def unfinished(yesterday: date) -> "QuerySet[Account]":
    """Accounts whose equity was marked yesterday, of which that is not kept yet."""
    marked = EquityPoint.objects.filter(
        account=OuterRef("pk"), time__gte=_start(yesterday), time__lt=_start(yesterday + timedelta(days=1))
    )
    kept = DailyEquity.objects.filter(account=OuterRef("pk"), day=yesterday)
    return Account.objects.filter(Exists(marked), ~Exists(kept))


def finish(account: Account, *, again: Collection[date] = ()) -> None:
    """Keep the days that are over and were not kept yet, anew those of `again`. The caller has the account's lock."""
    kept = DailyEquity.objects.filter(account=account)
    kept.filter(day__in=again).delete()
    points, today = points_of(account), wall_now().date()
    last = kept.aggregate(last=Max("day"))["last"]
    days = {day for day in again if day < today}
    left = points if last is None else points.filter(time__gte=_start(last + timedelta(days=1)))
    while (found := left.first()) is not None and day_of(found.time) < today:
        days.add(day_of(found.time))
        left = points.filter(time__gte=_start(day_of(found.time) + timedelta(days=1)))
    DailyEquity.objects.bulk_create(row for day in sorted(days) for row in _extremes(account, points, day))


def _extremes(account: Account, points: "QuerySet[EquityPoint]", day: date) -> list[DailyEquity]:
    of_day = points.filter(time__gte=_start(day), time__lt=_start(day + timedelta(days=1)))
    found = [of_day.order_by("equity", "time").first(), of_day.order_by("-equity", "time").first()]
    rows = {point.time: point for point in found if point is not None}
    return [
        DailyEquity(account=account, day=day, time=time, balance=point.balance, equity=point.equity)
        for time, point in sorted(rows.items())
    ]


def _start(day: date) -> datetime:
    """The first moment that counts on the day."""
    return datetime.combine(day, time(), UTC) + _MILLISECOND
