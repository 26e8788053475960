"""The exits of many trades over the same bars: numpy finds the few that were hit, the rule book decides each."""

import numpy as np
from numpy.typing import NDArray

from trading.rules.exits import first_exit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def batch_first_exit(
    directions: Ints,
    stops: Floats,
    targets: Floats,
    opened: Ints,
    time: Ints,
    open_: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    step: int,
) -> tuple[Ints, Ints, Floats]:
    """`first_exit` for each trade: (bar index or -1, reason, price), arrays as long as `directions`.

    The running extremes of the bars still to come (suffix minimum and maximum) rule out, in one vectorised look,
    every trade whose levels lie beyond them; what is left is scanned bar by bar. `time` is ascending.
    """
    index = np.full(len(directions), -1, dtype=np.int64)
    reason = np.zeros(len(directions), dtype=np.int64)
    price = np.full(len(directions), np.nan)
    if not len(time) or not len(directions):
        return index, reason, price
    for trade in np.flatnonzero(_may_exit(directions, stops, targets, opened, time, (open_, high, low, close), step)):
        start = int(np.searchsorted(time, opened[trade] - step, side="right"))
        found, why, where = first_exit(
            int(directions[trade]),
            float(stops[trade]),
            float(targets[trade]),
            int(opened[trade]),
            time[start:],
            open_[start:],
            high[start:],
            low[start:],
            close[start:],
            step,
        )
        if found >= 0:
            index[trade], reason[trade], price[trade] = start + found, why, where
    return index, reason, price


def _may_exit(
    directions: Ints,
    stops: Floats,
    targets: Floats,
    opened: Ints,
    time: Ints,
    bars: tuple[Floats, Floats, Floats, Floats],
    step: int,
) -> NDArray[np.bool_]:
    """Trades that the extremes of the bars after their opening do not rule out.

    Every price of a bar counts, and a NaN hides no other, so that broken bars cannot make a stop go unseen.
    """
    lowest = np.append(np.fmin.accumulate(np.fmin.reduce(bars)[::-1])[::-1], np.inf)
    highest = np.append(np.fmax.accumulate(np.fmax.reduce(bars)[::-1])[::-1], -np.inf)
    start = np.searchsorted(time, opened - step, side="right")
    is_long = directions > 0
    with np.errstate(invalid="ignore"):  # NaN levels compare false, which is what "no level" means
        stopped = np.where(is_long, lowest[start] <= stops, highest[start] >= stops)
        reached = np.where(is_long, highest[start] >= targets, lowest[start] <= targets)
    return stopped | reached
