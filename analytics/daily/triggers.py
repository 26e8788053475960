"""Database triggers that mark an account's day as stale when a trade comes to count on it, stops to, or is changed.

Whoever changes a trade, by whatever way, marks in the same transaction: a close, a late fill that reopens, excursions,
the journal, a hand. Rows that are not closed, before and after, cost nothing. A reset marks all days of the account. A
point of its equity marks the day where that is over; today's points, one a minute, are not kept and mark nothing.
"""

# ruff: noqa: S608 (only names of our own are put into statements; values are parameters)

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_MARKS = "analytics_staleperformance"
_TABLES = {"trading_trade", "trading_account", "trading_equitypoint", _MARKS}
_NAMES = (
    "analytics_trade_added",
    "analytics_trade_changed",
    "analytics_trade_gone",
    "analytics_account_reset",
    "analytics_equity_added",
    "analytics_equity_changed",
    "analytics_equity_gone",
)


def _counts(row: str) -> str:
    return f"{row}.status = 'CLOSED' AND {row}.closed_at IS NOT NULL"


def _postgresql() -> list[str]:
    added, changed, gone, reset, *equity = _NAMES

    def day(row: str, column: str = "closed_at") -> str:
        return f"(({row}.{column} AT TIME ZONE 'UTC') - interval '1 millisecond')::date"

    def mark(row: str, moment: str) -> str:
        return f"INSERT INTO {_MARKS} (account_id, day, marked_at) VALUES ({row}, {moment}, now());"

    def function(name: str, body: str) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN NULL; END $$"
        )

    def trigger(name: str, when: str, condition: str) -> str:
        return (
            f"CREATE OR REPLACE TRIGGER {name} AFTER {when} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
        )

    old, new = mark("OLD.account_id", day("OLD")), mark("NEW.account_id", day("NEW"))
    moved = f"OLD.account_id <> NEW.account_id OR {day('OLD')} <> {day('NEW')}"
    either = (
        f"IF {_counts('OLD')} THEN {old} END IF; "
        f"IF {_counts('NEW')} AND (NOT ({_counts('OLD')}) OR {moved}) THEN {new} END IF;"
    )
    past, points = f"{day('NEW', 'time')} < (now() AT TIME ZONE 'UTC')::date", "ON trading_equitypoint"
    return [
        *(
            statement
            for name, verb, row in zip(equity, ("INSERT", "UPDATE", "DELETE"), ("NEW", "NEW", "OLD"), strict=True)
            for statement in (
                function(name, mark(f"{row}.account_id", day(row, "time"))),
                trigger(name, f"{verb} {points}", past.replace("NEW", row)),
            )
        ),
        function(added, new),
        function(changed, either),
        function(gone, old),
        function(reset, mark("NEW.id", "NULL")),
        trigger(added, "INSERT ON trading_trade", _counts("NEW")),
        trigger(changed, "UPDATE ON trading_trade", f"({_counts('OLD')}) OR ({_counts('NEW')})"),
        trigger(gone, "DELETE ON trading_trade", _counts("OLD")),
        trigger(reset, "UPDATE OF reset_at ON trading_account", "OLD.reset_at IS DISTINCT FROM NEW.reset_at"),
    ]


def _sqlite() -> list[str]:
    added, changed, gone, reset, *equity = _NAMES

    def day(row: str, column: str = "closed_at") -> str:
        return f"date(substr({row}.{column}, 1, 23), '-0.001 seconds')"

    def mark(account: str, moment: str, condition: str = "TRUE") -> str:
        now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
        columns = "(account_id, day, marked_at)"
        return f"INSERT INTO {_MARKS} {columns} SELECT {account}, {moment}, {now} WHERE {condition};"

    def trigger(name: str, when: str, condition: str, body: str) -> str:
        return f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {when} WHEN {condition} BEGIN {body} END"

    old, new = (mark(f"{row}.account_id", day(row), _counts(row)) for row in ("OLD", "NEW"))
    either = f"({_counts('OLD')}) OR ({_counts('NEW')})"
    is_reset = "OLD.reset_at IS NOT NEW.reset_at"
    return [
        *(
            trigger(
                name,
                f"{verb} ON trading_equitypoint",
                f"{day(row, 'time')} < date('now')",
                mark(f"{row}.account_id", day(row, "time")),
            )
            for name, verb, row in zip(equity, ("INSERT", "UPDATE", "DELETE"), ("NEW", "NEW", "OLD"), strict=True)
        ),
        trigger(added, "INSERT ON trading_trade", _counts("NEW"), new),
        trigger(changed, "UPDATE ON trading_trade", either, old + new),
        trigger(gone, "DELETE ON trading_trade", _counts("OLD"), old),
        trigger(reset, "UPDATE OF reset_at ON trading_account", is_reset, mark("NEW.id", "NULL")),
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers; where they were missing, nobody marked meanwhile, and so every account is stale."""
    statements = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]()
    with connection.cursor() as cursor:
        missed = not _installed(connection)
        for statement in statements:
            cursor.execute(statement)
        if missed:
            cursor.execute(
                f"INSERT INTO {_MARKS} (account_id, day, marked_at) "
                "SELECT id, NULL, CURRENT_TIMESTAMP FROM trading_account"
            )


def _installed(connection: BaseDatabaseWrapper) -> bool:
    table, column = ("pg_trigger", "tgname") if connection.vendor == "postgresql" else ("sqlite_master", "name")
    with connection.cursor() as cursor:
        names = ", ".join(["%s"] * len(_NAMES))
        cursor.execute(f"SELECT COUNT(DISTINCT {column}) FROM {table} WHERE {column} IN ({names})", _NAMES)
        (found,) = cursor.fetchone()
    return bool(found == len(_NAMES))


def install_after_migrate(using: str, **_: object) -> None:
    connection = connections[using]
    if set(connection.introspection.table_names()) >= _TABLES:
        install(connection)
