"""Database triggers that hold ledger, event log, algorithms and trades to their word, on SQLite and PostgreSQL.

Installed after every `migrate` (SQLite drops a table's triggers when a migration rebuilds it):

- a ledger entry continues its account's chain (sequence + 1, starting at the account's balance) and moves the balance;
- an account's balance changes in no other way, and starts at zero;
- ledger entries, events and versions of algorithms are never updated or deleted;
- a trade goes from state to state only as trading/rules/trade_states.py allows.
"""

from itertools import product
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from trading.rules.trade_states import STATES, may_become

_CHAIN = """EXISTS (SELECT 1 FROM trading_account WHERE id = NEW.account_id
    AND ledger_sequence = NEW.sequence - 1 AND balance = NEW.balance_before)"""
_MOVE = """UPDATE trading_account SET balance = NEW.balance_after, ledger_sequence = NEW.sequence
    WHERE id = NEW.account_id;"""
_BACKED = """NEW.ledger_sequence = OLD.ledger_sequence + 1 AND EXISTS (SELECT 1 FROM trading_ledgerentry
    WHERE account_id = NEW.id AND sequence = NEW.ledger_sequence AND balance_after = NEW.balance)"""
_MOVED = "NEW.balance <> OLD.balance OR NEW.ledger_sequence <> OLD.ledger_sequence"

CHAIN_BROKEN = "ledger: the entry does not continue its account''s chain"
BALANCE_UNBACKED = "ledger: a balance moves by ledger entries only"
STARTS_AT_ZERO = "ledger: an account starts at zero; deposit through the ledger"
NO_SUCH_WAY = "trade: it cannot go from its state to that one"

_STEPS = [step for step in product(STATES, repeat=2) if may_become(*step, late_fill=True)]
_STEPPED = "NEW.status <> OLD.status"
_A_STEP = f"OLD.status || ' ' || NEW.status IN ({', '.join(repr(f'{one} {two}') for one, two in _STEPS)})"


def _append_only(name: str, table: str) -> list[tuple[str, str, str, str]]:
    message = f"{name}: rows are append-only"
    return [(f"{name}_no_{verb.lower()}", f"BEFORE {verb}", table, message) for verb in ("UPDATE", "DELETE")]


_FORBIDDEN = [
    *_append_only("ledger", "trading_ledgerentry"),
    *_append_only("event", "trading_event"),
    *_append_only("algorithm", "trading_algorithmconfig"),
]
_TABLES = {"trading_ledgerentry", "trading_event", "trading_algorithmconfig", "trading_trade"}


def _sqlite() -> list[str]:
    def refuse(message: str, unless: str) -> str:
        return f"SELECT RAISE(ABORT, '{message}') WHERE NOT ({unless});"

    def trigger(name: str, when: str, body: str) -> str:
        return f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN {body} END"

    return [
        trigger("ledger_chain", "BEFORE INSERT ON trading_ledgerentry", refuse(CHAIN_BROKEN, _CHAIN)),
        trigger("ledger_moves_balance", "AFTER INSERT ON trading_ledgerentry", _MOVE),
        trigger(
            "ledger_guards_balance",
            f"BEFORE UPDATE OF balance, ledger_sequence ON trading_account WHEN {_MOVED}",
            refuse(BALANCE_UNBACKED, _BACKED),
        ),
        trigger(
            "ledger_guards_opening",
            "BEFORE INSERT ON trading_account",
            refuse(STARTS_AT_ZERO, "NEW.balance = 0 AND NEW.ledger_sequence = 0"),
        ),
        trigger(
            "trade_guards_state",
            f"BEFORE UPDATE OF status ON trading_trade WHEN {_STEPPED}",
            refuse(NO_SUCH_WAY, _A_STEP),
        ),
        *(
            trigger(name, f"{when} ON {table}", f"SELECT RAISE(ABORT, '{message}');")
            for name, when, table, message in _FORBIDDEN
        ),
    ]


def _postgresql() -> list[str]:
    def trigger(name: str, when: str, body: str, condition: str = "") -> list[str]:
        return [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
            f"CREATE OR REPLACE TRIGGER {name} {when} FOR EACH ROW {condition} EXECUTE FUNCTION {name}()",
        ]

    def refuse(message: str, unless: str) -> str:
        return f"IF NOT ({unless}) THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"

    # One AFTER trigger does both on PostgreSQL: in a statement with many rows, BEFORE triggers would all run first.
    statements = trigger(
        "ledger_chain",
        "AFTER INSERT ON trading_ledgerentry",
        f"{refuse(CHAIN_BROKEN, _CHAIN)} {_MOVE} RETURN NULL;",
    )
    statements += trigger(
        "ledger_guards_balance",
        "BEFORE UPDATE OF balance, ledger_sequence ON trading_account",
        f"{refuse(BALANCE_UNBACKED, _BACKED)} RETURN NEW;",
        f"WHEN ({_MOVED})",
    )
    statements += trigger(
        "ledger_guards_opening",
        "BEFORE INSERT ON trading_account",
        f"{refuse(STARTS_AT_ZERO, 'NEW.balance = 0 AND NEW.ledger_sequence = 0')} RETURN NEW;",
    )
    statements += trigger(
        "trade_guards_state",
        "BEFORE UPDATE OF status ON trading_trade",
        f"{refuse(NO_SUCH_WAY, _A_STEP)} RETURN NEW;",
        f"WHEN ({_STEPPED})",
    )
    for name, when, table, message in _FORBIDDEN:
        raising = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';"
        statements += trigger(name, f"{when} ON {table}", raising)
    return statements


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers on `connection`'s database; harmless when they are there."""
    statements = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def install_after_migrate(using: str, **_: Any) -> None:
    from django.db import connections

    connection = connections[using]
    if set(connection.introspection.table_names()) >= _TABLES:
        install(connection)
