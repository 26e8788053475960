"""Keeping daily results up: days that were marked are worked out again, whole, from their trades."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from analytics.daily import equity
from analytics.daily.course import Part, columns
from analytics.daily.dialect import bounds_of
from analytics.daily.sums import COUNTED, FROM, SINCE_RESET, insert_rows
from analytics.models import DailyCourse, DailyEquity, DailyPerformance, Facet, StalePerformance
from trading.market import wall_now
from trading.models import Account, Trade, TradeStatus

_LOCK = 0x5167 << 40  # advisory locks of our own: an account's is this plus its id
_AT_ONCE = 500
_MOST_DAYS, _MOST_TRADES = 60, 20_000  # that are worked out while somebody waits


def refresh_daily(account_ids: Collection[int] | None = None) -> int:
    """Work out the marked days, of these accounts or of all; returns how many. Safe to run twice, late or at once."""
    marks, open_ends = StalePerformance.objects.all(), equity.unfinished(wall_now().date() - timedelta(days=1))
    if account_ids is not None:
        marks, open_ends = marks.filter(account__in=account_ids), open_ends.filter(pk__in=account_ids)
    marked = set(marks.order_by().values_list("account", flat=True).distinct())
    return sum(_refresh(pk) for pk in sorted(marked | set(open_ends.values_list("pk", flat=True))))


def catch_up(account_id: int) -> None:
    """The same for one account while somebody waits: more than seconds of work is left to the task."""
    marked = StalePerformance.objects.filter(account=account_id)
    if marked.filter(day=None).exists():
        closed = Trade.objects.filter(account=account_id, status=TradeStatus.CLOSED)
        is_much = closed.order_by()[_MOST_TRADES : _MOST_TRADES + 1].exists()
    else:
        is_much = marked.order_by().values("day").distinct()[_MOST_DAYS : _MOST_DAYS + 1].exists()
    if not is_much:
        refresh_daily([account_id])


def mark_all(account_ids: Collection[int] | None = None) -> None:
    """Mark all days of these accounts, or of every one."""
    accounts = Account.objects.all() if account_ids is None else Account.objects.filter(pk__in=account_ids)
    StalePerformance.objects.bulk_create(
        (StalePerformance(account_id=pk) for pk in accounts.values_list("pk", flat=True)), batch_size=_AT_ONCE
    )


@transaction.atomic
def _refresh(account_id: int) -> int:
    """One account's days. A trade that is committed after the marks were read has left a mark that stays."""
    _lock(account_id)
    marks = list(StalePerformance.objects.filter(account=account_id).values_list("pk", "day"))
    account = Account.objects.get(pk=account_id)
    if any(day is None for _, day in marks):
        days = _work_out_all(account)
    else:
        days = _work_out(account, {day for _, day in marks if day is not None})
    for some in _batches([pk for pk, _ in marks]):
        StalePerformance.objects.filter(pk__in=some).delete()
    return days


def _lock(account_id: int) -> None:
    """One at a time for an account, without holding up those who trade on it. SQLite has one writer anyhow."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK + account_id])


def _work_out(account: Account, days: Collection[date]) -> int:
    for day in sorted(days):
        DailyPerformance.objects.filter(account=account, day=day).delete()
        insert_rows("t.account_id = %s AND t.closed_at >= %s AND t.closed_at < %s", [account.pk, *bounds_of(day, day)])
    _replace_courses(account.pk, days)
    equity.finish(account, again=days)
    return len(days)


def _work_out_all(account: Account) -> int:
    for kept in (DailyPerformance, DailyCourse, DailyEquity):
        kept.objects.filter(account=account).delete()
    insert_rows("t.account_id = %s", [account.pk])
    rows = DailyPerformance.objects.filter(account=account).order_by("day")
    days = list(rows.values_list("day", flat=True).distinct())
    _replace_courses(account.pk, days)
    equity.finish(account)
    return len(days)


def _replace_courses(account_id: int, days: Collection[date]) -> None:
    """A few days' trades at a time are in memory."""
    for some in _batches(sorted(days), 20):
        DailyCourse.objects.filter(account=account_id, day__in=some).delete()
        DailyCourse.objects.bulk_create(course for day in some for course in _courses(account_id, day))


def _courses(account_id: int, day: date) -> Iterator[DailyCourse]:
    """The day's courses, unsaved."""
    groups: dict[tuple[int | None, str, str, bool], list[tuple[Any, ...]]] = defaultdict(list)
    for session_id, since_reset, symbol, strategy, source, *trade in _closed_on(account_id, day):
        kinds = [(None, "", ""), (None, Facet.SYMBOL, symbol), (None, Facet.STRATEGY, strategy)]
        kinds += [(None, Facet.SOURCE, source)] + ([] if session_id is None else [(session_id, "", "")])
        for kind in kinds:
            groups[*kind, bool(since_reset)].append(tuple(trade))
    for (session_id, facet, key, since_reset), trades in groups.items():
        part = Part.of(trades)
        yield DailyCourse(
            account_id=account_id,
            session_id=session_id,
            facet=facet,
            key=key,
            day=day,
            since_reset=since_reset,
            trades=len(trades),
            results=part.results.tobytes(),
            holdings=part.holdings.tobytes(),
            spans=part.spans.tobytes(),
            r_counts=part.r_counts,
            groups=part.groups,
        )


def _closed_on(account_id: int, day: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.session_id, {SINCE_RESET}, t.symbol, t.strategy, COALESCE(s.source, ''), {columns()} "
            f"{FROM} WHERE t.account_id = %s AND {COUNTED} "
            "AND t.closed_at >= %s AND t.closed_at < %s ORDER BY t.closed_at, t.opened_at, t.id",
            [account_id, *bounds_of(day, day)],
        )
        return list(cursor.fetchall())


def _batches(items: Sequence[Any], size: int = _AT_ONCE) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
