"""Following an owner's events without a gap: what the WebSocket and the event stream have in common."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from channels.db import database_sync_to_async

from trading.feed.events import as_frame
from trading.feed.live import Entry, entry_of
from trading.models import Event

BACKLOG = 1000
# Apart from the threads of requests: a stream that is open for hours would keep its request's thread, and the database
# connection in it, for as long.
_readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


async def read(query: Callable[..., Any], *args: Any) -> Any:
    """`query(*args)` in one of a few threads that the live connections share."""
    return await database_sync_to_async(query, thread_sensitive=False, executor=_readers)(*args)


class Follower:
    """Where a client stands in its owner's log. It hands on every event once and in order, whatever pushes are lost:

    a pushed number that does not follow the last one handed on makes it read the log.
    """

    def __init__(self, owner_id: int, deliver: Callable[[Entry], Awaitable[None]]) -> None:
        self.owner_id = owner_id
        self.last = 0
        self._deliver = deliver
        self._lock = asyncio.Lock()

    def stand(self, asked: int | None, latest: int) -> bool:
        """Stand after event `asked`, or after the `latest` where that is none of the last BACKLOG; whether it could."""
        resumed = asked is not None and latest - BACKLOG <= asked <= latest
        self.last = asked if resumed and asked is not None else latest
        return resumed

    async def pushed(self, rows: Iterable[Iterable[Any]]) -> None:
        """Events as they were pushed (live.push_events)."""
        fresh = [entry for entry in (Entry(*row) for row in rows) if entry.number > self.last]
        if fresh and fresh[0].number != self.last + 1:
            await self.catch_up()
            return
        async with self._lock:
            for entry in fresh:
                if entry.number == self.last + 1:
                    await self._hand_on(entry)

    async def catch_up(self) -> bool:
        """Hand on what the log has after the last number, BACKLOG events at most; whether there may be more."""
        async with self._lock:
            missed = await read(self._missed)
            for entry in missed:
                await self._hand_on(entry)
            return len(missed) == BACKLOG

    async def _hand_on(self, entry: Entry) -> None:
        await self._deliver(entry)
        self.last = entry.number

    def _missed(self) -> list[Entry]:
        later = Event.objects.filter(owner_id=self.owner_id, number__gt=self.last).order_by("number")
        return [entry_of(as_frame(event)) for event in later[:BACKLOG]]
