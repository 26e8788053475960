"""An owner's events as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Collection
from typing import Any

from django.db import DatabaseError

from trading import quiet
from trading.feed.follower import Follower
from trading.feed.live import Entry
from trading.feed.live_hub import Inbox, hub
from trading.models import EventType

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
# Then the client has to come back, which its browser does by itself, and to show again that it may.
LONGEST_SECONDS = 900.0
_RETRY_MS = 2000
USUAL_TYPES = (
    EventType.STATUS,
    EventType.TRADE_EXECUTED,
    EventType.TRADE_UPDATE,
    EventType.TRADE_CLOSED,
    EventType.BALANCE_UPDATE,
    EventType.ERROR,
    EventType.DRAWDOWN_LIMIT,
)


class EventStream:
    """The text of one client's stream, piece by piece: `async for` it once.

    It starts after event `asked`, else after the `latest`. Each event has its number for its id, and so has each
    heartbeat: what comes after it has not been sent. A client that asks to go on from further back than the log is read
    for is told to `resync`: to load everything anew.
    """

    def __init__(
        self,
        *,
        owner_id: int,
        latest: int,
        asked: int | None = None,
        types: Collection[str] = USUAL_TYPES,
        account_id: int | None = None,
    ) -> None:
        self._latest, self._types, self._account_id = latest, frozenset(types), account_id
        self._follower = Follower(owner_id, self._take)
        self._is_lost = not self._follower.stand(asked, latest) and asked is not None
        self._ready: list[str] = []

    async def __aiter__(self) -> AsyncIterator[str]:
        with hub().following(self._follower.owner_id) as inbox:
            yield f"retry: {_RETRY_MS}\n\n"
            if self._is_lost:
                yield frame("resync", self._latest, {"type": "resync", "number": self._latest})
            yield self._heartbeat()
            ends, beats = time.monotonic() + LONGEST_SECONDS, time.monotonic() + HEARTBEAT_SECONDS
            news: Any = self._latest
            while time.monotonic() < ends:
                more = True
                while more:
                    more = await self._follow(news)
                    if self._ready:
                        yield self._taken()
                if time.monotonic() >= beats:
                    yield self._heartbeat()
                    beats = time.monotonic() + HEARTBEAT_SECONDS
                news = await _next(inbox, beats - time.monotonic())

    async def _follow(self, news: Any) -> bool:
        """Take in what is new; whether to go on reading the log. A database that is away is asked again later."""
        try:
            if isinstance(news, list):
                await self._follower.pushed(news)
            elif news is not None and news > self._follower.last:
                return await self._follower.catch_up()
        except DatabaseError as error:
            quiet.warn(logger, "the event log cannot be read (%s)", type(error).__name__)
        return False

    async def _take(self, entry: Entry) -> None:
        if entry.type in self._types and self._account_id in (None, entry.account):
            self._ready.append(f"event: {entry.type}\nid: {entry.number}\ndata: {entry.text}\n\n")

    def _taken(self) -> str:
        text = "".join(self._ready)
        self._ready.clear()
        return text

    def _heartbeat(self) -> str:
        number = self._follower.last
        return frame("heartbeat", number, {"type": "heartbeat", "number": number, "time": time.time()})


def frame(kind: str, number: int, data: dict[str, Any]) -> str:
    return f"event: {kind}\nid: {number}\ndata: {json.dumps(data)}\n\n"


async def _next(inbox: Inbox, seconds: float) -> Any:
    """The next news, or None when there are none for so long."""
    try:
        return await asyncio.wait_for(inbox.get(), max(seconds, 0.0))
    except TimeoutError:
        return None
