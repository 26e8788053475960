"""Queries whose SQL is made once. To put a query on a table of forty columns into words takes Django several times as
long as a database takes to answer it; on the way to an order that is most of the time.
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

_MARKED = -(10**15)


class Prepared(Generic[M]):
    """A query for rows of one model, by lists of values (whole numbers, texts or moments).

    `build` makes the queryset from such lists. It is called once for each combination of their lengths, with values
    that stand for others. Rows come as from `QuerySet.raw`: what `only` left out is read when it is asked for.
    """

    def __init__(self, build: Callable[..., "QuerySet[M]"]) -> None:
        self._build = build
        self._known: dict[Hashable, tuple[type[M], str, list[Any]]] = {}

    def __call__(self, *values: Sequence[Any]) -> list[M]:
        """The rows. Each list must be without repetitions; an empty one finds nothing."""
        if not all(values):
            return []
        key = (connection.vendor, *((len(listed), type(listed[0])) for listed in values))
        if key not in self._known:
            self._known[key] = self._prepare(values)
        model, sql, template = self._known[key]
        given = [_adapted(item) for listed in values for item in listed]
        params = [given[item.at] if isinstance(item, _Mark) else item for item in template]
        return list(model._default_manager.raw(sql, params))

    def _prepare(self, values: Sequence[Sequence[Any]]) -> tuple[type[M], str, list[Any]]:
        marks, at = [], 0
        for listed in values:
            marks.append([_mark(type(listed[0]), at + number) for number in range(len(listed))])
            at += len(listed)
        queryset = self._build(*marks)
        sql, params = queryset.query.get_compiler(connection=connection).as_sql()
        places = {_adapted(mark): number for number, mark in enumerate(item for listed in marks for item in listed)}
        template = [_Mark(places[item]) if item in places else item for item in params]
        if missing := set(range(at)) - {item.at for item in template if isinstance(item, _Mark)}:
            raise ValueError(f"value {min(missing)} is not in the query: {sql}")
        return queryset.model, sql, template


class _Mark:
    """The place of a value, counted over all lists."""

    def __init__(self, at: int) -> None:
        self.at = at


def _mark(kind: type, number: int) -> Any:
    """A value of that kind that no query has."""
    if issubclass(kind, datetime):
        return datetime(1, 1, 1, microsecond=number, tzinfo=UTC)
    return f"\x01value {number}" if issubclass(kind, str) else _MARKED - number


def _adapted(value: Any) -> Any:
    """As the database's driver takes it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
