"""Sessions for what an exchange does not push: asked again and again, at a pace that the exchange stands."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from brokers.adapters.ccxt.escalation import StopWatch
from brokers.adapters.ccxt.follow import Follower
from brokers.adapters.ccxt.streams import Streams
from brokers.errors import BrokerError, RateLimited
from brokers.interface import OrderReport, Quote

logger = logging.getLogger(__name__)


class Poller:
    """`every`: seconds between two looks. An error ends the session: Streams starts it again, ever more patiently."""

    def __init__(self, streams: Streams, *, every: float = 2.0) -> None:
        self._streams, self._every = streams, every

    async def repeat(self, topic: str, look: Callable[[], Any]) -> None:
        """Call `look` (blocking) for ever. `health` says that the topic is polled."""
        while True:
            try:
                await self._streams.blocking(look)
            except RateLimited as error:
                await asyncio.sleep(error.retry_after)
                raise
            self._streams.health.works(topic, polled=True)
            await asyncio.sleep(self._every)

    async def orders(self, topic: str, follower: Follower) -> None:
        await self.repeat(topic, follower.catch_up)

    async def quotes(
        self, topic: str, read: Callable[[str], Quote], symbols: Sequence[str], tell: Callable[[Quote], None]
    ) -> None:
        def look() -> None:
            for symbol in symbols:
                tell(read(symbol))

        await self.repeat(topic, look)

    async def stops(
        self, stops: StopWatch, last_price: Callable[[str], float], tell: Callable[[OrderReport], None]
    ) -> None:
        """Watch over the stops that wait: a price for each symbol that has one. Never ends in an error."""
        while True:
            for unified in stops.symbols():
                try:
                    price = await self._streams.blocking(last_price, unified)
                    for report in await self._streams.blocking(stops.price, unified, price):
                        await self._streams.blocking(tell, report)
                except BrokerError as error:
                    logger.warning("a stop's price could not be read (%s)", error.code)
            await asyncio.sleep(self._every)
