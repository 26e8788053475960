"""Walking an owner's event log from any place on, every event held to its hash (trading/audit/audit_chain.py)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from trading.audit.audit_chain import event_hash, is_sealed, normalized
from trading.audit.audit_check import (
    CHANGED,
    CUT_OFF,
    MISSING,
    NO_COUNTER,
    NOT_AS_NOTED,
    UNREADABLE,
    UNSEALED,
    Head,
)
from trading.models import Event, EventCounter

_AT_ONCE = 2000
START = Head(0, "")


class ChainBroken(Exception):
    """What is wrong with the log, and the first event that it is wrong with."""

    def __init__(self, number: int, problem: str) -> None:
        self.number, self.problem = number, problem
        super().__init__(f"event {number}: {problem}")


class Told(NamedTuple):
    """An event that is what its hash says. `payload` is as it is hashed (whole floats are integers)."""

    number: int
    type: str
    account_id: int | None
    payload: Any
    hash: str


def walk(owner_id: int, after: Head) -> Iterator[Told]:
    """The owner's events behind `after`, up to the end as it stands now, oldest first, in bounded memory.

    Raises ChainBroken at the first event that does not hold, or where the end is not the one that was sealed.
    """
    counter = EventCounter.objects.filter(owner=owner_id).first()
    if counter is None:
        if after.last or Event.objects.filter(owner=owner_id).exists():
            raise ChainBroken(after.last or 1, NO_COUNTER)
        return
    need_head(owner_id, after)
    number, previous = after.last, after.head
    rows = Event.objects.filter(owner=owner_id, number__gt=after.last, number__lte=counter.last)
    names = ("number", "type", "account_id", "actor_id", "via", "hash", "created_at")
    # The payload as text: one that is no JSON any more is a finding, and no error.
    told = rows.order_by("number", "pk").annotate(text=Cast("payload", TextField())).values(*names, "text")
    for row in told.iterator(_AT_ONCE):
        if row["number"] != number + 1:
            raise ChainBroken(number + 1, MISSING)
        payload = _checked(owner_id, previous, row)
        number, previous = row["number"], row["hash"]
        yield Told(number, row["type"], row["account_id"], payload, previous)
    if number < counter.last:
        raise ChainBroken(number + 1, CUT_OFF)
    untouched = (counter.last, counter.head, counter.seal) == (0, "", "")
    if number > counter.last or previous != counter.head:
        raise ChainBroken(number, UNSEALED)
    if not untouched and not is_sealed(owner_id, counter.last, counter.head, counter.seal):
        raise ChainBroken(number, UNSEALED)


def need_head(owner_id: int, noted: Head) -> None:
    """Raises ChainBroken where the log does not hold the event that was noted earlier."""
    if noted.last:
        found = Event.objects.filter(owner=owner_id, number=noted.last).values_list("hash", flat=True)
        if list(found) != [noted.head]:
            raise ChainBroken(noted.last, NOT_AS_NOTED)


def _checked(owner_id: int, previous: str, row: dict[str, Any]) -> Any:
    """The payload, if the row is what its hash and that of the one before it say. Raises ChainBroken."""
    try:
        payload = normalized(row["text"])
        expected = event_hash(
            previous,
            owner=owner_id,
            number=row["number"],
            type=row["type"],
            account=row["account_id"],
            actor=row["actor_id"],
            via=row["via"],
            payload=payload,
            created_at=row["created_at"],
        )
    except (ValueError, RecursionError):
        raise ChainBroken(row["number"], UNREADABLE) from None
    if expected != row["hash"]:
        raise ChainBroken(row["number"], CHANGED)
    return payload
