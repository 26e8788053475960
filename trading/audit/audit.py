"""The record of who changed what: every action that touches money, keys, settings or sessions is an AUDIT event."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from django.contrib.auth import get_user_model

from trading.audit.actors import current_actor
from trading.feed import events
from trading.models import Event, EventType


def record(
    *,
    owner_id: int,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    account_id: int | None = None,
) -> Event | None:
    """Tell what the current actor did to something of the owner's; last in the caller's transaction, as events.emit.

    `action` says what was done ("account.closed"), `subject` to what ("account 12"). `before` and `after` are the
    fields that matter, never a secret; of two states only what differs is kept. None, and no event, where nothing does.
    """
    if before is not None and after is not None:
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if not changed:
            return None
        before = {name: before[name] for name in changed if name in before}
        after = {name: after[name] for name in changed if name in after}
    actor = current_actor()
    payload = {
        "action": action,
        "subject": subject,
        "before": _plain(before),
        "after": _plain(after),
        "actor": _person(actor.user_id),
        "via": actor.via,
    }
    return events.emit(owner_id, [events.Draft(EventType.AUDIT, payload, account_id)])[0]


def state(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """The row's fields of these names, for `before` and `after`."""
    return {name: getattr(row, name) for name in names}


def _plain(value: Any) -> Any:
    """As JSON: decimals as plain text, times in ISO 8601."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat().replace("+00:00", "Z")
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _person(user_id: int | None) -> dict[str, Any] | None:
    if user_id is None:
        return None
    user = get_user_model()._default_manager.filter(pk=user_id).only("id", "username").first()
    return {"id": user.pk, "username": user.get_username()} if user else None
