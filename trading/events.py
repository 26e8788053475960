"""Writing events: numbered per owner in the caller's transaction, pushed to live sockets after its commit."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from trading import live
from trading.models import Event, EventCounter, EventType


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to be: its type, JSON payload and account, if it concerns one."""

    type: EventType
    payload: dict[str, Any]
    account_id: int | None = None


def as_frame(event: Event) -> dict[str, Any]:
    """The event as the live socket, the API and the log show it."""
    return {
        "type": event.type,
        "number": event.number,
        "account": event.account_id,
        "payload": event.payload,
        "created_at": event.created_at.isoformat().replace("+00:00", "Z"),
    }


@transaction.atomic
def emit(owner_id: int, drafts: Iterable[Draft]) -> list[Event]:
    """Append the drafts to the owner's log.

    Call it last in a transaction: it holds the owner's counter until the commit, which is what keeps the numbers in
    commit order.
    """
    waiting = list(drafts)
    if not waiting:
        return []
    EventCounter.objects.get_or_create(owner_id=owner_id)
    counter = EventCounter.objects.select_for_update().get(owner_id=owner_id)
    first = counter.last + 1
    counter.last += len(waiting)
    counter.save(update_fields=["last"])
    events = Event.objects.bulk_create(
        Event(owner_id=owner_id, number=number, type=draft.type, account_id=draft.account_id, payload=draft.payload)
        for number, draft in enumerate(waiting, first)
    )
    transaction.on_commit(partial(live.push_events, owner_id, [as_frame(event) for event in events]))
    return events


def latest_number(owner_id: int) -> int:
    counter = EventCounter.objects.filter(owner_id=owner_id).first()
    return counter.last if counter else 0
