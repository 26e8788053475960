"""What a venue says of its market."""

import math
from dataclasses import dataclass

from brokers.interface.checks import need_finite, need_not_negative, need_positive
from brokers.interface.contract import ContractType
from brokers.interface.orders import Side


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
        need_positive(self, "bid", "ask", "last")
        need_not_negative(self, "volatility")
        for name in ("time", "received"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"{name}: epoch seconds are needed, not {getattr(self, name)!r}")
        if self.bid > self.ask:
            raise ValueError(f"bid: {self.bid} lies above the ask {self.ask}")


@dataclass(frozen=True, slots=True)
class Candle:
    """Open time in epoch milliseconds, prices per unit, volume in base units (0 when the venue gives none).

    Raises ValueError naming the field for a price or volume that no candle can have.
    """

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float = 0.0

    def __post_init__(self) -> None:
        need_positive(self, "open", "high", "low", "close")
        need_not_negative(self, "volume")
        if not self.low <= min(self.open, self.close) <= max(self.open, self.close) <= self.high:
            raise ValueError(f"high: the candle's prices lie outside {self.low} to {self.high}")


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """A trade between others on the venue: price per unit, base units, epoch seconds; `side` is the taker's."""

    venue: str
    symbol: str
    trade_id: str
    side: Side | None
    price: float
    quantity: float
    time: float

    def __post_init__(self) -> None:
        need_positive(self, "price", "quantity")
        need_finite(self, "time")


@dataclass(frozen=True, slots=True)
class Instrument:
    """What may be ordered, and in which steps: tick and minimum notional in quote currency, lot in base units.

    Where `contract_size` is not 1, quantities count contracts of that many base units; where `inverse`, of that much
    quote currency, and profit is in base currency. 0 means "no limit known" for the maximum and the price bands, which
    are fractions of the last price that a limit or stop price may lie below and above it. `is_open`: trading now.
    Raises ValueError naming a step, contract size or leverage that is not above 0, or a limit below 0.
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
    max_quantity: float = 0.0
    band_below: float = 0.0
    band_above: float = 0.0
    inverse: bool = False
    is_open: bool = True
    hours: str = ""

    def __post_init__(self) -> None:
        need_positive(self, "tick_size", "lot_size", "contract_size", "max_leverage")
        need_not_negative(self, "min_quantity", "min_notional", "max_quantity", "band_below", "band_above")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a broker does by itself.

    `market_types`: those it trades. `partial_fills`: an entry may fill in part. `holds_stops`: stops and targets rest
    at the broker, else our own exit index keeps them. `native_bracket`: entry, stop and target go in one order.
    `client_order_ids`: it remembers ours, and finds orders by them. `contract_types`: contracts it sells, if any.
    The streams it pushes, without which we poll: `streams_quotes`, `streams_trades`, `streams_orders`.
    """

    market_types: frozenset[str]
    partial_fills: bool
    holds_stops: bool
    native_bracket: bool = False
    amends_orders: bool = False
    client_order_ids: bool = True
    sets_leverage: bool = False
    reports_positions: bool = True
    streams_quotes: bool = False
    streams_trades: bool = False
    streams_orders: bool = False
    contract_types: frozenset[ContractType] = frozenset()
