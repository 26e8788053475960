"""What an instrument allows an order to be: rounding, then the rules, each with its figure and its limit.

Scalars in and out, so that the same functions compile under numba. Prices are per unit, quantities in base units
(contracts where the instrument counts them), bands are fractions of a reference price; a limit of 0 is no limit.
"""

from brokers.rules.rounding import ceil_to_tick, floor_to_lot, floor_to_tick, step_count

# The rules, in the order in which they are asked. 0 is "all kept".
KEPT = 0
ROUNDS_TO_ZERO = 1
MIN_QUANTITY = 2
MAX_QUANTITY = 3
MIN_NOTIONAL = 4
BAND_BELOW = 5
BAND_ABOVE = 6
MAX_LEVERAGE = 7


def round_price(price: float, tick_size: float, up: bool) -> float:
    """`price` on the tick at or above it (`up`), else at or below; never below one tick."""
    rounded = ceil_to_tick(price, tick_size) if up else floor_to_tick(price, tick_size)
    return rounded if rounded > 0.0 else tick_size


def round_nearest(price: float, tick_size: float) -> float:
    """The tick nearest to `price`; never below one tick."""
    return round_price(price, tick_size, step_count(price, tick_size) % 1.0 >= 0.5)


def round_quantity(quantity: float, lot_size: float) -> float:
    """The largest whole number of lots not above `quantity`."""
    return floor_to_lot(quantity, lot_size)


def notional(quantity: float, price: float, contract_size: float, inverse: bool) -> float:
    """Quote currency: an inverse contract is worth `contract_size` of it at any price."""
    return quantity * contract_size if inverse else quantity * contract_size * price


def quantity_violation(
    quantity: float, lot_size: float, min_quantity: float, max_quantity: float
) -> tuple[int, float, float]:
    """The rule that the rounded `quantity` breaks, the figure, and the limit."""
    if quantity <= 0.0:
        return ROUNDS_TO_ZERO, quantity, lot_size
    if min_quantity > 0.0 and quantity < min_quantity * (1.0 - 1e-12):
        return MIN_QUANTITY, quantity, min_quantity
    if max_quantity > 0.0 and quantity > max_quantity * (1.0 + 1e-12):
        return MAX_QUANTITY, quantity, max_quantity
    return KEPT, quantity, 0.0


def notional_violation(value: float, min_notional: float, reduce_only: bool) -> tuple[int, float, float]:
    """The same for the order's value in quote currency. What reduces a position may be as small as it is."""
    if min_notional > 0.0 and not reduce_only and value < min_notional * (1.0 - 1e-12):
        return MIN_NOTIONAL, value, min_notional
    return KEPT, value, 0.0


def band_violation(price: float, reference: float, band_below: float, band_above: float) -> tuple[int, float, float]:
    """The same for a limit or stop price against the last price."""
    lowest, highest = reference * (1.0 - band_below), reference * (1.0 + band_above)
    if band_below > 0.0 and price < lowest * (1.0 - 1e-12):
        return BAND_BELOW, price, lowest
    if band_above > 0.0 and price > highest * (1.0 + 1e-12):
        return BAND_ABOVE, price, highest
    return KEPT, price, 0.0


def leverage_violation(leverage: float, max_leverage: float) -> tuple[int, float, float]:
    """The same for the leverage (times equity)."""
    if leverage > max_leverage * (1.0 + 1e-12):
        return MAX_LEVERAGE, leverage, max_leverage
    return KEPT, leverage, 0.0


def stop_is_passed(is_buy: bool, stop_price: float, price: float) -> bool:
    """Whether `price` already lies beyond a stop order's trigger, so that it is refused or fires at once."""
    return price >= stop_price if is_buy else price <= stop_price
