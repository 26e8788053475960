"""Telling the owner what needs a look."""

from typing import Any

from trading import events
from trading.models import Account, EventType


def draft(account: Account, code: str, message: str, **more: Any) -> events.Draft:
    """An `error` event: `code` is stable, `message` fit to be shown."""
    return events.Draft(EventType.ERROR, {"code": code, "message": message, **more}, account.pk)


def alert(account: Account, code: str, message: str, **more: Any) -> None:
    """Emit it. Call it last in a transaction."""
    events.emit(account.owner_id, [draft(account, code, message, **more)])
