"""The seeded price process behind everything simulated, and the symbols of the `sim` venue.

A step is a pure function of the seed, the symbol and the state before it, so that a market resumed from its state goes
on as if it had never stopped.
"""

import math
import zlib
from dataclasses import dataclass, replace

from brokers.interface import Instrument, Quote
from brokers.rules.draws import normal, uniform

VENUE = "sim"
STEP_SECONDS = 0.25
_STEPS_A_MINUTE = 60 / STEP_SECONDS
_MEMORY = 1 - 1 / _STEPS_A_MINUTE  # of the volatility estimate: about a minute


@dataclass(frozen=True, slots=True)
class Character:
    """How a symbol moves. Fractions are of price, per step of 0.25 s unless said otherwise.

    noise: standard deviation; drift: of the trend regime, which turns with probability `turn`; pull: share of the
    distance to the anchor price taken back; jump_chance and jump_size (mean, exponential, signed: 0 takes either sign).
    """

    symbol: str
    market_type: str
    anchor: float
    tick_size: float
    lot_size: float
    spread: float
    noise: float
    drift: float = 0.0
    turn: float = 0.0
    pull: float = 2e-6
    jump_chance: float = 0.0
    jump_size: float = 0.0
    jump_sign: int = 0
    lean: float = 0.0

    def instrument(self) -> Instrument:
        return Instrument(
            venue=VENUE,
            symbol=self.symbol,
            market_type=self.market_type,
            tick_size=self.tick_size,
            lot_size=self.lot_size,
            min_quantity=self.lot_size,
            min_notional=1.0,
        )


CHARACTERS: tuple[Character, ...] = (
    Character("SIM-TREND", "FUTURES", 30_000, 0.1, 0.0001, 5e-5, noise=2.2e-4, drift=6e-5, turn=1 / 240),
    Character("SIM-RANGE", "SPOT", 150, 0.001, 0.001, 1e-4, noise=3.0e-4, pull=7e-4),
    Character(
        "SIM-BOOM", "FUTURES", 5_000, 0.01, 0.001, 8e-5, noise=1.2e-4, lean=-2e-5, jump_chance=1 / 500,
        jump_size=0.01, jump_sign=1,
    ),
    Character(
        "SIM-CRASH", "FUTURES", 7_000, 0.01, 0.001, 8e-5, noise=1.2e-4, lean=2e-5, jump_chance=1 / 500,
        jump_size=0.01, jump_sign=-1,
    ),
    Character(
        "SIM-JUMP", "FUTURES", 2_000, 0.01, 0.001, 1e-4, noise=2.0e-4, jump_chance=1 / 300, jump_size=0.004,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SimState:
    """A symbol's state after `step` steps: log price, trend regime (+1, -1), mean squared step return of a minute."""

    symbol: str
    step: int
    log_price: float
    regime: int
    variance: float

    @property
    def volatility(self) -> float:
        """Standard deviation of 1-minute log returns, fraction."""
        return math.sqrt(self.variance * _STEPS_A_MINUTE)


def initial_state(character: Character, price: float | None = None) -> SimState:
    """A market that begins at `price`; at the anchor where there is none."""
    return SimState(character.symbol, 0, math.log(price or character.anchor), 1, character.noise**2)


def advance(character: Character, state: SimState, seed: int, span: int = 1) -> SimState:
    """The state `span` steps later, in one stride: the same statistics, none of the path between.

    A pure function of its arguments; draws depend on the seed, the symbol and the step arrived at.
    """
    key, step = zlib.crc32(character.symbol.encode()), state.step + span
    turns = character.turn * span
    regime = -state.regime if turns and uniform(seed, key, step, 1) < turns else state.regime
    change = character.noise * math.sqrt(span) * normal(seed, key, step, 2)
    change += span * (character.drift * regime + character.lean)
    change += min(1.0, span * character.pull) * (math.log(character.anchor) - state.log_price)
    change += _jump(character, seed, key, step, span)
    kept = _MEMORY**span
    return replace(
        state,
        step=step,
        log_price=state.log_price + change,
        regime=regime,
        variance=kept * state.variance + (1 - kept) * change * change / span,
    )


def _jump(character: Character, seed: int, key: int, step: int, span: int) -> float:
    if not character.jump_chance or uniform(seed, key, step, 4) >= character.jump_chance * span:
        return 0.0
    size = -character.jump_size * math.log(1.0 - uniform(seed, key, step, 5))
    sign = character.jump_sign or (1 if uniform(seed, key, step, 6) < 0.5 else -1)
    return sign * min(size, 5 * character.jump_size)


def quote_of(character: Character, state: SimState, time: float) -> Quote:
    """The symbol's quote at `time` (epoch seconds); prices on the tick, `last` between bid and ask."""
    tick = character.tick_size
    places = max(0, -math.floor(math.log10(tick)))
    middle = math.exp(state.log_price)
    half = max(tick, middle * character.spread / 2)
    bid = round(math.floor((middle - half) / tick) * tick, places)
    ask = round(math.ceil((middle + half) / tick) * tick, places)
    last = round(round(middle / tick) * tick, places)
    return Quote(VENUE, character.symbol, bid, ask, last, time, time, state.volatility)
