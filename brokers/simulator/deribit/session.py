"""One WebSocket: JSON-RPC calls in, answers and notifications out, heartbeats."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from brokers.interface import Quote
from brokers.simulator.deribit import channels
from brokers.simulator.deribit.calls import Json
from brokers.simulator.deribit.venue import Venue
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.events import Event
from brokers.simulator.line import Line

Answer = Callable[["Session", str], None]


class Session:
    """`account` is None until public/auth. `answer` does a call; it sends, delays, or cuts, as the faults want."""

    def __init__(self, venue: Venue, line: Line, answer: Answer) -> None:
        self.venue = venue
        self.line = line
        self.account: Account | None = None
        self.channels: set[str] = set()
        self._answer = answer
        self._heart: asyncio.Task[None] | None = None
        self._heard = True

    async def run(self, socket: web.WebSocketResponse) -> None:
        """Serve the socket until either side ends it."""
        self.venue.exchange.market.add_listener(self._on_quote)
        self.venue.exchange.add_listener(self._on_event)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._answer(self, message.data)
        finally:
            self.venue.exchange.market.remove_listener(self._on_quote)
            self.venue.exchange.remove_listener(self._on_event)
            self.beat(None)

    # Heartbeats.

    def heard(self) -> None:
        """public/test came: the client lives."""
        self._heard = True

    def beat(self, interval: int | None) -> None:
        """Ask for a sign of life every `interval` seconds; None: no more."""
        if self._heart is not None:
            self._heart.cancel()
        self._heart = None
        if interval is not None:
            self._heard = True
            self._heart = asyncio.get_running_loop().create_task(self._beat(interval))

    async def _beat(self, interval: int) -> None:
        while True:
            await asyncio.sleep(interval * self.venue.heartbeat_second)
            if not self._heard:
                self.line.cut()
                return
            self._heard = False
            self.line.send({"jsonrpc": "2.0", "method": "heartbeat", "params": {"type": "heartbeat"}})
            self.line.send({"jsonrpc": "2.0", "method": "heartbeat", "params": {"type": "test_request"}})

    # Subscriptions.

    def subscribe(self, channel: str) -> None:
        if channel in self.channels:
            return
        self.channels.add(channel)
        first = channels.first_message(self.venue, channel)
        if first is not None:  # after the answer to the subscription
            asyncio.get_running_loop().call_soon(self._notify, channel, first)

    def _on_quote(self, quote: Quote) -> None:
        """Market data is not befallen by faults when it is pushed: there is too much of it."""
        for channel, data in channels.of_quote(self.venue, sorted(self.channels), quote):
            self._notify(channel, data)

    def _on_event(self, event: Event) -> None:
        if self.account is None or event.account is not self.account:
            return
        for channel, data in channels.of_event(self.venue, sorted(self.channels), event):
            self.line.push(".".join(channel.split(".")[:2]), _notification(channel, data))

    def _notify(self, channel: str, data: Any) -> None:
        self.line.send(_notification(channel, data))


def _notification(channel: str, data: Any) -> Json:
    return {"jsonrpc": "2.0", "method": "subscription", "params": {"channel": channel, "data": data}}
