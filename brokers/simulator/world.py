"""Everything behind the simulator's wires, in one place."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.truth import ExchangeBook
from brokers.simulator.exchange.venues import make_exchanges
from brokers.simulator.faults import Faults
from brokers.simulator.market import MARKETS, SimMarket


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """`interval`: seconds between ticks, None for a market that moves only when told; `port` 0: any free one.

    `recording`: a CSV of candles that `symbol` (one of the market's, e.g. BTC) replays. `heartbeat`: seconds between
    the heartbeats that a venue sends.
    Raises ValueError naming the field that is wrong.
    """

    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 1
    interval: float | None = 0.25
    recording: Path | None = None
    symbol: str = "BTC"
    heartbeat: float = 30.0

    def __post_init__(self) -> None:
        if not 0 <= self.port < 65_536:
            raise ValueError(f"port: from 0 to 65535, not {self.port}")
        if not 0 <= self.seed < 2**62:
            raise ValueError(f"seed: a whole number from 0 to 2**62, not {self.seed}")
        if self.interval is not None and not self.interval > 0:
            raise ValueError(f"interval: above 0 is needed, not {self.interval}")
        if not self.heartbeat > 0:
            raise ValueError(f"heartbeat: above 0 is needed, not {self.heartbeat}")


class SimClock:
    """Epoch seconds, ahead of the real time by `offset`."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self.offset = 0.0

    def __call__(self) -> float:
        return self._real() + self.offset


class Book(Protocol):
    """One venue's accounts as they truly are, for tests and for people who look. JSON objects, amounts as strings."""

    def accounts(self) -> list[dict[str, Any]]:
        """Each with `account` (its id) and the keys to log in with."""
        ...

    def truth(self, account: str) -> dict[str, Any]:
        """balances, positions, orders, fills, ledger. Raises KeyError for an account that is not there."""
        ...


@dataclass(slots=True)
class World:
    """`exchanges` by venue: binance, delta, deribit. `books` by venue, these and deriv. `deriv`: Deriv's desk."""

    market: SimMarket
    faults: Faults
    clock: SimClock
    seed: int
    heartbeat: float
    exchanges: Mapping[str, Exchange]
    books: dict[str, Book] = field(default_factory=dict)
    deriv: Any = None


def make_world(settings: SimulatorSettings) -> World:
    """Raises ValueError for a recording that cannot be read as one."""
    clock = SimClock()
    if settings.recording is not None:
        market = SimMarket.from_recording(
            settings.recording, settings.symbol, characters=MARKETS, seed=settings.seed, clock=clock
        )
    else:
        market = SimMarket(MARKETS, settings.seed, clock)
    exchanges = make_exchanges(market, clock, settings.seed)
    world = World(market, Faults(settings.seed), clock, settings.seed, settings.heartbeat, exchanges)
    world.books.update({venue: ExchangeBook(exchange) for venue, exchange in exchanges.items()})
    return world
