"""The edge: an order is brought onto its instrument's steps and checked against its limits before it is sent."""

from dataclasses import replace
from decimal import Decimal

from brokers.errors import InvalidOrder
from brokers.interface import Bracket, Instrument, OrderRequest, OrderType, Quote, Side
from brokers.rules import order_limits as limits

_SAYS = {
    limits.ROUNDS_TO_ZERO: "quantity: rounds to zero, one lot of {symbol} is {limit}",
    limits.MIN_QUANTITY: "quantity: {figure} is below {symbol}'s minimum of {limit}",
    limits.MAX_QUANTITY: "quantity: {figure} is above {symbol}'s maximum of {limit}",
    limits.MIN_NOTIONAL: "notional: {figure} is below {symbol}'s minimum of {limit}",
    limits.BAND_BELOW: "{field}: {figure} lies below {symbol}'s price band, which ends at {limit}",
    limits.BAND_ABOVE: "{field}: {figure} lies above {symbol}'s price band, which ends at {limit}",
    limits.MAX_LEVERAGE: "leverage: {figure} is above {symbol}'s maximum of {limit}",
}


def fit_order(request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderRequest:
    """The order with its quantity in whole lots and its prices on ticks.

    Limit prices are rounded in the order's favor, triggers to the nearest tick. Raises InvalidOrder, naming the rule
    with its figure and limit: a field that is missing, a quantity that rounds to zero or lies outside the instrument's
    limits, a notional below its minimum, a price outside its bands, a stop on the wrong side of the market, or a market
    that is closed.
    """
    _check_shape(request, instrument)
    quantity = _quantity(request, instrument)
    limit = _price("limit_price", request.limit_price, quote, instrument, up=request.side == Side.SELL)
    stop = _price("stop_price", request.stop_price, quote, instrument)
    value = limits.notional(
        float(quantity), float(limit or stop or quote.last), instrument.contract_size, instrument.inverse
    )
    _refuse(limits.notional_violation(value, instrument.min_notional, request.reduce_only), "notional", instrument)
    if request.leverage is not None:
        _refuse(limits.leverage_violation(float(request.leverage), instrument.max_leverage), "leverage", instrument)
    bracket = fit_bracket(request.bracket, request.side, float(limit or quote.last), quote, instrument)
    return replace(request, quantity=quantity, limit_price=limit, stop_price=stop, bracket=bracket)


def fit_bracket(
    bracket: Bracket | None, entry_side: Side, entry_price: float, quote: Quote, instrument: Instrument
) -> Bracket | None:
    """The bracket on ticks. Raises InvalidOrder for a leg outside the price bands or on the entry's wrong side."""
    if bracket is None:
        return None
    stop = _price("stop_loss", bracket.stop_loss, quote, instrument)
    target = _price("take_profit", bracket.take_profit, quote, instrument)
    is_long = entry_side == Side.BUY
    if stop is not None and limits.stop_is_passed(not is_long, float(stop), entry_price):
        where = "below" if is_long else "above"
        raise InvalidOrder(f"stop_loss: {stop} must lie {where} the entry at {entry_price:g} on {instrument.symbol}")
    if target is not None and limits.stop_is_passed(is_long, float(target), entry_price):
        where = "above" if is_long else "below"
        raise InvalidOrder(
            f"take_profit: {target} must lie {where} the entry at {entry_price:g} on {instrument.symbol}"
        )
    return Bracket(stop_loss=stop, take_profit=target)


def fit_quantity(quantity: Decimal, instrument: Instrument) -> Decimal:
    """Whole lots, rounded down; 0 where it is less than one."""
    return as_decimal(limits.round_quantity(float(quantity), instrument.lot_size))


def fit_trigger(price: Decimal, instrument: Instrument) -> Decimal:
    """The tick nearest to `price`."""
    return as_decimal(limits.round_nearest(float(price), instrument.tick_size))


def as_decimal(value: float) -> Decimal:
    """The float without its noise, at the 12 places that prices and quantities are stored with."""
    return Decimal(f"{round(value, 12):f}") if value == 0 else Decimal(repr(round(value, 12)))


def _check_shape(request: OrderRequest, instrument: Instrument) -> None:
    if request.symbol != instrument.symbol:
        raise InvalidOrder(f"symbol: the order is for {request.symbol}, the instrument is {instrument.symbol}")
    if not instrument.is_open:
        raise InvalidOrder(f"symbol: {instrument.symbol} is not trading now{_hours(instrument)}")
    for name in ("quantity", "limit_price", "stop_price", "leverage"):
        value = getattr(request, name)
        if value is not None and not (value.is_finite() and value > 0):
            raise InvalidOrder(f"{name}: must be above 0, not {value}")
    if (request.type == OrderType.LIMIT) != (request.limit_price is not None):
        raise InvalidOrder("limit_price: limit orders need it, others have none")
    if (request.type in (OrderType.STOP, OrderType.TAKE_PROFIT)) != (request.stop_price is not None):
        raise InvalidOrder("stop_price: stop and take-profit orders need it, others have none")


def _hours(instrument: Instrument) -> str:
    return f" (hours: {instrument.hours})" if instrument.hours else ""


def _quantity(request: OrderRequest, instrument: Instrument) -> Decimal:
    rounded = limits.round_quantity(float(request.quantity), instrument.lot_size)
    # What closes a position may be smaller than an entry: only the lot and the maximum bind it.
    least = 0.0 if request.reduce_only else instrument.min_quantity
    broken = limits.quantity_violation(rounded, instrument.lot_size, least, instrument.max_quantity)
    _refuse(broken, "quantity", instrument)
    return as_decimal(rounded)


def _price(
    field: str, price: Decimal | None, quote: Quote, instrument: Instrument, *, up: bool | None = None
) -> Decimal | None:
    if price is None:
        return None
    if not (price.is_finite() and price > 0):
        raise InvalidOrder(f"{field}: must be above 0, not {price}")
    raw, tick = float(price), instrument.tick_size
    rounded = limits.round_nearest(raw, tick) if up is None else limits.round_price(raw, tick, up)
    broken = limits.band_violation(rounded, quote.last, instrument.band_below, instrument.band_above)
    _refuse(broken, field, instrument)
    return as_decimal(rounded)


def _refuse(broken: tuple[int, float, float], field: str, instrument: Instrument) -> None:
    rule, figure, limit = broken
    if rule != limits.KEPT:
        says = _SAYS[rule].format(field=field, figure=f"{figure:.12g}", limit=f"{limit:.12g}", symbol=instrument.symbol)
        raise InvalidOrder(says)
