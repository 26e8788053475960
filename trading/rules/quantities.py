"""How many units a trade is to have: what the sizing method asks for, and what the market takes."""

from brokers.rules.rounding import floor_to_lot
from trading.rules.sizing import (
    cap_quantity,
    confidence_scaled_quantity,
    fixed_quantity,
    kelly_quantity,
    percent_quantity,
    risk_quantity,
    volatility_quantity,
)

CONFIDENCE, FIXED, PERCENT, RISK, VOLATILITY, KELLY = range(6)
METHOD_CODES = {
    "CONFIDENCE": CONFIDENCE,
    "FIXED": FIXED,
    "PERCENT": PERCENT,
    "RISK": RISK,
    "VOLATILITY": VOLATILITY,
    "KELLY": KELLY,
}


def wanted_quantity(
    method: int,
    balance: float,
    value: float,
    unit_risk: float,
    atr: float,
    inverse: bool,
    direction: int,
    price: float,
    contract_size: float,
    amount: float,
    percent: float,
    max_position_size: float,
    confidence: float,
    lot_size: float,
    wins: int,
    losses: int,
    average_win: float,
    average_loss: float,
    fraction: float,
    minimum: int,
) -> float:
    """Units that the method asks for, before any limit; 0 where it has none to give.

    `value` is what one unit is worth and `unit_risk` what it loses at the stop (account currency, NaN where there is
    none); the rest as the functions of trading/rules/sizing.py take it.
    """
    if method == FIXED:
        return fixed_quantity(amount, value)
    if method == PERCENT:
        return percent_quantity(balance, percent, value)
    if method == RISK:
        return risk_quantity(balance, percent, unit_risk)
    if method == VOLATILITY:
        return volatility_quantity(balance, percent, atr, inverse, direction, price, contract_size)
    if method == KELLY:
        return kelly_quantity(balance, wins, losses, average_win, average_loss, fraction, percent, minimum, unit_risk)
    return confidence_scaled_quantity(balance, max_position_size, confidence, value, 1.0, lot_size)


def least_quantity(lot_size: float, min_quantity: float, min_notional: float, value: float) -> float:
    """The smallest order that the market takes, in whole lots; `value` is what one unit is worth, above 0."""
    least = max(lot_size, min_quantity, min_notional / value)
    whole = floor_to_lot(least, lot_size)
    return whole if whole >= least * (1.0 - 1e-9) else floor_to_lot(least + lot_size, lot_size)


def within_limits(
    wanted: float,
    lot_size: float,
    value: float,
    max_quantity: float,
    max_stake: float,
    max_position: float,
    exposure_room: float,
    correlated_room: float,
    unit_risk: float,
    max_risk: float,
) -> float:
    """The size that every limit allows, in whole lots, as cap_quantity; `max_quantity` is the largest order that
    the market takes, 0 for no such limit.
    """
    within = min(wanted, max_quantity) if max_quantity > 0.0 else wanted
    return cap_quantity(
        within,
        lot_size,
        value,
        max_stake,
        max_position,
        exposure_room,
        correlated_room,
        unit_risk,
        max_risk,
    )


def is_held_down(wanted: float, quantity: float, lot_size: float) -> bool:
    """Whether the limits allow less than what was wanted, rounding to lots aside."""
    return wanted > 0.0 and quantity < floor_to_lot(wanted, lot_size)


def tradable_quantity(wanted: float, quantity: float, lot_size: float, least: float) -> float:
    """`quantity`, or 0 where the limits have cut it to less than the market takes."""
    if is_held_down(wanted, quantity, lot_size) and quantity < least * (1.0 - 1e-9):
        return 0.0
    return quantity
