"""The streams that one socket has asked for."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.terms import Terms


@dataclass(slots=True, eq=False)
class Subscription:
    """`kind` is the name that forget_all knows it by; `about` what it streams, the same for the same request.

    A `stale` one has stopped being fed.
    """

    kind: str
    about: tuple[Any, ...]
    request: dict[str, Any]
    symbol: str | None = None
    contract_id: int | None = None
    terms: Terms | None = None
    granularity: int = 0
    stale: bool = False
    stream_id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Subscriptions:
    def __init__(self, most: Callable[[], int]) -> None:
        self._most = most
        self._streams: dict[str, Subscription] = {}

    def __iter__(self) -> Iterator[Subscription]:
        return iter(list(self._streams.values()))

    def add(self, stream: Subscription, name: str) -> Subscription:
        """Raises Refused where the socket streams that already, or has as many streams as it may."""
        if any(held.kind == stream.kind and held.about == stream.about for held in self._streams.values()):
            raise Refused("AlreadySubscribed", f"You are already subscribed to {name}.")
        if len(self._streams) >= self._most():
            raise Refused("RateLimit", "You have reached the limit of subscriptions of one connection.")
        self._streams[stream.stream_id] = stream
        return stream

    def of_kind(self, kind: str) -> list[Subscription]:
        return [stream for stream in self._streams.values() if stream.kind == kind and not stream.stale]

    def forget(self, stream_id: str) -> bool:
        return self._streams.pop(stream_id, None) is not None

    def forget_kind(self, kind: str) -> list[str]:
        gone = [stream.stream_id for stream in self._streams.values() if stream.kind == kind]
        for stream_id in gone:
            del self._streams[stream_id]
        return gone

    def clear(self) -> None:
        self._streams.clear()
