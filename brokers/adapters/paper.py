"""The paper broker: fills orders against quotes, as its model says, and always the same way for the same order."""

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from brokers.errors import InvalidOrder
from brokers.interface import (
    Capabilities,
    Execution,
    Instrument,
    OrderReport,
    OrderRequest,
    OrderStatus,
    Quote,
    Side,
)
from brokers.rules import draws, fills
from brokers.rules.rounding import ceil_to_tick, floor_to_lot, floor_to_tick

_LONGEST_LATENCY_MS = 60_000
_HIGHEST_FUNDING = 0.1
_FUNDING_HOURS = (0.25, 168.0)
_REJECT, _PARTIAL, _SHARE, _DRIFT = 1, 2, 3, 4  # salts; a normal draw also takes the next one


@dataclass(frozen=True, slots=True)
class FillModel:
    """How paper orders fill. Rates and probabilities are fractions 0-1.

    slippage_bps: adverse, basis points of price; volatility_multiple: of the 1-minute volatility, on top;
    commission_rate: of the notional, each side; latency_ms: until the order reaches the market, which moves meanwhile;
    partial_fill_probability, partial_fill_minimum: how often an order fills in part, and the least share of it;
    rejection_probability: of entries; seed: of every draw, below 2**62. Perpetual futures pay funding_rate of the
    notional every funding_interval_hours (0: never); above 0 longs pay shorts, below 0 shorts pay longs.
    Raises ValueError naming the field that is wrong.
    """

    slippage_bps: float = 1.0
    volatility_multiple: float = 0.0
    commission_rate: float = 0.0005
    latency_ms: float = 50.0
    partial_fill_probability: float = 0.0
    partial_fill_minimum: float = 0.25
    rejection_probability: float = 0.0
    seed: int = 0
    funding_rate: float = 0.0
    funding_interval_hours: float = 8.0

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError(f"{item.name}: a number is needed, not {value!r}")
            if value < 0 and item.name != "funding_rate":
                raise ValueError(f"{item.name}: a number of at least 0 is needed, not {value!r}")
        for name in ("commission_rate", "partial_fill_probability", "partial_fill_minimum", "rejection_probability"):
            if getattr(self, name) > 1:
                raise ValueError(f"{name}: a fraction 0-1 is needed, not {getattr(self, name)!r}")
        if self.slippage_bps >= 10_000:
            raise ValueError(f"slippage_bps: must be below 10000, not {self.slippage_bps!r}")
        if self.latency_ms > _LONGEST_LATENCY_MS:
            raise ValueError(f"latency_ms: must be at most {_LONGEST_LATENCY_MS}, not {self.latency_ms!r}")
        if not isinstance(self.seed, int) or self.seed >= 2**62:
            raise ValueError(f"seed: a whole number below 2**62 is needed, not {self.seed!r}")
        if abs(self.funding_rate) > _HIGHEST_FUNDING:
            raise ValueError(f"funding_rate: at most {_HIGHEST_FUNDING} either way, not {self.funding_rate!r}")
        shortest, longest = _FUNDING_HOURS
        if self.funding_interval_hours and not shortest <= self.funding_interval_hours <= longest:
            raise ValueError(
                f"funding_interval_hours: 0, or {shortest:g} to {longest:g}, not {self.funding_interval_hours!r}"
            )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "FillModel":
        """The model with `values` in place of its defaults. Raises ValueError naming an unknown or wrong field."""
        if not isinstance(values, Mapping):
            raise ValueError(f"fill_model: an object of settings is needed, not {values!r}")  # noqa: TRY004
        known = {item.name for item in fields(cls)}
        if unknown := sorted(str(name) for name in set(values) - known):
            raise ValueError(f"{unknown[0]}: the fill model has no such field")
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class PaperBroker:
    """Draws are keyed by (seed, symbol, market time, side and purpose): a retry or a replay fills alike."""

    def __init__(self, model: FillModel) -> None:
        self._model = model

    def capabilities(self) -> Capabilities:
        return Capabilities(
            market_types=frozenset({"SPOT", "FUTURES", "OPTION", "CONTRACT"}), partial_fills=True, holds_stops=False
        )

    def place_order(self, request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderReport:
        """Fill a market order, or an exit at its trigger, against `quote`.

        Entries may be refused, or filled in part with the rest cancelled (immediate or cancel). Exits (reduce_only)
        are filled whole: where a partial fill is drawn, the rest fills as a second execution with twice the slippage.
        A `resting` exit (a target) fills at its trigger price, or at a gap's better one, without slippage.
        Raises InvalidOrder, naming the field, for an order that no market could fill.
        """
        _check(request, quote, instrument)
        draw = self._draws(request, quote)
        model = self._model
        if not request.reduce_only and fills.is_rejected(draw(_REJECT), model.rejection_probability):
            return OrderReport(OrderStatus.REJECTED, (), "The paper broker refused the order (rejection_probability).")
        share = fills.filled_fraction(
            draw(_PARTIAL), model.partial_fill_probability, model.partial_fill_minimum, draw(_SHARE)
        )
        first = self._first_slice(request.quantity, share, instrument)
        executions = [self._execute(request, quote, instrument, first, 1)]
        rest = request.quantity - first
        if rest > 0 and request.reduce_only:
            executions.append(self._execute(request, quote, instrument, rest, 2))
            rest = Decimal(0)
        if rest > 0:
            return OrderReport(OrderStatus.CANCELLED, tuple(executions), "Filled in part; the rest was cancelled.")
        return OrderReport(OrderStatus.FILLED, tuple(executions))

    def _draws(self, request: OrderRequest, quote: Quote) -> Callable[[int], float]:
        symbol = zlib.crc32(f"{request.symbol}:{request.side}:{request.reduce_only}".encode())
        moment = int(quote.time * 1000)
        return lambda salt: draws.uniform(self._model.seed, symbol, moment, salt)

    def _first_slice(self, quantity: Decimal, share: float, instrument: Instrument) -> Decimal:
        """The part that fills at once, in lots; all of it where a part would be less than a lot."""
        if share >= 1.0:
            return quantity
        part = _decimal(floor_to_lot(float(quantity) * share, instrument.lot_size))
        return part if 0 < part < quantity else quantity

    def _execute(
        self, request: OrderRequest, quote: Quote, instrument: Instrument, quantity: Decimal, number: int
    ) -> Execution:
        price = self._price(request, quote, instrument, number)
        fee = fills.commission(
            float(quantity), price, instrument.contract_size, instrument.inverse, self._model.commission_rate
        )
        return Execution(
            fill_id=f"{request.client_order_id}-{number}",
            quantity=quantity,
            price=_decimal(price),
            commission=Decimal(str(fee)),
            time=quote.time + self._model.latency_ms / 1000,
        )

    def _price(self, request: OrderRequest, quote: Quote, instrument: Instrument, number: int) -> float:
        model, is_buy = self._model, request.side == Side.BUY
        if request.resting and request.trigger_price is not None:
            return request.trigger_price
        slippage = number * fills.slippage_fraction(model.slippage_bps, quote.volatility, model.volatility_multiple)
        symbol = zlib.crc32(request.symbol.encode())
        z = draws.normal(model.seed, symbol, int(quote.time * 1000), _DRIFT)
        drift = fills.latency_drift(quote.volatility, model.latency_ms / 1000, z)
        if request.trigger_price is not None:
            spread = quote.ask - quote.bid
            price = fills.stop_fill_price(is_buy, request.trigger_price, spread, slippage, drift)
        else:
            price = fills.market_fill_price(is_buy, quote.bid, quote.ask, slippage, drift)
        rounded = (ceil_to_tick if is_buy else floor_to_tick)(price, instrument.tick_size)
        return rounded if rounded > 0 else instrument.tick_size


def _check(request: OrderRequest, quote: Quote, instrument: Instrument) -> None:
    if not (request.quantity.is_finite() and request.quantity > 0):
        raise InvalidOrder(f"quantity: must be above 0, not {request.quantity}")
    trigger = request.trigger_price
    if trigger is not None and not (math.isfinite(trigger) and trigger > 0):
        raise InvalidOrder(f"trigger_price: must be above 0, not {trigger!r}")
    if request.resting and trigger is None:
        raise InvalidOrder("trigger_price: a resting order needs one")
    if not request.symbol == quote.symbol == instrument.symbol:
        raise InvalidOrder(
            f"symbol: the order is for {request.symbol}, the quote for {quote.symbol}, "
            f"the instrument is {instrument.symbol}"
        )


def _decimal(value: float) -> Decimal:
    """A price or quantity as a Decimal, at the 12 places that they are stored with, which drops float noise."""
    return Decimal(str(round(value, 12)))
