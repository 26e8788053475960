"""A log to tamper with, past the triggers that guard it."""

from types import SimpleNamespace
from typing import Any

from django.db import connection

from tests.trading.factories import make_account, make_user
from trading.audit.actors import acting
from trading.feed import events
from trading.models import EventType

EVENTS = 8


def drop_trigger(name: str, table: str) -> None:
    """As who edits the database can."""
    sql(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


def drop_triggers() -> None:
    for verb in ("update", "delete"):
        drop_trigger(f"event_no_{verb}", "trading_event")


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def tampered_log() -> SimpleNamespace:
    """Eight events of an owner, some done by somebody else; the triggers are out of the way."""
    account, admin = make_account(), make_user()
    for number in range(EVENTS // 2):
        with acting(admin.pk, "admin"):
            events.emit(account.owner_id, [events.Draft(EventType.STATUS, {"text": f"{number}"}, account.pk)])
        events.emit(account.owner_id, [events.Draft(EventType.ERROR, {"price": number + 0.5})])
    drop_triggers()
    return SimpleNamespace(owner=account.owner_id, account=account, admin=admin)
