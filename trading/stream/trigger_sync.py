"""Keeping the in-memory trigger index in step with the database."""

import asyncio
import json
import logging
import math
import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import redis.asyncio
from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.db.models import Q

from trading.market import wall_now
from trading.models import Trade
from trading.stream.trigger_feed import CHANNEL, FIELDS, as_row
from trading.stream.trigger_index import Hit, TriggerIndex, Triggers

logger = logging.getLogger(__name__)

RESYNC_SECONDS = 2.0
REARM_SECONDS = 5.0
# Rows are re-read this far back: a transaction stamps `updated_at` before it commits.
_OVERLAP = timedelta(seconds=30)


def triggers_of(row: dict[str, Any]) -> Triggers:
    names = ("id", "venue", "symbol", "direction", "stop", "target", "move")
    return Triggers(*(row[name] for name in names))


def load_open() -> list[dict[str, Any]]:
    """The triggers of every open trade."""
    close_old_connections()
    return [as_row(trade) for trade in Trade.objects.watched().only(*FIELDS).order_by().iterator(10_000)]


def load_changed(since: datetime, fired: Collection[int]) -> list[dict[str, Any]]:
    """The triggers of trades changed after `since` (wall time), and of those in `fired`."""
    close_old_connections()
    changed = Trade.objects.filter(Q(updated_at__gte=since) | Q(pk__in=fired))
    return [as_row(trade) for trade in changed.only(*FIELDS).order_by()]


class TriggerSync:
    """Feeds the index: all open trades at the start, then Redis messages at once and the database every 2 s.

    A trade whose stop or target fired is out of the index while its close is under way. It is armed again as soon as
    its levels have changed (a target closed a portion, and the next one is in force), or when the database still has it
    OPEN as it was after `REARM_SECONDS` (the message was lost, the close failed).
    """

    def __init__(self, index: TriggerIndex, client: "redis.asyncio.Redis") -> None:
        self._index = index
        self._redis = client
        self._fired: dict[int, tuple[float, Triggers | None]] = {}

    def fired(self, hits: Iterable[Hit]) -> None:
        """Note that these trades were taken from the index and sent to be closed."""
        now = time.monotonic()
        self._fired |= {hit.trade_id: (now, hit.triggers) for hit in hits}

    def apply(self, row: dict[str, Any]) -> None:
        """Take over a trade's triggers, as trigger_feed.as_row tells them."""
        triggers = triggers_of(row)
        sent, then = self._fired.get(row["id"], (-math.inf, None))
        as_it_was = then is not None and (then.stop, then.target) == (triggers.stop, triggers.target)
        if row["open"] and as_it_was and time.monotonic() - sent < REARM_SECONDS:
            return
        self._fired.pop(row["id"], None)
        if row["open"]:
            self._index.put(triggers)
        else:
            self._index.remove(row["id"])

    async def run(self) -> None:
        await self.reload()
        await asyncio.gather(self._listen(), self._resync())

    async def reload(self) -> None:
        self._index.load(triggers_of(row) for row in await sync_to_async(load_open)())

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            for row in json.loads(message["data"]):
                                self.apply(row)
            except redis.RedisError:
                logger.warning("trigger feed lost; the resync carries on")
                await asyncio.sleep(1)

    async def _resync(self) -> None:
        since = wall_now() - _OVERLAP
        while True:
            await asyncio.sleep(RESYNC_SECONDS)
            try:
                started = wall_now()
                for row in await sync_to_async(load_changed)(since, list(self._fired)):
                    self.apply(row)
                since = started - _OVERLAP
            except Exception:
                logger.exception("trigger resync failed; trying again")
