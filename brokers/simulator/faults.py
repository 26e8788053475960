"""What can go wrong on the way to a broker, on demand: rules that are drawn from at every call."""

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any


class FaultKind(StrEnum):
    DELAY = "delay"
    DROP_REPLY = "drop_reply"  # the call is done, and never answered
    DISCONNECT_BEFORE = "disconnect_before"  # the connection dies with the call undone
    DISCONNECT_AFTER = "disconnect_after"  # the call is done, then the connection dies
    DUPLICATE = "duplicate"  # a message that a socket sends is sent twice
    RATE_LIMITED = "rate_limited"  # refused as one call too many
    SERVER_ERROR = "server_error"  # an internal error, the call undone
    PARTIAL_FILL = "partial_fill"  # the order fills in part, the rest with later ticks
    STALE_BOOK = "stale_book"  # market data from the past
    MAINTENANCE = "maintenance"  # refused: the venue is closed for work


UNDONE = frozenset({FaultKind.DISCONNECT_BEFORE, FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.MAINTENANCE})
"""The kinds with which the call has no effect."""

PUSHED = frozenset({FaultKind.DELAY, FaultKind.DROP_REPLY, FaultKind.DISCONNECT_BEFORE, FaultKind.DUPLICATE})
"""The kinds that can befall a message which a socket pushes, without a call."""

CALLED = frozenset(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong now; `seconds` is how long a delay takes, or how long a client waits for its reply in vain."""

    kind: FaultKind
    seconds: float


@dataclass(slots=True)
class FaultRule:
    """`call` is a call's name, or a pattern with * and ?; `probability` 0-1; `times` is what is left, None: no end."""

    call: str
    kind: FaultKind
    probability: float = 1.0
    times: int | None = None
    seconds: float = 0.5

    @classmethod
    def from_json(cls, row: object) -> "FaultRule":
        """Raises ValueError naming a field that is unknown, missing or wrong."""
        if not isinstance(row, Mapping):
            raise ValueError(f"rule: an object is needed, not {row!r}")  # noqa: TRY004
        if unknown := sorted(set(row) - {item.name for item in fields(cls)}):
            raise ValueError(f"{unknown[0]}: a fault rule has no such field")
        call, kind = row.get("call"), row.get("kind")
        if not isinstance(call, str) or not call:
            raise ValueError(f"call: a call's name or a pattern is needed, not {call!r}")
        if kind not in list(FaultKind):
            raise ValueError(f"kind: one of {', '.join(FaultKind)} is needed, not {kind!r}")
        probability = _number(row, "probability", 1.0)
        if probability > 1:
            raise ValueError(f"probability: a fraction 0-1 is needed, not {probability!r}")
        times = row.get("times")
        if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 0):
            raise ValueError(f"times: a whole number of at least 0, or null, is needed, not {times!r}")
        return cls(call, FaultKind(kind), probability, times, _number(row, "seconds", 0.5))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    """Rules in order: the first that matches the call and is drawn decides. The draws are seeded."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.rules: list[FaultRule] = []
        self.drawn: dict[str, int] = {}

    def replace(self, rows: Iterable[object]) -> None:
        """Put these rules (JSON objects) in place of all there are. Raises ValueError naming what is wrong."""
        self.rules = [FaultRule.from_json(row) for row in rows]

    def draw(self, call: str, kinds: Collection[FaultKind] = CALLED) -> Fault | None:
        """What goes wrong with this call, of those `kinds` alone that its caller can act out; mostly nothing."""
        for rule in self.rules:
            if rule.times == 0 or rule.kind not in kinds or not fnmatchcase(call, rule.call):
                continue
            if rule.probability < 1 and self._random.random() >= rule.probability:
                continue
            if rule.times is not None:
                rule.times -= 1
            self.drawn[rule.kind] = self.drawn.get(rule.kind, 0) + 1
            return Fault(rule.kind, rule.seconds)
        return None


def _number(row: Mapping[str, Any], name: str, default: float) -> float:
    value = row.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 86_400:
        raise ValueError(f"{name}: a number of at least 0 is needed, not {value!r}")
    return float(value)
