"""Where market data comes from: one interface, and the simulated market behind it."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from brokers.interface import Instrument, Quote
from signals.marketdata.aggregate import TickAggregator
from signals.marketdata.candles import Candle, CandleArrays
from signals.marketdata.simulated import CHARACTERS, STEP_SECONDS, VENUE, SimulatedMarket
from signals.marketdata.timeframes import MINUTE, TIMEFRAMES

logger = logging.getLogger(__name__)

_STRIDE = 20  # steps: 5 s, the finest that a candle of a minute can do with
_NEAR_FRAMES = frozenset(TIMEFRAMES)
_FAR_FRAMES = frozenset(name for name, length in TIMEFRAMES.items() if length >= MINUTE)


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a feed stands: connected or not, since when (epoch seconds), failed tries in a row, and the last error's
    kind.
    """

    connected: bool
    since: float
    failures: int
    message: str


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

    @property
    def status(self) -> SourceStatus:
        """How the feed stands now."""
        ...

    async def close(self) -> None: ...


class StateStore(Protocol):
    """Keeps the simulated market's state over a restart."""

    async def load(self) -> str | None: ...

    async def save(self, text: str) -> None: ...


class SimulatedSource:
    """The simulated market at wall-clock pace: every symbol each `every` seconds (a multiple of 0.25).

    It saves its state with every step and goes on from it: the market stands still while nobody streams it, and no
    restart makes a price jump. Where the state is lost, a symbol goes on from its price in `last_prices`. A market that
    never ran before first lives through a past, which becomes its history and ends at the price it goes on from: `far`
    seconds in strides of 5 s for candles from a minute up, then `near` seconds step by step.
    """

    venue = VENUE

    def __init__(
        self,
        *,
        seed: int,
        store: StateStore,
        every: float = STEP_SECONDS,
        near: float = 3000.0,
        far: float = 15_000.0,
        last_prices: Mapping[str, float] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._span = round(every / STEP_SECONDS)
        if self._span < 1 or self._span * STEP_SECONDS != every:
            raise ValueError(f"every: a multiple of {STEP_SECONDS} s is needed, not {every!r}")
        self._every = every
        self._seed = seed
        self._store = store
        self._near = near
        self._far = far
        self._last_prices = last_prices or {}
        self._clock = clock
        self._sleep = sleep
        self._since = clock()
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
            yield market.step(self._clock(), self._span)
            await self._store.save(market.dump())
            # Keep the pace, but never hurry to make up for a pause.
            due = max(due + self._every, self._clock() - self._every)
            await self._sleep(max(0.0, due - self._clock()))

    @property
    def status(self) -> SourceStatus:
        return SourceStatus(connected=self._market is not None, since=self._since, failures=0, message="")

    async def close(self) -> None:
        self._market = None

    async def _ready(self) -> SimulatedMarket:
        if self._market is None:
            saved = await self._store.load()
            self._market = SimulatedMarket.load(saved, self._seed) if saved else None
        if self._market is None and (saved or self._last_prices):
            # It has lived before: an invented past would hold prices that its trades never saw.
            logger.warning("the simulated market's state is lost; it goes on from the last prices known")
            self._market = SimulatedMarket(self._seed, prices=self._last_prices)
        if self._market is None:
            self._market = await self._first_life()
        return self._market

    async def _first_life(self) -> SimulatedMarket:
        market, aggregator = SimulatedMarket(self._seed), TickAggregator(whole_only=True)
        now = self._clock()
        strides = [(_STRIDE, _FAR_FRAMES)] * int(self._far / (_STRIDE * STEP_SECONDS))
        strides += [(1, _NEAR_FRAMES)] * int(self._near / STEP_SECONDS)
        left = sum(span for span, _ in strides)
        for index, (span, frames) in enumerate(strides):
            left -= span
            for quote in market.step(now - (left + 1) * STEP_SECONDS, span):
                for candle in aggregator.add_quote(quote):
                    if candle.timeframe in frames:
                        self._history[candle.symbol, candle.timeframe].append(candle)
            if index % 250 == 0:
                await asyncio.sleep(0)  # let heartbeats and the lease have their turn
        return market
