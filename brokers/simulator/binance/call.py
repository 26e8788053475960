"""A call of the REST API, as its endpoint sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from brokers.simulator.binance.errors import ApiError
from brokers.simulator.binance.params import Params
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.listing import Listing
from brokers.simulator.faults import FaultKind


class Security(StrEnum):
    NONE = "NONE"
    KEY = "KEY"  # the key alone, without a signature
    SIGNED = "SIGNED"


@dataclass(frozen=True, slots=True)
class Call:
    """`fault` is one that the endpoint itself acts out: a partial fill, or a stale book."""

    exchange: Exchange
    params: Params
    fault: FaultKind | None
    caller: Account | None = None

    @property
    def account(self) -> Account:
        """Of a signed call. Raises ApiError."""
        if self.caller is None:
            raise ApiError(-2015, "Invalid API-key, IP, or permissions for action.", 401)
        return self.caller

    @property
    def stale(self) -> bool:
        return self.fault == FaultKind.STALE_BOOK

    def now_ms(self) -> int:
        return int(self.exchange.clock() * 1000)

    def listing(self) -> Listing:
        """Of the parameter `symbol`. Raises ApiError."""
        symbol = self.params.need("symbol")
        listing = self.exchange.listings.get(symbol)
        if listing is None:
            raise ApiError(-1121, "Invalid symbol.")
        return listing

    def symbol(self) -> str | None:
        """The parameter `symbol` where it was given. Raises ApiError for one that is not listed."""
        return self.listing().symbol if self.params.text("symbol") else None


Endpoint = tuple[Security, Callable[[Call], Any]]
Endpoints = dict[tuple[str, str], Endpoint]
