"""The built-in simulated market: seeded, never closed, with symbols of different character.

The prices come from brokers.simulator.prices; a market resumed from its state goes on as if it had never stopped.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict

from brokers.interface import Quote
from brokers.simulator.prices import (
    CHARACTERS,
    STEP_SECONDS,
    VENUE,
    Character,
    SimState,
    advance,
    initial_state,
    quote_of,
)

__all__ = [
    "CHARACTERS",
    "STEP_SECONDS",
    "VENUE",
    "Character",
    "SimState",
    "SimulatedMarket",
    "advance",
    "initial_state",
    "quote_of",
]


class SimulatedMarket:
    """All symbols, advancing together.

    A symbol goes on from its state; without one it begins at its price in `prices`; without that at its anchor.
    """

    def __init__(
        self, seed: int, states: Mapping[str, SimState] | None = None, prices: Mapping[str, float] | None = None
    ) -> None:
        self.seed = seed
        held, known = states or {}, prices or {}
        self.states = {
            item.symbol: held.get(item.symbol) or initial_state(item, known.get(item.symbol)) for item in CHARACTERS
        }

    def step(self, time: float, span: int = 1) -> list[Quote]:
        """Advance by `span` steps of 0.25 s; the quotes at `time` (epoch seconds)."""
        quotes = []
        for character in CHARACTERS:
            state = advance(character, self.states[character.symbol], self.seed, span)
            self.states[character.symbol] = state
            quotes.append(quote_of(character, state, time))
        return quotes

    def dump(self) -> str:
        """The states as JSON, for `load`."""
        return json.dumps({"seed": self.seed, "states": [asdict(state) for state in self.states.values()]})

    @classmethod
    def load(cls, text: str, seed: int) -> "SimulatedMarket | None":
        """The market that `dump` wrote; None where the text is another seed's, or not one that `dump` wrote."""
        try:
            held = json.loads(text)
            states = {row["symbol"]: SimState(**row) for row in held["states"]}
            if held["seed"] != seed or not all(_is_sound(state) for state in states.values()):
                return None
        except (ValueError, KeyError, TypeError):
            return None
        return cls(seed, states)


def _is_sound(state: SimState) -> bool:
    return abs(state.log_price) < 50.0 and 0.0 <= state.variance < 1.0 and state.step >= 0 and state.regime in (-1, 1)
