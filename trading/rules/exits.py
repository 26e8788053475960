"""When and where a trade ends. A tick is a bar of one price.

Inside a bar the worst is assumed: the stop is hit before the target, and a bar that opens beyond a level fills at its
open, not at the level.
"""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_EXIT, STOP_LOSS, TAKE_PROFIT = 0, 1, 2


def exit_on_bar(
    direction: int, stop: float, target: float, open_: float, high: float, low: float, close: float
) -> tuple[int, float]:
    """(reason, price per unit) of the exit in a bar that the trade lived through from its open.

    (NO_EXIT, close) if there is none. NaN levels are never hit.
    """
    worst, best = (low, high) if direction > 0 else (high, low)
    has_stop, has_target = not math.isnan(stop), not math.isnan(target)
    # The open is the one price whose place in the bar is known: what it crosses comes before any other touch.
    if has_stop and direction * (open_ - stop) <= 0.0:
        return STOP_LOSS, open_
    if has_target and direction * (open_ - target) >= 0.0:
        return TAKE_PROFIT, open_
    if has_stop and direction * (worst - stop) <= 0.0:
        return STOP_LOSS, stop
    if has_target and direction * (best - target) >= 0.0:
        return TAKE_PROFIT, target
    return NO_EXIT, close


def exit_on_entry_bar(direction: int, stop: float, target: float, close: float) -> tuple[int, float]:
    """The same for a bar inside which the trade was opened: of its prices only the close is sure to come after."""
    if not math.isnan(stop) and direction * (close - stop) <= 0.0:
        return STOP_LOSS, close
    if not math.isnan(target) and direction * (close - target) >= 0.0:
        return TAKE_PROFIT, close
    return NO_EXIT, close


def first_exit(
    direction: int,
    stop: float,
    target: float,
    opened: int,
    time: "NDArray[np.int64]",
    open_: "NDArray[np.float64]",
    high: "NDArray[np.float64]",
    low: "NDArray[np.float64]",
    close: "NDArray[np.float64]",
    step: int,
) -> tuple[int, int, float]:
    """(bar index, reason, price) of the first exit in bars of `step` ms that open at `time` (epoch ms).

    Index -1 if there is none. Arrays have equal length. Bars that ended by `opened` (epoch ms) are passed over; one
    that was open then is judged by its close alone.
    """
    for index in range(len(time)):
        if time[index] + step <= opened:
            continue
        if time[index] < opened:
            reason, price = exit_on_entry_bar(direction, stop, target, close[index])
        else:
            reason, price = exit_on_bar(direction, stop, target, open_[index], high[index], low[index], close[index])
        if reason != NO_EXIT:
            return index, reason, price
    return -1, NO_EXIT, math.nan
