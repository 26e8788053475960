"""What is new in the logs that this process's event streams follow: pushed over Redis, and looked for each second.

The look is one query for all streams. It is what is left while Redis is down, and it finds what a push has lost.
"""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from trading import quiet
from trading.feed.follower import read
from trading.feed.live import owner_group
from trading.models import EventCounter

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 2.0
_WAITING = 100  # news for a client that reads slowly; what does not fit is read from the log

# The rows of a push (live.push_events), or the number of the owner's latest event.
News = list[list[Any]] | int
Inbox = asyncio.Queue[News]


class Hub:
    """One for each event loop; at work while anybody follows."""

    def __init__(self) -> None:
        self._inboxes: dict[int, set[Inbox]] = {}
        self._joined: set[int] = set()
        self._channel = f"live.{uuid.uuid4().hex}"
        self._changed = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    @contextmanager
    def following(self, owner_id: int) -> Iterator[Inbox]:
        """News of the owner's log, while inside. Once pushes are sure to arrive, the latest number is told."""
        inbox: Inbox = asyncio.Queue(_WAITING)
        self._inboxes.setdefault(owner_id, set()).add(inbox)
        self._changed.set()
        self._start()
        try:
            yield inbox
        finally:
            self._inboxes[owner_id].discard(inbox)
            if not self._inboxes[owner_id]:
                del self._inboxes[owner_id]
            self._changed.set()

    async def at_rest(self) -> None:
        """Until nobody follows, and all that was taken for followers is given back."""
        while self._work is not None:
            await asyncio.wait({self._work})
            await asyncio.sleep(0)  # for the work's own callback

    def _start(self) -> None:
        if self._work is None and self._inboxes:
            self._work = asyncio.create_task(self._run())
            self._work.add_done_callback(self._ended)

    def _ended(self, work: "asyncio.Task[None]") -> None:
        self._work = None
        if not work.cancelled():
            self._start()  # somebody may have come while things were put away

    async def _run(self) -> None:
        parts = [asyncio.create_task(self._listen()), asyncio.create_task(self._look())]
        await asyncio.sleep(0)  # until the listener has its channel: only such can join groups
        try:
            while self._inboxes:
                self._changed.clear()
                everywhere = await self._join()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), None if everywhere else LOOK_SECONDS)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await self._join()

    async def _listen(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                message = await layer.receive(self._channel)
            except Exception as error:  # whatever a Redis that is down makes of it
                quiet.warn(logger, "no pushes (%s); event streams look into the log", type(error).__name__)
                await asyncio.sleep(LOOK_SECONDS)
            else:
                self._tell(message["owner"], message["events"])

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._tell_latest(list(self._inboxes))

    async def _join(self) -> bool:
        """Be in the groups of those who are followed, and in no other; whether that worked."""
        layer, followed = get_channel_layer(), set(self._inboxes)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                for owner_id in self._joined - followed:
                    self._joined.discard(owner_id)
                    await layer.group_discard(owner_group(owner_id), self._channel)
                for owner_id in followed - self._joined:
                    await layer.group_add(owner_group(owner_id), self._channel)
                    self._joined.add(owner_id)
                    await self._tell_latest([owner_id])
        except Exception as error:
            quiet.warn(logger, "no groups (%s); event streams look into the log", type(error).__name__)
            return False
        return True

    async def _tell_latest(self, owner_ids: Collection[int]) -> None:
        try:
            latest = await read(_latest, owner_ids)
        except Exception as error:  # the database is away; the next look may find it back
            quiet.warn(logger, "the event log cannot be read (%s)", type(error).__name__)
            return
        for owner_id, number in latest:
            self._tell(owner_id, number)

    def _tell(self, owner_id: int, news: News) -> None:
        for inbox in self._inboxes.get(owner_id, ()):
            with contextlib.suppress(asyncio.QueueFull):
                inbox.put_nowait(news)


def _latest(owner_ids: Collection[int]) -> list[tuple[int, int]]:
    return list(EventCounter.objects.filter(owner_id__in=owner_ids).values_list("owner_id", "last"))


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """The running event loop's."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
