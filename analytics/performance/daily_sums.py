"""The sums of a scope, from the rows that are kept of each day; with a tag, which these do not know, from trades."""

# ruff: noqa: S608 (only names of our own are put into statements; values are parameters)

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from analytics.daily.dialect import as_date, as_moment
from analytics.daily.sums import KEYS, SUMS, rows_sql
from analytics.performance.scope import Scope, Where

UNIT = 1e-8  # of money in the database
_MONEY = {"pnl", "profit", "loss", "fees", "slippage", "funding", "mae", "mfe", "best", "worst"}
_FLOATS = {"holding_ms", "r", "mae_r", "mfe_r"}
_MOMENTS = {"first_opened", "last_closed"}
_EXTREMES = {"best": max, "worst": min, "first_opened": min, "last_closed": max}
_DAY_SUMS = ("trades", "wins", "pnl", "profit", "loss")


@dataclass(slots=True)
class Sums:
    """As the fields of DailyPerformance; money in account currency, float."""

    trades: int = 0
    wins: int = 0
    losses: int = 0
    pnl: float = 0.0
    profit: float = 0.0
    loss: float = 0.0
    fees: float = 0.0
    slippage: float = 0.0
    funding: float = 0.0
    best: float = 0.0
    worst: float = 0.0
    holding_ms: float = 0.0
    r: float = 0.0
    r_trades: int = 0
    mae: float = 0.0
    mfe: float = 0.0
    excursions: int = 0
    mae_r: float = 0.0
    mfe_r: float = 0.0
    excursions_r: int = 0
    first_opened: datetime | None = None
    last_closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The sums of one symbol, strategy and source."""

    symbol: str
    strategy: str
    source: str
    sums: dict[str, Any]  # as the database holds them: money in units


@dataclass(frozen=True, slots=True)
class Day:
    """The trades that count on a day. Money in account currency."""

    day: date
    trades: int
    wins: int
    pnl: float
    profit: float
    loss: float


def sums_of(scope: Scope) -> tuple[list[Group], list[Day]]:
    """A group for each symbol, strategy and source, and the days that have trades, in order."""
    if scope.tag is not None:
        return _of_trades(scope)
    return groups_of(scope), days_of(scope)


def _of_trades(scope: Scope) -> tuple[list[Group], list[Day]]:
    """Both from the trades, which are looked at once."""
    where, values = scope.trades()
    rows = [dict(zip((*KEYS, *SUMS), row, strict=True)) for row in fetched(rows_sql(where), values)]
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    days: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["symbol"], row["strategy"], row["source"]].append(row)
        days[as_date(row["day"])].append(row)
    merged = [Group(*key, {name: _merged(name, found) for name in SUMS}) for key, found in groups.items()]
    return merged, [_day(day, *(_merged(name, found) for name in _DAY_SUMS)) for day, found in sorted(days.items())]


def _merged(name: str, rows: list[dict[str, Any]]) -> Any:
    return _EXTREMES.get(name, sum)([row[name] for row in rows])


def groups_of(scope: Scope) -> list[Group]:
    source, values = _rows(scope)
    functions = {"best": "MAX", "worst": "MIN", "first_opened": "MIN", "last_closed": "MAX"}
    sums = ", ".join(f"{functions.get(name, 'SUM')}({name})" for name in SUMS)
    statement = f"SELECT symbol, strategy, source, {sums} FROM ({source}) d GROUP BY symbol, strategy, source"
    return [
        Group(symbol, strategy, origin, dict(zip(SUMS, row, strict=True)))
        for symbol, strategy, origin, *row in fetched(statement, values)
    ]


def added(groups: Iterable[Group]) -> Sums:
    """The sums of all of the groups."""
    listed = [group.sums for group in groups]
    if not listed:
        return Sums()
    return Sums(**{name: _added(name, [sums[name] for sums in listed]) for name in SUMS})


def _added(name: str, column: list[Any]) -> Any:
    if name in _MOMENTS:
        return as_moment(_EXTREMES[name](column))
    total = _EXTREMES.get(name, sum)(column)
    if name in _MONEY:
        return float(total) * UNIT
    return float(total) if name in _FLOATS else int(total)


def days_of(scope: Scope) -> list[Day]:
    """The days that have trades, in order."""
    source, values = _rows(scope)
    sums = ", ".join(f"SUM({name})" for name in _DAY_SUMS)
    return [
        _day(as_date(day), *row)
        for day, *row in fetched(f"SELECT day, {sums} FROM ({source}) d GROUP BY day ORDER BY day", values)
    ]


def _day(day: date, trades: Any, wins: Any, pnl: Any, profit: Any, loss: Any) -> Day:
    return Day(day, int(trades), int(wins), float(pnl) * UNIT, float(profit) * UNIT, float(loss) * UNIT)


def total_before(scope: Scope) -> float:
    """What the trades made before the period, account currency."""
    earlier = scope.before()
    if earlier is None:
        return 0.0
    source, values = _rows(earlier)
    ((total,),) = fetched(f"SELECT SUM(pnl) FROM ({source}) d", values)
    return float(total or 0) * UNIT


def count_of(scope: Scope) -> int:
    """How many trades there are."""
    source, values = _rows(scope)
    ((total,),) = fetched(f"SELECT SUM(trades) FROM ({source}) d", values)
    return int(total or 0)


def fetched(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _rows(scope: Scope) -> Where:
    if scope.tag is not None:
        where, values = scope.trades()
        return rows_sql(where), values
    where, values = scope.rows()
    return f"SELECT d.* FROM analytics_dailyperformance d WHERE {where}", values
