"""The simulated market: every symbol's price, its past, and who listens to its ticks."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from brokers.interface import Candle, Quote
from brokers.simulator.history import HOUR, MINUTE, Bars, invented, merged
from brokers.simulator.prices import Character, SimState, advance, initial_state, quote_of
from brokers.simulator.recording import read_recording, ticks_of

MARKETS: tuple[Character, ...] = (
    Character("BTC", "FUTURES", 60_000, 0.1, 0.001, 1e-5, noise=6e-5, drift=4e-6, turn=1 / 2400),
    Character("ETH", "FUTURES", 3_000, 0.01, 0.001, 2e-5, noise=8e-5, drift=5e-6, turn=1 / 2400),
    Character("R_10", "CONTRACT", 6_000, 0.001, 0.01, 2e-6, noise=9e-6),
    Character("R_100", "CONTRACT", 1_500, 0.01, 0.01, 1e-5, noise=9e-5),
    Character("1HZ100V", "CONTRACT", 1_200, 0.01, 0.01, 1e-5, noise=9e-5),
    Character("BOOM500", "CONTRACT", 5_000, 0.001, 0.01, 2e-6, noise=2e-5, lean=-6e-6, jump_chance=1 / 500,
              jump_size=0.003, jump_sign=1),
    Character("CRASH500", "CONTRACT", 4_500, 0.001, 0.01, 2e-6, noise=2e-5, lean=6e-6, jump_chance=1 / 500,
              jump_size=0.003, jump_sign=-1),
    Character("frxEURUSD", "CONTRACT", 1.1, 0.00001, 0.01, 1e-5, noise=9e-6),
    Character("cryBTCUSD", "CONTRACT", 60_000, 0.001, 0.01, 1e-5, noise=6e-5),
)  # fmt: skip

_TICKS_KEPT = 5_000

Listener = Callable[[Quote], None]


class SimMarket:
    """Symbols that move together, a step at a time; `clock` gives epoch seconds.

    The price path depends on `seed` alone, the times of its ticks on the clock.
    """

    def __init__(self, characters: Sequence[Character], seed: int, clock: Callable[[], float]) -> None:
        self._characters = {character.symbol: character for character in characters}
        self._seed = seed
        self._clock = clock
        self._states = {symbol: initial_state(item) for symbol, item in self._characters.items()}
        self._tape: dict[str, deque[float]] = {}
        self._listeners: list[Listener] = []
        self._numbers = dict.fromkeys(self._characters, 0)
        self._ticks: dict[str, deque[Quote]] = {symbol: deque(maxlen=_TICKS_KEPT) for symbol in self._characters}
        self._bars: dict[tuple[str, int], Bars] = {}
        self._start = clock()
        self._first = {symbol: quote_of(item, self._states[symbol], 0.0).last for symbol, item in self._items()}
        for symbol in self._characters:
            self._tick(symbol)

    @classmethod
    def from_recording(
        cls, path: Path, symbol: str, *, characters: Sequence[Character], seed: int, clock: Callable[[], float]
    ) -> "SimMarket":
        """A market whose `symbol` replays the candles of a CSV file, four ticks to a candle, one tick a step.

        Where the recording ends, the seeded process goes on from its last price. Raises ValueError naming the column
        or row that is wrong, or a symbol that the market does not have.
        """
        known = {character.symbol for character in characters}
        if symbol not in known:
            raise ValueError(f"symbol: {symbol!r} is not one of {', '.join(sorted(known))}")
        tape = ticks_of(read_recording(path))
        market = cls(characters, seed, clock)
        market._tape[symbol] = deque(tape[1:])
        market._first[symbol] = tape[0]
        market._ticks[symbol].clear()
        market._bars = {key: bars for key, bars in market._bars.items() if key[0] != symbol}
        market.set_price(symbol, tape[0])
        return market

    def _items(self) -> list[tuple[str, Character]]:
        return list(self._characters.items())

    def symbols(self) -> list[str]:
        return list(self._characters)

    def character(self, symbol: str) -> Character:
        """Raises KeyError for a symbol that the market does not have."""
        return self._characters[symbol]

    def quote(self, symbol: str) -> Quote:
        """The latest tick. Raises KeyError for a symbol that the market does not have."""
        return self._ticks[symbol][-1]

    def stale_quote(self, symbol: str) -> Quote:
        """The oldest tick of the last hundred: what a book that stopped being updated shows."""
        ticks = self._ticks[symbol]
        return ticks[max(0, len(ticks) - 100)]

    def ticks(self, symbol: str, count: int) -> list[Quote]:
        """The last `count` ticks, oldest first; there are as many as the market has lived through, 5,000 at most."""
        return list(self._ticks[symbol])[-count:] if count > 0 else []

    def tick_number(self, symbol: str) -> int:
        """How many ticks there were: the number of the last one."""
        return self._numbers[symbol]

    def candles(self, symbol: str, seconds: int, count: int, end: float | None = None) -> list[Candle]:
        """The last `count` candles that open at or before `end` (epoch s; None: now), oldest first.

        The one still growing is among them. Lengths from an hour up come from a past of 60 days, shorter ones of
        25 hours, those below a minute of ticks.
        """
        if seconds < 1 or count < 1:
            raise ValueError(f"seconds, count: must be at least 1, not {seconds} and {count}")
        if seconds < MINUTE:
            bars = Bars(seconds)
            for tick in self._ticks[symbol]:
                bars.add(tick.time, tick.last, 1.0)
            rows = [candle for candle in bars.candles if end is None or candle.time <= end * 1000]
        else:
            base = HOUR if seconds >= HOUR else MINUTE
            rows = self._history(symbol, base).candles
            if end is not None:
                rows = [candle for candle in rows if candle.time <= end * 1000]
            if seconds != base:
                rows = merged(rows[-(count + 1) * -(-seconds // base) :], seconds)
        return rows[-count:]

    def _history(self, symbol: str, seconds: int) -> Bars:
        """Kept from the first question on: most symbols are never asked for."""
        key = (symbol, seconds)
        if key not in self._bars:
            past = invented(self._characters[symbol], self._seed, seconds, self._first[symbol], self._start)
            bars = self._bars[key] = Bars(seconds, past)
            for tick in self._ticks[symbol]:
                bars.add(tick.time, tick.last, 1.0)
        return self._bars[key]

    def advance(self, steps: int = 1) -> None:
        """Move every symbol `steps` steps of 0.25 s, each heard by the listeners; the clock stays where it is."""
        for _ in range(steps):
            for symbol, character in self._items():
                tape = self._tape.get(symbol)
                if tape:
                    self._states[symbol] = _at(self._states[symbol], tape.popleft())
                else:
                    self._states[symbol] = advance(character, self._states[symbol], self._seed)
                self._tick(symbol)

    def set_price(self, symbol: str, price: float) -> None:
        """Put a symbol at a price, from which it moves on. Raises KeyError, or ValueError for a price not above 0."""
        if not (math.isfinite(price) and price > 0):
            raise ValueError(f"price: a number above 0 is needed, not {price!r}")
        self._states[symbol] = _at(self._states[symbol], price)
        self._tick(symbol)

    def add_listener(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def remove_listener(self, listener: Listener) -> None:
        """One that is not there is left out silently: sockets close more than once."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    async def run(self, interval: float) -> None:
        """Step every `interval` seconds until cancelled."""
        while True:
            await asyncio.sleep(interval)
            self.advance()

    def _tick(self, symbol: str) -> None:
        now = self._clock()
        quote = quote_of(self._characters[symbol], self._states[symbol], now)
        self._ticks[symbol].append(quote)
        self._numbers[symbol] += 1
        for seconds in (MINUTE, HOUR):
            if (bars := self._bars.get((symbol, seconds))) is not None:
                bars.add(now, quote.last, 1.0)
        for listener in tuple(self._listeners):
            listener(quote)


def _at(state: SimState, price: float) -> SimState:
    return replace(state, log_price=math.log(price), step=state.step + 1)
