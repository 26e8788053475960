"""A call of the REST API, as its endpoint sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from brokers.simulator.delta.errors import ApiError
from brokers.simulator.delta.params import Params
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.faults import FaultKind


@dataclass(frozen=True, slots=True)
class Call:
    """`path` are the parts of the address that vary. `fault` is one that the endpoint acts out itself."""

    exchange: Exchange
    params: Params
    path: Mapping[str, str]
    fault: FaultKind | None
    caller: Account | None = None

    @property
    def account(self) -> Account:
        """Of a private call. Raises ApiError."""
        if self.caller is None:
            raise ApiError("unauthorized", None, 401)
        return self.caller

    @property
    def stale(self) -> bool:
        return self.fault == FaultKind.STALE_BOOK


@dataclass(frozen=True, slots=True)
class Paged:
    """A result with more than `result`: Delta's lists say before and after which cursor to go on."""

    result: Any
    meta: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    function: Callable[[Call], Any]
    private: bool = True


Endpoints = dict[tuple[str, str], Endpoint]
