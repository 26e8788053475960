"""Rounding to an instrument's steps."""

import math

# A step count this close (relative) to a whole number is that number: 0.3 / 0.1 is 2.9999999999999996.
NOISE = 1e-9


def floor_to_lot(quantity: float, lot_size: float) -> float:
    """The largest multiple of `lot_size` not above `quantity` (both base units, float noise aside)."""
    steps = quantity / lot_size
    return math.floor(steps + NOISE * max(1.0, abs(steps))) * lot_size


def floor_to_tick(price: float, tick_size: float) -> float:
    """The largest multiple of `tick_size` not above `price` (per unit)."""
    steps = price / tick_size
    return math.floor(steps + NOISE * max(1.0, abs(steps))) * tick_size


def ceil_to_tick(price: float, tick_size: float) -> float:
    """The smallest multiple of `tick_size` not below `price` (per unit)."""
    steps = price / tick_size
    return math.ceil(steps - NOISE * max(1.0, abs(steps))) * tick_size
