"""The simulated market's past: candles invented before its first tick, and those of its ticks since."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from brokers.interface import Candle
from brokers.simulator.prices import STEP_SECONDS, Character, advance, initial_state

MINUTE, HOUR = 60, 3600
_STRIDES = 4  # to a candle
_MINUTES = 1_500
_HOURS = 1_440
_JUMPS_A_STRIDE = 0.5


@dataclass(slots=True)
class Bars:
    """Candles of one length in seconds, oldest first, the last one still growing."""

    seconds: int
    candles: list[Candle] = field(default_factory=list)

    def add(self, time: float, price: float, volume: float) -> None:
        opened = int(time // self.seconds) * self.seconds * 1000
        last = self.candles[-1] if self.candles else None
        if last is None or opened > last.time:
            self.candles.append(Candle(opened, price, price, price, price, volume))
            return
        self.candles[-1] = replace(
            last,
            high=max(last.high, price),
            low=min(last.low, price),
            close=price,
            volume=round(last.volume + volume, 6),
        )


def invented(character: Character, seed: int, seconds: int, price: float, end: float) -> list[Candle]:
    """The past of a market that stands at `price` at `end` (epoch s): candles of a minute, or of an hour.

    The path is lived forwards from the anchor and moved as a whole, so that it arrives at the price.
    """
    count = _MINUTES if seconds == MINUTE else _HOURS
    span = round(seconds / STEP_SECONDS / _STRIDES)
    if character.jump_chance * span > _JUMPS_A_STRIDE:
        character = _smooth(character)
    state = initial_state(character)
    path = [state.log_price]
    for _ in range(count * _STRIDES):
        state = advance(character, state, seed + seconds, span)
        path.append(state.log_price)
    shift = math.log(price) - path[-1]
    first = (int(end // seconds) - count) * seconds
    places = max(0, -math.floor(math.log10(character.tick_size)))
    prices = [max(character.tick_size, round(math.exp(value + shift), places)) for value in path]
    candles = []
    for index in range(count):
        part = prices[index * _STRIDES : (index + 1) * _STRIDES + 1]
        volume = round(1.0 + 1000.0 * (max(part) - min(part)) / part[0], 3)
        opened = (first + index * seconds) * 1000
        candles.append(Candle(opened, part[0], max(part), min(part), part[-1], volume))
    return candles


def _smooth(character: Character) -> Character:
    """The same spread of returns without jumps: a stride holds at most one, which would not make up for the lean."""
    noise = math.sqrt(character.noise**2 + character.jump_chance * 2 * character.jump_size**2)
    return replace(character, noise=noise, lean=0.0, jump_chance=0.0)


def merged(candles: Sequence[Candle], seconds: int) -> list[Candle]:
    """Candles of `seconds` out of finer ones."""
    result: list[Candle] = []
    for candle in candles:
        opened = candle.time // (seconds * 1000) * seconds * 1000
        last = result[-1] if result else None
        if last is None or last.time != opened:
            result.append(replace(candle, time=opened))
            continue
        result[-1] = Candle(
            opened,
            last.open,
            max(last.high, candle.high),
            min(last.low, candle.low),
            candle.close,
            round(last.volume + candle.volume, 6),
        )
    return result
