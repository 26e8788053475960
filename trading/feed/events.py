"""Writing events: numbered and chained per owner in the caller's transaction, pushed to live sockets once committed."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from trading.audit.actors import current_actor
from trading.audit.audit_chain import event_hash, normalized, seal
from trading.feed import live
from trading.market import wall_now
from trading.models import Event, EventCounter, EventType
from trading.prepared import Prepared

_HELD = Prepared(lambda owners: EventCounter.objects.select_for_update().filter(owner__in=owners).order_by("owner"))


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


def emit(owner_id: int, drafts: Iterable[Draft]) -> list[Event]:
    """Append the drafts to the owner's log, done by the current actor.

    Call it last in a transaction: it holds the owner's counter until the commit, which is what keeps the numbers in
    commit order.
    """
    return emit_all({owner_id: list(drafts)}).get(owner_id, [])


def emit_all(drafts: Mapping[int, Sequence[Draft]]) -> dict[int, list[Event]]:
    """The same for several owners at once, by owner."""
    waiting = {owner_id: listed for owner_id, listed in drafts.items() if listed}
    if not waiting:
        return {}
    if transaction.get_connection().in_atomic_block:  # the caller's transaction will do: no savepoint
        return _append(waiting)
    with transaction.atomic():
        return _append(waiting)


def _append(waiting: Mapping[int, Sequence[Draft]]) -> dict[int, list[Event]]:
    counters = hold_counters(waiting)
    events = {owner_id: list(_chained(counters[owner_id], listed)) for owner_id, listed in waiting.items()}
    for owner_id, appended in events.items():
        counter, latest = counters[owner_id], appended[-1]
        counter.last, counter.head = latest.number, latest.hash
        counter.seal = seal(owner_id, latest.number, latest.hash)
    _save(list(counters.values()))
    Event.objects.bulk_create([event for appended in events.values() for event in appended])
    for owner_id, appended in events.items():
        transaction.on_commit(partial(live.push_events, owner_id, [as_frame(event) for event in appended]))
    return events


def hold_counter(owner_id: int) -> EventCounter:
    """The owner's counter, locked until the transaction ends: nobody else appends to the log meanwhile."""
    return hold_counters([owner_id])[owner_id]


def hold_counters(owner_ids: Iterable[int]) -> dict[int, EventCounter]:
    """The same of several owners, by owner; locked in one order everywhere, so that two lockers cannot deadlock."""
    wanted = set(owner_ids)
    found = _HELD(list(wanted))
    if missing := wanted - {counter.owner_id for counter in found}:
        EventCounter.objects.bulk_create([EventCounter(owner_id=pk) for pk in sorted(missing)], ignore_conflicts=True)
        found = _HELD(list(wanted))
    return {counter.owner_id: counter for counter in found}


def _save(counters: list[EventCounter]) -> None:
    if len(counters) == 1:
        counters[0].save(update_fields=["last", "head", "seal"])
        return
    # One upsert of rows that are locked and known to exist.
    EventCounter.objects.bulk_create(
        counters, update_conflicts=True, unique_fields=["owner"], update_fields=["last", "head", "seal"]
    )


def _chained(counter: EventCounter, drafts: Sequence[Draft]) -> Iterator[Event]:
    """The drafts as events that continue the chain (trading/audit/audit_chain.py)."""
    now, actor, previous = wall_now(), current_actor(), counter.head
    for number, draft in enumerate(drafts, counter.last + 1):
        event = Event(
            owner_id=counter.owner_id,
            number=number,
            type=draft.type,
            account_id=draft.account_id,
            payload=draft.payload,
            actor_id=actor.user_id,
            via=actor.via,
            created_at=now,
        )
        event.hash = previous = event_hash(
            previous,
            owner=event.owner_id,
            number=number,
            type=event.type,
            account=event.account_id,
            actor=event.actor_id,
            via=event.via,
            payload=normalized(json.dumps(draft.payload)),
            created_at=now,
        )
        yield event


def latest_number(owner_id: int) -> int:
    counter = EventCounter.objects.filter(owner_id=owner_id).first()
    return counter.last if counter else 0
