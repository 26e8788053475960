"""SQL that SQLite and PostgreSQL write differently. Every `%` is doubled, for the statements take parameters."""

# ruff: noqa: S608 (only names of our own are put into statements; values are parameters)

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

_MILLISECOND = timedelta(milliseconds=1)


def day_of(column: str) -> str:
    """The UTC day that a trade closed at `column` counts on (analytics/models/daily.py)."""
    if connection.vendor == "postgresql":
        return f"(({column} AT TIME ZONE 'UTC') - interval '1 millisecond')::date"
    return f"date(substr({column}, 1, 23), '-0.001 seconds')"


def milliseconds(column: str) -> str:
    """Epoch ms, whole."""
    if connection.vendor == "postgresql":  # microseconds in a float: half of one keeps .123 from being .122999
        return f"floor(date_part('epoch', {column}) * 1000 + 0.0005)::bigint"
    return f"(CAST(strftime('%%s', {column}) AS INTEGER) * 1000 + CAST(substr({column}, 21, 3) AS INTEGER))"


def hour_of_week(column: str) -> str:
    """The UTC hour since the week began: 24 * weekday + hour, where Monday is 0."""
    if connection.vendor == "postgresql":
        at = f"({column} AT TIME ZONE 'UTC')"
        return f"((date_part('isodow', {at}) - 1) * 24 + date_part('hour', {at}))::int"
    weekday = f"((CAST(strftime('%%w', {column}) AS INTEGER) + 6) %% 7)"
    return f"({weekday} * 24 + CAST(strftime('%%H', {column}) AS INTEGER))"


def r_multiple(table: str) -> str:
    """The trade's R multiple, as trading.rules.exit_plan.r_multiple; NULL without a stop on the losing side."""
    entry, stop, end = (_float(f"{table}.{name}") for name in ("entry_price", "initial_stop", "exit_price"))
    sign = f"CASE WHEN {table}.direction = 'LONG' THEN 1 ELSE -1 END"
    return f"(CASE WHEN ({sign}) * ({entry} - {stop}) > 0 THEN ({end} - {entry}) / ({entry} - {stop}) END)"


def has_tag(table: str) -> str:
    """Whether the trade has the tag that is the parameter."""
    if connection.vendor == "postgresql":
        return f"({table}.tags @> jsonb_build_array(%s::text) AND {table}.tags <> '[]')"  # as the index trade_tagged
    return f"EXISTS (SELECT 1 FROM json_each({table}.tags) WHERE value = %s)"


def bounds_of(first: date, last: date) -> tuple[Any, Any]:
    """The first moment that counts on `first`, and the first one that no longer counts on `last`, as parameters."""
    start = datetime.combine(first, time(), UTC) + _MILLISECOND
    end = datetime.combine(last + timedelta(days=1), time(), UTC) + _MILLISECOND
    return as_parameter(start), as_parameter(end)


def as_parameter(moment: datetime) -> Any:
    """A moment as the columns hold it."""
    return connection.ops.adapt_datetimefield_value(moment)


def as_date(value: Any) -> date:
    """A day as a raw query gives it."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def as_moment(value: Any) -> datetime | None:
    """A moment as a raw query gives it, aware."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _float(column: str) -> str:
    return f"CAST({column} AS double precision)"
