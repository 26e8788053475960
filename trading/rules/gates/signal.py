"""Gates that look at the signal itself."""

import math

SPOT, FUTURES, OPTION, CONTRACT = 0, 1, 2, 3
MARKET_TYPE_CODES = {"SPOT": SPOT, "FUTURES": FUTURES, "OPTION": OPTION, "CONTRACT": CONTRACT}


def market_type_allowed(market_type: int, spot: bool, futures: bool) -> tuple[bool, float, float]:
    """The switch of the market type's family is on: spot for SPOT, futures for every derivative."""
    allowed = spot if market_type == SPOT else futures
    return allowed, 1.0 if allowed else 0.0, 1.0


def minimum_confidence(confidence: float, minimum: float) -> tuple[bool, float, float]:
    """Confidence (fraction) reaches the minimum."""
    return confidence >= minimum, confidence, minimum


def timeframe_weight(weight: float) -> tuple[bool, float, float]:
    """The session gives the horizon of the signal's timeframe a weight (fraction) above 0."""
    return weight > 0.0, weight, 0.0


def not_expired(seconds_left: float) -> tuple[bool, float, float]:
    """The signal may still be traded: seconds of feed time left are above 0."""
    return seconds_left > 0.0, seconds_left, 0.0


def stop_valid(direction: int, price: float, stop: float, target: float, required: bool) -> tuple[bool, float, float]:
    """The stop lies on the losing side of the price and the target on the winning one.

    The figure is the stop's distance (fraction of price). A missing stop passes only where none is required; a price
    that is not known passes nothing.
    """
    if math.isnan(price) or price <= 0.0:
        return False, math.nan, 0.0
    target_ok = math.isnan(target) or direction * (target - price) > 0.0
    if math.isnan(stop):
        return (not required) and target_ok, math.nan, 0.0
    distance = direction * (price - stop) / price
    return distance > 0.0 and stop > 0.0 and target_ok, distance, 0.0
