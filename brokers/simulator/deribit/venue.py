"""The exchange as Deribit's wire sees it, with what the wire adds: tokens, options, a tape of public trades."""

import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from brokers.interface import Quote
from brokers.simulator.deribit.auth import Tokens
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.listing import Listing
from brokers.simulator.faults import Faults

_TRADES_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class TapeTrade:
    """A trade between others: `amount` in the listing's units, `time` epoch seconds."""

    number: int
    is_buy: bool
    price: float
    amount: float
    time: float


@dataclass(slots=True)
class Venue:
    """`heartbeat_second`: how many real seconds a second of a socket's heartbeat lasts; tests let it run fast."""

    exchange: Exchange
    faults: Faults
    seed: int
    heartbeat_second: float = 1.0
    tokens: Tokens = field(init=False)
    tape: dict[str, deque[TapeTrade]] = field(default_factory=dict)
    _random: random.Random = field(init=False)
    _before: dict[str, float] = field(default_factory=dict)
    _number: int = 50_000_000

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.exchange.accounts, self.exchange.clock)
        self._random = random.Random(f"{self.seed}:tape")
        self.exchange.market.add_listener(self._on_quote)

    @property
    def now(self) -> float:
        return self.exchange.clock()

    @property
    def now_ms(self) -> int:
        return int(self.now * 1000)

    def of_underlying(self, symbol: str) -> list[Listing]:
        return [listing for listing in self.exchange.listings.values() if listing.underlying == symbol]

    def trades(self, symbol: str) -> list[TapeTrade]:
        """Oldest first."""
        return list(self.tape.get(symbol, ()))

    def _on_quote(self, quote: Quote) -> None:
        """Every tick, someone trades on each listing."""
        for listing in self.of_underlying(quote.symbol):
            top = self.exchange.top(listing.symbol)
            price = float(top.last)
            is_buy = price >= self._before.get(listing.symbol, price)
            self._before[listing.symbol] = price
            self._number += 1
            amount = float(listing.min_quantity) * self._random.randint(1, 200)
            trade = TapeTrade(self._number, is_buy, price, round(amount, 8), quote.time)
            self.tape.setdefault(listing.symbol, deque(maxlen=_TRADES_KEPT)).append(trade)

    def settings(self) -> dict[str, Any]:
        return {"heartbeat_second": self.heartbeat_second}

    def change(self, values: object) -> None:
        """Raises ValueError naming a setting that is unknown or wrong."""
        if not isinstance(values, dict) or set(values) != {"heartbeat_second"}:
            raise ValueError("heartbeat_second: it is the one setting")
        value = values["heartbeat_second"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 60:
            raise ValueError(f"heartbeat_second: a number above 0, at most 60, not {value!r}")
        self.heartbeat_second = float(value)
