"""The gates between a signal and an order. Each returns (passed, figure, limit)."""

import math

SPOT, FUTURES, OPTION, CONTRACT = 0, 1, 2, 3
MARKET_TYPE_CODES = {"SPOT": SPOT, "FUTURES": FUTURES, "OPTION": OPTION, "CONTRACT": CONTRACT}


def account_enabled(enabled: bool) -> tuple[bool, float, float]:
    """The account is enabled and trades automatically (1) or not (0)."""
    return enabled, 1.0 if enabled else 0.0, 1.0


def real_money(allowed: bool) -> tuple[bool, float, float]:
    """The account may spend what it holds (1): paper, demo, or live trading switched on; or not (0)."""
    return allowed, 1.0 if allowed else 0.0, 1.0


def no_opposite(opposite_trades: int, nets: bool) -> tuple[bool, float, float]:
    """`opposite_trades` (count) are open in the symbol the other way: at a broker that nets positions, none may be."""
    return not nets or opposite_trades == 0, float(opposite_trades), 0.0


def own_venue(matches: bool) -> tuple[bool, float, float]:
    """The session follows the market that its account trades at (1) or another (0)."""
    return matches, 1.0 if matches else 0.0, 1.0


def session_running(running: bool) -> tuple[bool, float, float]:
    """The session is running (1) or not (0)."""
    return running, 1.0 if running else 0.0, 1.0


def market_type_allowed(market_type: int, spot: bool, futures: bool) -> tuple[bool, float, float]:
    """The switch of the market type's family is on: spot for SPOT, futures for every derivative."""
    allowed = spot if market_type == SPOT else futures
    return allowed, 1.0 if allowed else 0.0, 1.0


def minimum_confidence(confidence: float, minimum: float) -> tuple[bool, float, float]:
    """Confidence (fraction) reaches the minimum."""
    return confidence >= minimum, confidence, minimum


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


def max_open_trades(live: int, maximum: int) -> tuple[bool, float, float]:
    """One more trade still fits: live trades are below the maximum."""
    return live < maximum, float(live), float(maximum)


def not_duplicate(same_direction: int) -> tuple[bool, float, float]:
    """No live trade of the account has this symbol and direction."""
    return same_direction == 0, float(same_direction), 0.0


def position_size(
    quantity: float, notional: float, max_notional: float, min_quantity: float, min_notional: float
) -> tuple[bool, float, float]:
    """The size is tradable and within the allowance; figure and limit are notionals in quote currency."""
    within = notional <= max_notional * (1.0 + 1e-9)
    tradable = quantity > 0.0 and quantity >= min_quantity * (1.0 - 1e-9) and notional >= min_notional
    return within and tradable, notional, max_notional


def free_balance(free: float, required: float) -> tuple[bool, float, float]:
    """Cash that is not reserved covers margin and commission (quote currency)."""
    return free >= required, free, required


def quote_fresh(age: float, maximum: float) -> tuple[bool, float, float]:
    """The quote is at most `maximum` seconds of feed time old; infinity stands for "no quote"."""
    return age <= maximum, age, maximum
