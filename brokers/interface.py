"""The one interface to every broker, and the value objects that go in and out of it."""

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class OrderStatus(StrEnum):
    NEW = "NEW"
    SUBMITTED = "SUBMITTED"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"


def _need_positive(value_object: object, *names: str) -> None:
    for name in names:
        value = getattr(value_object, name)
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name}: a number above 0 is needed, not {value!r}")


def _need_not_negative(value_object: object, *names: str) -> None:
    for name in names:
        value = getattr(value_object, name)
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{name}: a number of at least 0 is needed, not {value!r}")


@dataclass(frozen=True, slots=True)
class Quote:
    """Top of book. Prices per unit; `time` is market time and `received` wall time, epoch seconds.

    `volatility` is the standard deviation of 1-minute log returns (fraction), 0 when unknown.
    Raises ValueError naming the field for a price that is not positive and finite, a bid above the ask, a time that is
    not finite, or a volatility that is negative or not finite.
    """

    venue: str
    symbol: str
    bid: float
    ask: float
    last: float
    time: float
    received: float
    volatility: float = 0.0

    def __post_init__(self) -> None:
        _need_positive(self, "bid", "ask", "last")
        _need_not_negative(self, "volatility")
        for name in ("time", "received"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"{name}: epoch seconds are needed, not {getattr(self, name)!r}")
        if self.bid > self.ask:
            raise ValueError(f"bid: {self.bid} lies above the ask {self.ask}")


@dataclass(frozen=True, slots=True)
class Instrument:
    """What may be ordered, and in which steps: tick and minimum notional in quote currency, lot in base units.

    Raises ValueError naming a step, contract size or leverage that is not above 0, or a minimum below 0.
    """

    venue: str
    symbol: str
    market_type: str
    tick_size: float
    lot_size: float
    min_quantity: float
    min_notional: float
    contract_size: float = 1.0
    max_leverage: float = 1.0

    def __post_init__(self) -> None:
        _need_positive(self, "tick_size", "lot_size", "contract_size", "max_leverage")
        _need_not_negative(self, "min_quantity", "min_notional")


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A market order; or, with `resting`, one that waited at `trigger_price` and fills there.

    `quantity` in base units. `trigger_price` is the level (or the gap's open) that set off an exit, price per unit.
    """

    client_order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    reduce_only: bool = False
    trigger_price: float | None = None
    resting: bool = False


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill: base units, price per unit, commission in quote currency, market time in epoch seconds."""

    fill_id: str
    quantity: Decimal
    price: Decimal
    commission: Decimal
    time: float


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What became of an order: its state, its executions so far, and the broker's reason where it refused."""

    status: OrderStatus
    executions: tuple[Execution, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a broker does by itself.

    `market_types`: those it trades. `partial_fills`: an entry may fill in part. `holds_stops`: stops and targets rest
    at the broker; otherwise our own exit index keeps them.
    """

    market_types: frozenset[str]
    partial_fills: bool
    holds_stops: bool


class Broker(Protocol):
    """What the trading floor asks of a broker."""

    def capabilities(self) -> Capabilities: ...

    def place_order(self, request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderReport: ...
