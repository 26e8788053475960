"""Horizons: timeframes grouped by how long their trades run, and the weight that each has in a confidence."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INTRADAY, SWING, MONTHLY, LEAPS = 0, 1, 2, 3
HORIZONS = ("INTRADAY", "SWING", "MONTHLY", "LEAPS")

HOUR = 3_600_000
DAY = 24 * HOUR


def horizon_of(timeframe_ms: int) -> int:
    """INTRADAY below 4 hours, SWING below a week, MONTHLY below 28 days (a month), LEAPS from there on."""
    if timeframe_ms < 4 * HOUR:
        return INTRADAY
    if timeframe_ms < 7 * DAY:
        return SWING
    if timeframe_ms < 28 * DAY:
        return MONTHLY
    return LEAPS


def weighted_confidence(
    confidence: float, horizon: int, others: "NDArray[np.float64]", weights: "NDArray[np.float64]"
) -> float:
    """The weights' mean of the confidences (fractions) of all horizons that speak, 0-1.

    `others` holds, by horizon, the confidence of the latest signal there: below 0 if it points the other way, NaN if
    there is none; the signal's own horizon counts with `confidence`. `weights` are fractions by horizon; one that is
    not above 0 leaves its horizon out. A lone horizon's confidence is returned unchanged.
    """
    total, weight, voices = 0.0, 0.0, 0
    for at in range(4):
        value = confidence if at == horizon else others[at]
        if math.isnan(value) or not weights[at] > 0.0:
            continue
        total += weights[at] * value
        weight += weights[at]
        voices += at != horizon
    if voices == 0 or math.isnan(confidence):
        return confidence
    return min(max(total / weight, 0.0), 1.0)
