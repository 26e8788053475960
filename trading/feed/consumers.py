"""The live socket: an owner's numbered events without a gap, and the market's unnumbered frames."""

import asyncio
import contextlib
import json
import time
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from trading.feed.events import latest_number
from trading.feed.follower import Follower, read
from trading.feed.live import QUOTES_GROUP, Entry, owner_group

HEARTBEAT_SECONDS = 10.0
UNAUTHENTICATED = 4401


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """`?last=N` resumes after event N. Every event reaches the socket once and in order, whatever the layer loses:

    a pushed number that does not follow the last one sent, and every heartbeat, make it read the log.
    """

    follower: Follower
    symbols: frozenset[tuple[str, str]] | None = None

    async def connect(self) -> None:
        user = self.scope.get("user")
        await self.accept()
        if user is None or not user.is_authenticated:
            await self.close(code=UNAUTHENTICATED)
            return
        self.follower = Follower(user.pk, self._deliver)
        # Join first, then read the log: what is emitted in between arrives twice and is told apart by its number.
        await self.channel_layer.group_add(owner_group(user.pk), self.channel_name)
        await self.channel_layer.group_add(QUOTES_GROUP, self.channel_name)
        await self._resume(self._asked_for())
        self._heart = asyncio.create_task(self._beat())

    def _asked_for(self) -> int | None:
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        text = query.get("last", [""])[0]
        return int(text) if text.isdigit() and len(text) < 19 else None

    async def _resume(self, asked: int | None) -> None:
        latest = await read(latest_number, self.follower.owner_id)
        resumed = self.follower.stand(asked, latest)
        await self.send_json({"type": "hello", "number": latest, "resumed": resumed})
        if asked is not None and not resumed:
            await self.send_json({"type": "resync"})
        await self.follower.catch_up()

    async def _deliver(self, entry: Entry) -> None:
        await self.send(text_data=entry.text)

    async def _beat(self) -> None:
        with contextlib.suppress(OSError):  # the client left while we sent; `disconnect` tidies up
            while True:
                await asyncio.sleep(HEARTBEAT_SECONDS)
                await self.follower.catch_up()
                await self.send_json({"type": "heartbeat", "number": self.follower.last, "time": time.time()})

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Pushed frames need no database: Channels' look at its connections, a thread's work each, is left out."""
        if message["type"] == "live.market":
            await self.live_market(message)
        elif message["type"] == "live.events":
            await self.live_events(message)
        else:
            await super().dispatch(message)

    async def live_events(self, message: dict[str, Any]) -> None:
        await self.follower.pushed(message["events"])

    async def live_market(self, message: dict[str, Any]) -> None:
        for text in message["frames"]:
            if self.symbols is None:
                await self.send(text_data=text)
            elif (wanted := self._wanted(json.loads(text))) is not None:
                await self.send_json(wanted)

    def _wanted(self, frame: dict[str, Any]) -> dict[str, Any] | None:
        """What of a market frame the client asked for."""
        if self.symbols is None:
            return frame
        if frame["type"] == "quotes":
            kept = [quote for quote in frame["quotes"] if (quote["venue"], quote["symbol"]) in self.symbols]
            return {"type": "quotes", "quotes": kept} if kept else None
        return frame if (frame["venue"], frame["symbol"]) in self.symbols else None

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        problem = self._subscribe(content)
        if problem:
            error = {"code": "invalid", "message": problem, "fields": {}}
            await self.send_json({"type": "error", "payload": error})

    def _subscribe(self, content: Any) -> str:
        """Apply {"type": "subscribe", "venue", "symbols"}; returns what is wrong with it, if anything."""
        if not isinstance(content, dict) or content.get("type") != "subscribe":
            return 'type: the socket understands "subscribe".'
        venue, symbols = content.get("venue"), content.get("symbols")
        if not isinstance(venue, str):
            return "venue: a string is needed."
        if not isinstance(symbols, list) or len(symbols) > 200 or not all(isinstance(item, str) for item in symbols):
            return "symbols: a list of at most 200 strings is needed."
        self.symbols = frozenset((venue, symbol) for symbol in symbols)
        return ""

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        try:
            return await super().decode_json(text_data)
        except ValueError:
            return None

    async def disconnect(self, code: int) -> None:
        if not hasattr(self, "follower"):
            return
        if hasattr(self, "_heart"):
            self._heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._heart
        await self.channel_layer.group_discard(owner_group(self.follower.owner_id), self.channel_name)
        await self.channel_layer.group_discard(QUOTES_GROUP, self.channel_name)
