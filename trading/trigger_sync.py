"""Keeping the in-memory trigger index in step with the database."""

import asyncio
import json
import logging
import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import redis.asyncio
from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.db.models import Q

from trading.market import wall_now
from trading.models import Trade, TradeStatus
from trading.trigger_feed import CHANNEL, as_row
from trading.trigger_index import TriggerIndex, Triggers

logger = logging.getLogger(__name__)

RESYNC_SECONDS = 2.0
REARM_SECONDS = 5.0
# Rows are re-read this far back: a transaction stamps `updated_at` before it commits.
_OVERLAP = timedelta(seconds=30)


def triggers_of(row: dict[str, Any]) -> Triggers:
    return Triggers(row["id"], row["venue"], row["symbol"], row["direction"], row["stop"], row["target"])


def load_open() -> list[dict[str, Any]]:
    """The triggers of every open trade."""
    close_old_connections()
    return [as_row(trade) for trade in Trade.objects.filter(status=TradeStatus.OPEN).order_by().iterator(10_000)]


def load_changed(since: datetime, fired: Collection[int]) -> list[dict[str, Any]]:
    """The triggers of trades changed after `since` (wall time), and of those in `fired`."""
    close_old_connections()
    return [as_row(trade) for trade in Trade.objects.filter(Q(updated_at__gte=since) | Q(pk__in=fired)).order_by()]


class TriggerSync:
    """Feeds the index: all open trades at the start, then Redis messages at once and the database every 2 s.

    A trade whose trigger fired is out of the index while its close is under way. If the database still has it OPEN
    after `REARM_SECONDS` (the message was lost, the close failed), it is armed again.
    """

    def __init__(self, index: TriggerIndex, client: "redis.asyncio.Redis") -> None:
        self._index = index
        self._redis = client
        self._fired: dict[int, float] = {}

    def fired(self, trade_ids: Iterable[int]) -> None:
        """Note that these trades were taken from the index and sent to be closed."""
        self._fired |= dict.fromkeys(trade_ids, time.monotonic())

    def _apply(self, row: dict[str, Any]) -> None:
        sent = self._fired.get(row["id"])
        if sent is not None and row["open"] and time.monotonic() - sent < REARM_SECONDS:
            return
        self._fired.pop(row["id"], None)
        if row["open"]:
            self._index.put(triggers_of(row))
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
                                self._apply(row)
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
                    self._apply(row)
                since = started - _OVERLAP
            except Exception:
                logger.exception("trigger resync failed; trying again")
