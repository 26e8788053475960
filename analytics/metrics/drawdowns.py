"""Falls of the equity below its highest value so far, which is the initial balance at least.

Drawdowns are fractions of the peak, 0 or less; -1 is everything. Taken of every mark, not of daily ends: deeper than,
or as deep as, those that empyrical finds in daily returns; the same for one mark a day.
"""

from dataclasses import dataclass

import numpy as np

from analytics.metrics.numbers import Floats

_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Drawdown:
    """One fall. Positions in the marks: `start` the last at the peak, `bottom` the lowest, `end` the first that is back
    at the peak, None if none is. `depth`: a fraction, below 0; `amount`: account currency, below 0."""

    start: int
    bottom: int
    end: int | None
    depth: float
    amount: float


def underwater(equity: Floats, initial_balance: float) -> Floats:
    """The drawdown at each mark, a fraction, shape of `equity`."""
    peaks = np.maximum(np.maximum.accumulate(equity), initial_balance) if len(equity) else equity
    return np.divide(equity - peaks, peaks, out=np.zeros(len(equity)), where=peaks > 0.0)


def deepest(equity: Floats, initial_balance: float) -> Drawdown | None:
    """The fall with the lowest fraction, the first of equals; None if the equity never fell.

    Looks closely only at blocks that may hold it, which makes it several times as fast as `underwater`.
    """
    count = len(equity)
    if not count:
        return None
    starts = np.arange(0, count, _BLOCK)
    lows = np.minimum.reduceat(equity, starts)
    highs = np.maximum(np.maximum.accumulate(np.maximum.reduceat(equity, starts)), initial_balance)
    before = np.concatenate([[initial_balance], highs[:-1]])
    if not before[0] > 0.0 and not highs[-1] > 0.0:
        return None
    at_least = _falls(lows, before)
    at_most = _falls(lows, highs)
    depth, bottom = 0.0, -1
    for block in np.flatnonzero((at_most <= at_least.min()) & (at_most < 0.0)):
        part = underwater(equity[starts[block] : starts[block] + _BLOCK], float(before[block]))
        lowest = int(part.argmin())
        if part[lowest] < depth:
            depth, bottom = float(part[lowest]), int(starts[block]) + lowest
    return None if bottom < 0 else _around(equity, bottom, depth, initial_balance)


def table(equity: Floats, under: Floats, initial_balance: float, *, most: int = 10) -> list[Drawdown]:
    """The deepest falls that do not overlap, deepest first. `under` is what `underwater` gives."""
    below = under < 0.0
    edges = np.flatnonzero(np.diff(below, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return []
    depths = np.minimum.reduceat(under, starts)  # what lies between two falls is 0
    found = []
    for row in np.argsort(depths, kind="stable")[:most]:
        start, end = int(starts[row]), int(ends[row])
        bottom = start + int(under[start:end].argmin())
        peak = max(float(equity[start - 1]) if start else initial_balance, initial_balance)
        found.append(
            Drawdown(
                start=max(start - 1, 0),
                bottom=bottom,
                end=end if end < len(equity) else None,
                depth=float(depths[row]),
                amount=float(equity[bottom]) - peak,
            )
        )
    return found


def _falls(lows: Floats, peaks: Floats) -> Floats:
    return np.divide(np.minimum(lows - peaks, 0.0), peaks, out=np.zeros(len(lows)), where=peaks > 0.0)


def _around(equity: Floats, bottom: int, depth: float, initial_balance: float) -> Drawdown:
    upto = equity[: bottom + 1]
    peak = max(float(upto.max()), initial_balance)
    start = bottom - int((upto[::-1] >= peak).argmax()) if upto.max() >= peak else 0
    back = equity[bottom:] >= peak
    end = int(back.argmax())
    return Drawdown(start, bottom, bottom + end if back[end] else None, depth, float(equity[bottom]) - peak)
