"""ccxt's markets as instruments."""

from collections.abc import Mapping
from typing import Any

from brokers.adapters.ccxt.symbols import market_type_of
from brokers.adapters.ccxt.venue import SPOT, Venue
from brokers.interface import Instrument

_FINEST = 1e-8


def instrument_of(
    venue: Venue, market: Mapping[str, Any], symbol: str, precision_mode: int, *, last_price: float = 0.0
) -> Instrument:
    """The market's steps, limits and bands. `last_price` makes a tick of a precision in significant digits.

    What the exchange does not tell is as fine as prices are stored, and limits that it does not tell are 0: none known.
    """
    limits, precision = market.get("limits") or {}, market.get("precision") or {}
    lot = step_of(precision.get("amount"), precision_mode)
    kind = market_type_of(market)
    below, above = bands_of(market)
    told = _limit(limits, "leverage", "max") or venue.max_leverage
    return Instrument(
        venue=venue.broker_id,
        symbol=symbol,
        market_type=kind,
        tick_size=step_of(precision.get("price"), precision_mode, last_price),
        lot_size=lot,
        min_quantity=_limit(limits, "amount", "min") or lot,
        min_notional=_limit(limits, "cost", "min"),
        contract_size=1.0 if kind == SPOT else venue.contract_size(market),
        max_leverage=1.0 if kind == SPOT else max(1.0, told),
        max_quantity=_limit(limits, "amount", "max"),
        band_below=below,
        band_above=above,
        inverse=bool(market.get("inverse")),
        is_open=market.get("active") is not False,
    )


def step_of(precision: Any, mode: int, price: float = 0.0) -> float:
    """A precision as a step: ccxt gives it as one, as a number of decimals, or as significant digits of a price."""
    import math

    import ccxt

    if precision is None:
        return _FINEST
    if mode == ccxt.SIGNIFICANT_DIGITS:
        if price <= 0:
            return _FINEST
        return max(_FINEST, 10.0 ** (math.floor(math.log10(price)) + 1 - int(precision)))
    step = 10.0 ** -int(precision) if mode == ccxt.DECIMAL_PLACES else float(precision)
    return step if step > 0 else _FINEST


def bands_of(market: Mapping[str, Any]) -> tuple[float, float]:
    """How far below and above the last price an order's price may lie, as fractions; 0 where the exchange is silent.

    Binance's filters (PERCENT_PRICE, PERCENT_PRICE_BY_SIDE) give multipliers; of two sides the narrower counts.
    """
    info = market.get("info")
    for item in (info.get("filters") or []) if isinstance(info, dict) else []:
        kind = item.get("filterType")
        if kind == "PERCENT_PRICE":
            return _fraction_below(item.get("multiplierDown")), _fraction_above(item.get("multiplierUp"))
        if kind == "PERCENT_PRICE_BY_SIDE":
            below = [_fraction_below(item.get(name)) for name in ("bidMultiplierDown", "askMultiplierDown")]
            above = [_fraction_above(item.get(name)) for name in ("bidMultiplierUp", "askMultiplierUp")]
            return min(below), min(above)
    return 0.0, 0.0


def _fraction_below(multiplier: Any) -> float:
    return max(0.0, round(1.0 - float(multiplier), 12)) if multiplier else 0.0


def _fraction_above(multiplier: Any) -> float:
    return max(0.0, round(float(multiplier) - 1.0, 12)) if multiplier else 0.0


def _limit(limits: Mapping[str, Any], name: str, end: str) -> float:
    """The limit, or 0 where there is none."""
    return float((limits.get(name) or {}).get(end) or 0.0)
