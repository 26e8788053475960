"""What the sums of a scope's trades do not tell: streaks, groups, distributions, the time with a position open.

Of all trades of an account or session, and of an account's of one symbol, strategy or source, it is put together from
what is kept of each day; of others, from the trades, some thousands at a time.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet

from analytics.daily.course import Ints, Part, columns, merged
from analytics.daily.dialect import milliseconds
from analytics.daily.sums import FROM
from analytics.models import DailyCourse, Facet
from analytics.performance.holdings import HoldingCounts, counted, median_of
from analytics.performance.scope import Scope

_AT_ONCE = 20_000  # trades
_FIELDS = ("results", "holdings", "spans", "r_counts", "groups")


class Course:
    """Grows by one part after the other, in the order of closing; `finish` it before it is read.

    `results` counts results in bins of `width` units of 1e-8 of account currency, {bin: trades}; `groups` are as
    DailyCourse has them.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.results: Counter[int] = Counter()
        self.r_counts: Counter[int] = Counter()
        self.holdings = HoldingCounts()
        self.groups: dict[str, dict[str, Ints]] = {}
        self.longest = {1: 0, -1: 0}
        self._sign, self._length = 0, 0
        self._spans: list[Ints] = []
        self._waiting: list[Part] = []

    def add(self, part: Part) -> None:
        """Parts are worked off some thousand trades at a time: numpy takes as long for ten."""
        self._waiting.append(part)
        if sum(len(item.results) for item in self._waiting) >= _AT_ONCE:
            self.finish()

    def finish(self) -> None:
        if not self._waiting:
            return
        parts, self._waiting = self._waiting, []
        results = np.concatenate([part.results for part in parts])
        self.results.update(counted(results // self.width))
        self.holdings.add(np.concatenate([part.holdings for part in parts]))
        self._add_runs(np.sign(results))
        self._spans.append(np.concatenate([part.spans for part in parts]))
        for part in parts:
            self.r_counts.update({int(number): count for number, count in part.r_counts.items()})
        self._add_groups(parts)

    def _add_groups(self, parts: list[Part]) -> None:
        rows: dict[tuple[str, str], list[list[int]]] = {}
        for part in parts:
            for kind, groups in part.groups.items():
                for key, sums in groups.items():
                    rows.setdefault((kind, key), []).append(sums)
        for (kind, key), found in rows.items():
            known = self.groups.setdefault(kind, {})
            known[key] = known.get(key, 0) + np.array(found, dtype=np.int64).sum(axis=0)

    def _add_runs(self, signs: Ints) -> None:
        """Runs of wins, of losses and of neither; the first may go on with the last of the part before."""
        starts = np.flatnonzero(np.concatenate([[True], signs[1:] != signs[:-1]]))
        lengths, kinds = np.diff(starts, append=len(signs)), signs[starts]
        if kinds[0] == self._sign:
            lengths[0] += self._length
        for kind in (1, -1):
            self.longest[kind] = max(self.longest[kind], int(lengths[kinds == kind].max(initial=0)))
        self._sign, self._length = int(kinds[-1]), int(lengths[-1])

    @property
    def current_streak(self) -> int:
        """Above 0 of wins, below of losses, 0 for neither."""
        return self._length * self._sign

    def open_seconds(self, first_ms: int, last_ms: int) -> float:
        """How long at least one position was open, between two moments (epoch ms)."""
        if not self._spans:
            return 0.0
        spans = np.concatenate(self._spans)
        union = np.clip(merged(spans[:, 0], spans[:, 1]), first_ms, last_ms)
        return float((union[:, 1] - union[:, 0]).sum()) / 1000.0


def course_of(scope: Scope, *, width: int, is_all: bool) -> Course:
    """`is_all`: the scope's conditions leave none of the account's or session's trades out."""
    course, kept = Course(width), _kept(scope, is_all)
    for part in _streamed(scope) if kept is None else _parts(kept):
        course.add(part)
    course.finish()
    return course


def median_holding(scope: Scope, course: Course, *, is_all: bool) -> float | None:
    """Milliseconds; None without trades. Looks at the trades once more, at the holding times near it."""
    kept = _kept(scope, is_all)
    return median_of(
        course.holdings, lambda *near: _streamed_holdings(scope, *near) if kept is None else _holdings(kept)
    )


def _kept(scope: Scope, is_all: bool) -> "QuerySet[DailyCourse] | None":
    """The days' courses that the scope's is put together from; None where there are none."""
    facets = {kind: value for kind in Facet.values if (value := getattr(scope, kind)) is not None}
    if is_all:
        facets = {}
    elif scope.tag is not None or scope.session is not None or len(facets) != 1:
        return None
    facet, key = next(iter(facets.items()), ("", ""))
    rows = DailyCourse.objects.filter(account=scope.account, session=scope.session, facet=facet, key=key)
    if scope.session is None:
        rows = rows.filter(since_reset=True)
    if scope.start is not None:
        rows = rows.filter(day__gte=scope.start)
    if scope.end is not None:
        rows = rows.filter(day__lte=scope.end)
    return rows.order_by("day", "since_reset")


def _parts(kept: "QuerySet[DailyCourse]") -> Iterator[Part]:
    for row in kept.values_list(*_FIELDS).iterator(chunk_size=100):
        yield Part.kept(*row)


def _holdings(kept: "QuerySet[DailyCourse]") -> Iterator[Ints]:
    for (row,) in kept.values_list("holdings").iterator(chunk_size=100):
        yield np.frombuffer(row, dtype=np.int64)


def _streamed(scope: Scope) -> Iterator[Part]:
    where, values = scope.trades()
    order = "ORDER BY t.closed_at, t.opened_at, t.id"
    for rows in _chunks(f"SELECT {columns()} {FROM} WHERE {where} {order}", values):
        yield Part.of(rows)


def _streamed_holdings(scope: Scope, low: int, high: int) -> Iterator[Ints]:
    where, values = scope.trades()
    held = f"{milliseconds('t.closed_at')} - {milliseconds('COALESCE(t.opened_at, t.closed_at)')}"
    for rows in _chunks(f"SELECT {held} {FROM} WHERE {where} AND {held} BETWEEN %s AND %s", [*values, low, high]):
        yield np.array([row[0] for row in rows], dtype=np.int64)


def _chunks(statement: str, values: list[Any]) -> Iterator[list[tuple[Any, ...]]]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield rows
