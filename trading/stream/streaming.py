"""The streamer: market data in, quotes and candles out, exits and strategies awakened.

One task a venue. A venue is streamed by whoever holds its Redis lease; another streamer takes over within 10 s.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

import redis.asyncio
from asgiref.sync import sync_to_async

from brokers.instruments import remember_instruments
from brokers.interface import Quote
from signals.marketdata.aggregate import TickAggregator
from signals.marketdata.candles import Candle
from signals.marketdata.lease import StreamLease
from signals.marketdata.quotes import AsyncQuoteStore
from signals.marketdata.source import MarketSource
from signals.marketdata.window import AsyncCandleWindow
from trading import queueing
from trading.feed import live
from trading.models import ExitReason
from trading.rules.exits import STOP_LOSS, TAKE_PROFIT
from trading.stream.trigger_index import MOVE, Hit, TriggerIndex
from trading.stream.trigger_sync import TriggerSync

logger = logging.getLogger(__name__)

FRAME_SECONDS = 0.25
HISTORY = (("5s", 600), ("1m", 600), ("5m", 300))
_REASONS = {STOP_LOSS: ExitReason.STOP_LOSS, TAKE_PROFIT: ExitReason.TAKE_PROFIT}


class VenueStream:
    """Streams one venue while it holds the venue's lease."""

    def __init__(
        self, source: MarketSource, client: "redis.asyncio.Redis", index: TriggerIndex, sync: TriggerSync, owner: str
    ) -> None:
        self._source = source
        self._index = index
        self._sync = sync
        self._quotes = AsyncQuoteStore(client)
        self._window = AsyncCandleWindow(client)
        self._lease = StreamLease(client, f"stream:{source.venue}", owner)
        self._aggregator = TickAggregator()
        self._waiting: dict[str, Quote] = {}
        self._frames: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Wait for the lease, stream, and start over when the source fails or the lease is lost."""
        while True:
            await self._lease.acquire()
            logger.info("streaming %s", self._source.venue)
            try:
                await self._stream()
            except Exception:
                logger.exception("stream %s failed; starting again", self._source.venue)
            finally:
                await self._lease.release()
            await asyncio.sleep(1)

    async def _stream(self) -> None:
        await self._prepare()
        frames = asyncio.create_task(self._push_frames())
        try:
            async for quotes in self._source.ticks():
                if not self._lease.held:
                    logger.warning("lease of %s lost", self._source.venue)
                    return
                await self._on_quotes(quotes)
        finally:
            frames.cancel()

    async def _prepare(self) -> None:
        """Remember the instruments, and fill the candle windows where they are behind the source's history."""
        instruments = await self._source.instruments()
        await sync_to_async(remember_instruments)(instruments)
        for instrument in instruments:
            for timeframe, count in HISTORY:
                candles = await self._source.history(instrument.symbol, timeframe, count)
                await self._window.append_arrays(self._source.venue, instrument.symbol, timeframe, candles)

    async def _on_quotes(self, quotes: list[Quote]) -> None:
        await self._quotes.publish(quotes)
        for quote in quotes:
            self._waiting[quote.symbol] = quote
            self._wake_exits(quote)
            for candle in self._aggregator.add_quote(quote):
                await self._on_candle(candle)

    def _wake_exits(self, quote: Quote) -> None:
        hits = self._index.take(quote.venue, quote.symbol, quote.last)
        if not hits:
            return
        self._sync.fired(hit for hit in hits if hit.reason != MOVE)
        for task, rows in tasks_of(hits, quote.last):
            self._later(queueing.send, task, rows, quote_fields(quote))

    async def _on_candle(self, candle: Candle) -> None:
        await self._window.append(candle)
        self._frames.append(candle_frame(candle))
        self._later(queueing.send, "trading.run_strategies", candle.venue, candle.symbol, candle.timeframe)

    def _later(self, send: Callable[..., object], *args: Any) -> None:
        """Queue a task without holding up the ticks."""
        asyncio.get_running_loop().run_in_executor(None, send, *args)

    async def _push_frames(self) -> None:
        while True:
            await asyncio.sleep(FRAME_SECONDS)
            frames, self._frames = self._frames, []
            if self._waiting:
                quotes, self._waiting = list(self._waiting.values()), {}
                frames.insert(0, {"type": "quotes", "quotes": [quote_frame(quote) for quote in quotes]})
            if frames:
                try:
                    await live.push_market(frames)
                except Exception:
                    logger.warning("market frames not pushed", exc_info=True)


def tasks_of(hits: Iterable[Hit], price: float) -> list[tuple[str, list[Any]]]:
    """The tasks that a tick at `price` sets off, each with the trades that it is for.

    A tick is a bar of one price: beyond a level it fills at the tick, as a gap fills at the open.
    """
    listed = list(hits)
    exits = [(hit.trade_id, _REASONS[hit.reason].value, price) for hit in listed if hit.reason != MOVE]
    moves = [hit.trade_id for hit in listed if hit.reason == MOVE]
    wanted = (("trading.close_triggered", exits), ("trading.move_stops", moves))
    return [(task, rows) for task, rows in wanted if rows]


def quote_fields(quote: Quote) -> dict[str, Any]:
    """The quote as a task argument."""
    return {name: getattr(quote, name) for name in Quote.__dataclass_fields__}


def quote_frame(quote: Quote) -> dict[str, Any]:
    names = ("venue", "symbol", "bid", "ask", "last", "time")
    return {name: getattr(quote, name) for name in names}


def candle_frame(candle: Candle) -> dict[str, Any]:
    """A closed candle for the dashboards; its time is the open in epoch seconds."""
    bar = {name: getattr(candle, name) for name in ("open", "high", "low", "close", "volume")}
    return {
        "type": "candle",
        "venue": candle.venue,
        "symbol": candle.symbol,
        "timeframe": candle.timeframe,
        "candle": {"time": candle.time // 1000, **bar},
    }


async def heartbeat(beat: Callable[[str], None]) -> None:
    """Report every second that the streamer's loop turns."""
    while True:
        await asyncio.to_thread(beat, "streamer")
        await asyncio.sleep(1)


def owner_name() -> str:
    """Who holds a lease: this host and process."""
    import os
    import socket

    return f"{socket.gethostname()}:{os.getpid()}:{time.time():.0f}"
