"""A broker's own market as a market source: what accounts there trade on is what they are quoted."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from brokers.errors import BrokerError
from brokers.interface import ConnectionState, Instrument, LiveBroker, Quote
from signals.marketdata.candles import CandleArrays
from signals.marketdata.source import SourceStatus
from signals.marketdata.timeframes import TIMEFRAMES

logger = logging.getLogger(__name__)

SILENCE_SECONDS = 30.0


class BrokerSource:
    """Quotes of `symbols` from an account's adapter, under the account's venue. Ends when the quotes fall silent."""

    def __init__(self, venue: str, broker: LiveBroker, symbols: Sequence[str]) -> None:
        self._venue = venue
        self._broker = broker
        self._symbols = list(symbols)
        self._since = time.time()
        self._failures = 0
        self._message = ""

    @property
    def venue(self) -> str:
        return self._venue

    @property
    def status(self) -> SourceStatus:
        connected = self._broker.get_connection_status().state == ConnectionState.CONNECTED
        return SourceStatus(connected, self._since, self._failures, self._message)

    async def instruments(self) -> list[Instrument]:
        """Those of the symbols that the broker knows; another is logged and left out."""
        found = []
        for symbol in self._symbols:
            try:
                instrument = await asyncio.to_thread(self._broker.get_instrument_info, symbol)
            except BrokerError as error:
                logger.warning("%s: %s is not traded here (%s)", self._venue, symbol, error)
                continue
            found.append(replace(instrument, venue=self._venue, symbol=symbol))
        return found

    async def history(self, symbol: str, timeframe: str, count: int) -> CandleArrays:
        """Closed candles; empty for a timeframe that the broker does not keep."""
        try:
            candles = await asyncio.to_thread(self._broker.get_candles, symbol, timeframe, limit=count)
        except BrokerError:
            return CandleArrays.empty()
        closed = int(time.time() * 1000) - TIMEFRAMES[timeframe]
        return CandleArrays.from_rows(
            (item.time, item.open, item.high, item.low, item.close, item.volume)
            for item in candles
            if item.time <= closed
        )

    async def ticks(self) -> AsyncIterator[list[Quote]]:
        """Quotes as they come. Raises BrokerError; ends after 30 s of silence, so that the stream starts over."""
        loop, waiting = asyncio.get_running_loop(), asyncio.Queue[Quote]()

        def heard(quote: Quote) -> None:
            loop.call_soon_threadsafe(waiting.put_nowait, replace(quote, venue=self._venue))

        subscription = await asyncio.to_thread(self._broker.subscribe_quotes, self._symbols, heard)
        try:
            while True:
                try:
                    first = await asyncio.wait_for(waiting.get(), SILENCE_SECONDS)
                except TimeoutError:
                    self._failures, self._message = self._failures + 1, "silent"
                    return
                quotes = [first]
                while not waiting.empty():
                    quotes.append(waiting.get_nowait())
                yield quotes
        finally:
            await asyncio.to_thread(self._broker.unsubscribe, subscription)

    async def close(self) -> None:
        """The adapter belongs to its account's stream, which closes it."""
