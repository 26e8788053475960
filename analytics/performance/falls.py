"""Telling the deepest fall of a curve exactly, of which only thinned points are known."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from django.db.models import QuerySet

from analytics.metrics.drawdowns import deepest
from trading.accounts.equity import Point
from trading.models import EquityPoint


def hidden_lows(points: "QuerySet[EquityPoint]", kept: Sequence[Point]) -> list[Point]:
    """The lows that make the deepest fall, or may, and are not among the kept points, in order of time.

    `kept` is what trading.accounts.equity.thinned gives of `points`. A stretch's lowest point being kept, a fall is
    hidden only where the lowest comes before the highest: what follows the highest, up to the next kept point, may have
    fallen as far as the lowest, and no further.
    """
    equities = [float(equity) for _, _, equity in kept]
    peaks = list(accumulate(equities, max))
    deepest = min((_fall(equity, peak) for equity, peak in zip(equities, peaks, strict=True)), default=0.0)
    chances = [
        (_fall(equities[place - 1], peaks[place]), place)
        for place in range(1, len(kept) - 1)
        if equities[place - 1] < equities[place]
    ]
    found = []
    for chance, place in sorted(chances):
        if chance >= deepest:
            break
        between = points.filter(time__gt=kept[place][0], time__lt=kept[place + 1][0])
        low = between.order_by("equity", "time").values_list("time", "balance", "equity").first()
        if low is not None:
            deepest = min(deepest, _fall(float(low[2]), peaks[place]))
            found.append(low)
    return sorted(found)


def ends_of_deepest(points: "QuerySet[EquityPoint]", kept: Sequence[Point]) -> list[Point]:
    """The last point at the deepest fall's peak, and the first that is back there, where they are not among the kept.

    A stretch has one kept point or two, so that they lie at most two kept points from the ones that show there.
    """
    equities = np.array([float(equity) for _, _, equity in kept])
    worst = deepest(equities, float(equities[0]))
    if worst is None:
        return []
    peak, bottom = kept[worst.start][2], kept[worst.bottom][0]
    until = kept[min(worst.start + 2, worst.bottom)][0]
    around = [points.filter(time__gt=kept[worst.start][0], time__lte=until, equity=peak).order_by("-time")]
    if worst.end is not None:
        since = max(bottom, kept[worst.end - 2][0])
        around.append(points.filter(time__gt=since, time__lt=kept[worst.end][0], equity__gte=peak).order_by("time"))
    found = (rows.values_list("time", "balance", "equity").first() for rows in around)
    return [point for point in found if point is not None and point not in kept]


def _fall(equity: float, peak: float) -> float:
    """A fraction of the peak, below 0."""
    return (equity - peak) / peak if peak > 0.0 else 0.0
