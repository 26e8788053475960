"""Sessions over ccxt.pro: one socket's life, from subscribing to the error or the silence that ends it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from brokers.adapters.ccxt.follow import Follower
from brokers.adapters.ccxt.streams import Streams

_CLOSE_TIMEOUT = 3.0
_CONNECT_TIMEOUT = 15.0
_TAIL = 0.25
_SETTLE = 1.0


class Silence(Exception):
    """Nothing was heard for too long: a socket may be dead without being closed."""


class Watcher:
    """`make` gives a ccxt.pro exchange that knows its markets. Silence and quiet are in seconds.

    Public streams that say nothing for `silence` are broken. Order streams may well be quiet: after `quiet` the account
    is read over REST, so that fills which a half-dead socket swallows are late, not lost.
    """

    def __init__(
        self, streams: Streams, make: Callable[[], Any], *, silence: float = 30.0, quiet: float = 20.0
    ) -> None:
        self._streams, self._make = streams, make
        self._silence, self._quiet = silence, quiet

    async def messages(self, topic: str, method: str, arguments: Sequence[Any], handle: Callable[[Any], None]) -> None:
        """Watch one public stream and hand over what comes."""
        exchange = self._make()
        try:
            watch = getattr(exchange, method)
            while True:
                try:
                    message = await asyncio.wait_for(watch(*arguments), self._silence)
                except TimeoutError:
                    raise Silence from None
                self._streams.health.works(topic)
                handle(message)
        finally:
            await _close(exchange)

    async def orders(self, topic: str, follower: Follower, arguments: Sequence[Any] = ()) -> None:
        """Watch the account's orders. Subscribed first, then caught up over REST, then the new ones are told."""
        exchange = self._make()
        waiting: asyncio.Task[Any] | None = None
        try:
            waiting = asyncio.ensure_future(exchange.watch_orders(*arguments))
            await self._connected(exchange, waiting)
            await self._streams.blocking(follower.catch_up)
            self._streams.health.works(topic)
            news, patience = News(exchange), self._quiet
            while True:
                done, _ = await asyncio.wait([waiting], timeout=patience)
                told = waiting.result() if done else []
                if done:
                    waiting = asyncio.ensure_future(exchange.watch_orders(*arguments))
                elif patience == self._quiet:
                    await self._streams.blocking(follower.catch_up)
                elif patience == _SETTLE:
                    await self._streams.blocking(follower.settle)
                for order in news.since([*told]):
                    await self._streams.blocking(follower.saw, order)
                patience = _TAIL if done else _SETTLE if follower.unsettled else self._quiet
        finally:
            if waiting is not None:
                waiting.cancel()
                await asyncio.wait([waiting], timeout=_CLOSE_TIMEOUT)
            await _close(exchange)

    async def _connected(self, exchange: Any, waiting: "asyncio.Task[Any]") -> None:
        """Until the socket stands and the subscription has been sent, or the watching ends in its error."""
        for _ in range(int(_CONNECT_TIMEOUT / 0.05)):
            if waiting.done():
                return
            clients = list((getattr(exchange, "clients", None) or {}).values())
            if any(getattr(client, "connectionEstablished", None) and client.subscriptions for client in clients):
                await asyncio.sleep(0.3)  # until the exchange has taken it
                return
            await asyncio.sleep(0.05)
        raise Silence


class News:
    """Orders of a ccxt.pro exchange that have changed since they were last looked at.

    What watch_orders returns is not all of it: of messages that arrive in one burst, those after the first stay in the
    exchange's cache until a later message wakes the watcher. So the cache is read, too.
    """

    def __init__(self, exchange: Any) -> None:
        self._exchange = exchange
        self._seen: dict[str, tuple[Any, ...]] = {}

    def since(self, told: list[Any]) -> list[dict[str, Any]]:
        caches = [getattr(self._exchange, name, None) or [] for name in ("orders", "triggerOrders")]
        found = []
        for order in [*told, *(item for cache in caches for item in list(cache))]:
            names = ("status", "filled", "remaining", "amount", "price", "triggerPrice")
            state = tuple(order.get(name) for name in names)
            if order.get("id") and order.get("symbol") and self._seen.get(str(order["id"])) != state:
                self._seen[str(order["id"])] = state
                found.append(dict(order))
        return found


async def _close(exchange: Any) -> None:
    closing: Awaitable[Any] = exchange.close()
    await asyncio.wait([asyncio.ensure_future(closing)], timeout=_CLOSE_TIMEOUT)
