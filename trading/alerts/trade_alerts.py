"""Trades opened and closed, told to who asked for it: an alert is made only where a channel wants one."""

from collections.abc import Sequence
from typing import Any

from trading import queueing
from trading.alerts.alerts import raise_alert, severity_of
from trading.feed.events import Draft, emit
from trading.models import AlertKind, EventType
from trading.notifications.outbox import channels_for

_KINDS = {EventType.TRADE_EXECUTED: AlertKind.TRADE_OPENED, EventType.TRADE_CLOSED: AlertKind.TRADE_CLOSED}
_ONE_BY_ONE = 10


def announce(owner_id: int, drafts: Sequence[Draft]) -> None:
    """Emit the events, and raise what the owner's channels ask for of them. Call it last in a transaction.

    Many trades at once are told as one.
    """
    emit(owner_id, drafts)
    found = [(draft, _KINDS[draft.type]) for draft in drafts if draft.type in _KINDS]
    if not found or queueing.is_inline():
        return
    for kind in sorted({kind for _, kind in found}):
        if not channels_for(owner_id, kind, severity_of(kind)):
            continue
        own = [draft for draft, its in found if its == kind]
        if len(own) > _ONE_BY_ONE:
            verb = "opened" if kind == AlertKind.TRADE_OPENED else "closed"
            raise_alert(owner_id=owner_id, kind=kind, code=kind.lower(), message=f"{len(own)} trades were {verb}.")
            continue
        for draft in own:
            raise_alert(
                owner_id=owner_id,
                kind=kind,
                code=kind.lower(),
                message=_text(kind, draft.payload),
                account_id=draft.account_id,
                session_id=draft.payload.get("session"),
                trade_id=draft.payload["id"],
            )


def _text(kind: AlertKind, trade: dict[str, Any]) -> str:
    what = f"{trade['direction']} {trade['quantity']} {trade['symbol']}"
    if kind == AlertKind.TRADE_OPENED:
        return f"Opened {what} at {trade['entry_price']}."
    reason = str(trade["exit_reason"] or "").replace("_", " ").lower()
    return f"Closed {what} at {trade['exit_price']}: {trade['realized_pnl_formatted']} ({reason})."
