"""Where market data comes from: one interface, and the simulated market behind it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from brokers.interface import Instrument, Quote
from signals.marketdata.aggregate import TickAggregator
from signals.marketdata.candles import Candle, CandleArrays
from signals.marketdata.simulated import CHARACTERS, STEP_SECONDS, VENUE, SimulatedMarket


class MarketSource(Protocol):
    """A feed of one venue."""

    @property
    def venue(self) -> str: ...

    async def instruments(self) -> list[Instrument]:
        """The instruments that the feed covers."""
        ...

    async def history(self, symbol: str, timeframe: str, count: int) -> CandleArrays:
        """Up to `count` closed candles before now, oldest first; empty when the feed has none."""
        ...

    def ticks(self) -> AsyncIterator[list[Quote]]:
        """Quotes as they come."""
        ...

    async def close(self) -> None: ...


class StateStore(Protocol):
    """Keeps the simulated market's state over a restart."""

    async def load(self) -> str | None: ...

    async def save(self, text: str) -> None: ...


class SimulatedSource:
    """The simulated market at wall-clock pace.

    It saves its state with every step and goes on from it: the market stands still while nobody streams it, and no
    restart makes a price jump. A market that never ran before first lives through `past` seconds, which become its
    history.
    """

    venue = VENUE

    def __init__(
        self,
        *,
        seed: int,
        store: StateStore,
        past: float = 3000.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._seed = seed
        self._store = store
        self._past = past
        self._clock = clock
        self._sleep = sleep
        self._market: SimulatedMarket | None = None
        self._history: dict[tuple[str, str], list[Candle]] = defaultdict(list)

    async def instruments(self) -> list[Instrument]:
        return [character.instrument() for character in CHARACTERS]

    async def history(self, symbol: str, timeframe: str, count: int) -> CandleArrays:
        await self._ready()
        candles = self._history[symbol, timeframe][-count:]
        return CandleArrays.from_rows((c.time, c.open, c.high, c.low, c.close, c.volume) for c in candles)

    async def ticks(self) -> AsyncIterator[list[Quote]]:
        market = await self._ready()
        due = self._clock()
        while True:
            yield market.step(self._clock())
            await self._store.save(market.dump())
            # Keep the pace, but never hurry to make up for a pause.
            due = max(due + STEP_SECONDS, self._clock() - STEP_SECONDS)
            await self._sleep(max(0.0, due - self._clock()))

    async def close(self) -> None:
        self._market = None

    async def _ready(self) -> SimulatedMarket:
        if self._market is None:
            saved = await self._store.load()
            self._market = SimulatedMarket.load(saved, self._seed) if saved else None
        if self._market is None:
            self._market = await self._first_life()
        return self._market

    async def _first_life(self) -> SimulatedMarket:
        market, aggregator = SimulatedMarket(self._seed), TickAggregator()
        now = self._clock()
        steps = int(self._past / STEP_SECONDS)
        for index in range(steps, 0, -1):
            for quote in market.step(now - index * STEP_SECONDS):
                for candle in aggregator.add_quote(quote):
                    self._history[candle.symbol, candle.timeframe].append(candle)
            if index % 500 == 0:
                await asyncio.sleep(0)  # let heartbeats and the lease have their turn
        return market
