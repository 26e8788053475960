"""Checking an owner's log against its hash chain (trading/audit/audit_chain.py), row by row, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from trading.audit.audit_chain import event_hash, is_sealed, normalized
from trading.models import Event, EventCounter

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with the events `first` to `last` of an owner."""

    owner_id: int
    first: int
    last: int
    problem: str

    def __str__(self) -> str:
        events = f"event {self.first}" if self.first == self.last else f"events {self.first} to {self.last}"
        return f"{events}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of an owner's log, as it was noted at some time: its last number and hash."""

    last: int
    head: str


CHANGED = "not what was written: the content, the number or the hash was changed"
UNREADABLE = "the content is no JSON that could have been written"
MISSING = "removed"
CUT_OFF = "removed from the end"
ADDED = "added behind the end"
TWICE = "the number was given twice"
UNSEALED = "the end's seal is not ours: events were removed from the end, or the chain was written anew"
NO_COUNTER = "the counter that holds the end was removed"
NOT_AS_NOTED = "not the event that was noted earlier: the log was rolled back, or written anew"


def owners() -> list[int]:
    """Whoever has a log, or the counter of one."""
    logged = EventCounter.objects.values_list("owner_id", flat=True)
    orphaned = Event.objects.filter(~Exists(EventCounter.objects.filter(owner=OuterRef("owner"))))
    return sorted({*logged, *orphaned.order_by().values_list("owner_id", flat=True).distinct()})


def verify(owner_id: int, noted: Head | None = None) -> Iterator[Finding]:
    """What is wrong with the owner's log, in its order, neighbors of one kind as one; nothing where all is well.

    `noted` is where the log once stood, from an earlier run: a log that was rolled back behind it, seal and all, shows.
    Events that are emitted meanwhile do no harm.
    """
    return _joined(_Walk(owner_id, noted).findings())


class _Walk:
    """One walk along an owner's log."""

    def __init__(self, owner_id: int, noted: Head | None) -> None:
        self._owner_id, self._noted = owner_id, noted
        self._number, self._hash = 0, ""

    def findings(self) -> Iterator[Finding]:
        counter = EventCounter.objects.filter(owner=self._owner_id).first()
        last, head = (counter.last, counter.head) if counter else (0, "")
        rows = _rows(self._owner_id)
        for row in (rows.filter(number__lte=last) if counter else rows).iterator(_AT_ONCE):
            yield from self._step(row)
        if counter is None:
            if self._number:
                yield self._finding(self._number, NO_COUNTER)
        elif self._number < last:
            yield self._finding(self._number + 1, CUT_OFF, last)
        elif self._hash != head or not self._is_sealed(counter):
            yield self._finding(last, UNSEALED)
        behind = rows.filter(number__gt=F("owner__event_counter__last")) if counter else rows.none()
        for row in behind.iterator(_AT_ONCE):
            yield self._finding(row["number"], ADDED)
        if self._noted is not None:
            yield self._finding(self._noted.last, NOT_AS_NOTED)

    def _step(self, row: dict[str, Any]) -> Iterator[Finding]:
        number: int = row["number"]
        if number == self._number:
            yield self._finding(number, TWICE)
        elif number > self._number + 1:
            yield self._finding(self._number + 1, MISSING, number - 1)
        else:
            yield from self._content(row)
        self._number, self._hash = number, row["hash"]
        if self._noted is not None and self._noted == Head(number, row["hash"]):
            self._noted = None

    def _content(self, row: dict[str, Any]) -> Iterator[Finding]:
        """Whether the row is what its hash, and that of the row before it, say. (Behind a gap, nobody can tell.)"""
        try:
            expected = event_hash(
                self._hash,
                owner=self._owner_id,
                number=row["number"],
                type=row["type"],
                account=row["account_id"],
                actor=row["actor_id"],
                via=row["via"],
                payload=normalized(row["text"]),
                created_at=row["created_at"],
            )
        except (ValueError, RecursionError):
            yield self._finding(row["number"], UNREADABLE)
            return
        if expected != row["hash"]:
            yield self._finding(row["number"], CHANGED)

    def _is_sealed(self, counter: EventCounter) -> bool:
        untouched = (counter.last, counter.head, counter.seal) == (0, "", "")
        return untouched or is_sealed(self._owner_id, counter.last, counter.head, counter.seal)

    def _finding(self, first: int, problem: str, last: int | None = None) -> Finding:
        return Finding(self._owner_id, first, first if last is None else last, problem)


def _rows(owner_id: int) -> "QuerySet[Event, dict[str, Any]]":
    """The payload as text: one that is no JSON any more is a finding, too, and no error."""
    rows = Event.objects.filter(owner=owner_id).order_by("number", "pk")
    names = ("number", "type", "account_id", "actor_id", "via", "hash", "created_at")
    return rows.annotate(text=Cast("payload", TextField())).values(*names, "text")


def _joined(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Neighbors with the same problem as one."""
    held: Finding | None = None
    for finding in findings:
        if held is not None and finding.problem == held.problem and finding.first == held.last + 1:
            held = replace(held, last=finding.last)
            continue
        if held is not None:
            yield held
        held = finding
    if held is not None:
        yield held
