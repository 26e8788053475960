"""Rounding to an instrument's steps, which are above 0.

math.floor makes an int64 under numba, which wraps around where Python's integers go on, and `x // 1.0` is slow there:
hence `whole`.
"""

import math

# A step count this close to a whole number is that number: 0.3 / 0.1 is 2.9999999999999996. The first bound is in
# steps, so that noise never becomes a step; the second, relative, is a few float64 ulps, all that large counts carry.
NOISE = 1e-9
ULPS = 1e-15


# Beyond it every float64 is a whole number (2**53).
_ALL_WHOLE = 9007199254740992.0


def whole(value: float) -> float:
    """The largest whole number not above `value`; NaN and infinities as they are."""
    return float(math.floor(value)) if abs(value) < _ALL_WHOLE else value


def step_count(value: float, step: float) -> float:
    """`value` in steps; a whole number where it is one but for float noise."""
    steps = value / step
    nearest = whole(steps + 0.5)
    if abs(steps - nearest) <= NOISE + ULPS * abs(steps):
        return nearest
    return steps


def from_steps(count: float, step: float) -> float:
    """`count` steps as a value without noise where 1 / step is whole: 3 * 0.1 is 0.30000000000000004, 3 / 10 is 0.3."""
    per_unit = whole(1.0 / step + 0.5)
    if abs(per_unit * step - 1.0) < ULPS:
        return count / per_unit
    return count * step


def floor_to_lot(quantity: float, lot_size: float) -> float:
    """The largest multiple of `lot_size` not above `quantity` (both base units, float noise aside)."""
    return from_steps(whole(step_count(quantity, lot_size)), lot_size)


def floor_to_tick(price: float, tick_size: float) -> float:
    """The largest multiple of `tick_size` not above `price` (per unit)."""
    return from_steps(whole(step_count(price, tick_size)), tick_size)


def ceil_to_tick(price: float, tick_size: float) -> float:
    """The smallest multiple of `tick_size` not below `price` (per unit)."""
    return from_steps(-whole(-step_count(price, tick_size)), tick_size)
