"""Histograms: edges (one more than counts) and counts; a bin holds its lower edge, the last both."""

import math
from typing import Any

import numpy as np

from analytics.metrics.numbers import Floats

MOST_BINS, _LEAST_BINS = 60, 10
_LEAST_SPAN = 1e-8  # what money is kept to
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
# Seconds: holding times spread over magnitudes.
_HOLDING = (
    *(0, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 172_800, 345_600, 604_800, 1_209_600),
    *(2_592_000, 7_776_000, 31_536_000, 315_360_000),
)


def histogram(values: Floats) -> dict[str, Any]:
    """Equal bins of a round width with an edge at 0, so that no bin holds gains and losses; NaN are left out."""
    known = values[np.isfinite(values)]
    if not len(known):
        return {"edges": [], "counts": []}
    low, high = min(float(known.min()), 0.0), max(float(known.max()), 0.0)
    span = high - low
    if span < _LEAST_SPAN:
        return {"edges": [0.0, 1.0], "counts": [len(known)]}
    upper, lower = np.percentile(known, [75.0, 25.0])
    width = bin_width(float(upper - lower), len(known), span)
    first, last = math.floor(low / width), math.floor(high / width) + 1
    edges = np.arange(first, last + 1, dtype=np.float64) * width
    return _counted(known, edges)


def bin_width(between_quartiles: float, count: int, span: float) -> float:
    """A round width (1, 2, 2.5, 5 times a power of ten) for values whose least and greatest lie `span` apart.

    Between 10 and 60 bins or so, of the width that David Freedman and Persi Diaconis, On the histogram as a density
    estimator, 1981, found: 2 * interquartile range / n^(1/3).
    """
    wanted = 2.0 * between_quartiles / count ** (1.0 / 3.0)
    return _round_up(min(max(wanted, span / MOST_BINS), span / _LEAST_BINS))


def holding(seconds: Floats) -> dict[str, Any]:
    """Of holding times, in bins from a minute to years (seconds), of which those at the ends are left out if empty."""
    if not len(seconds):
        return {"edges": [], "counts": []}
    steps = np.asarray(_HOLDING, dtype=np.float64)
    clipped = np.clip(seconds, 0.0, steps[-1])
    first = int(np.searchsorted(steps, clipped.min(), side="right")) - 1
    last = int(np.searchsorted(steps, clipped.max(), side="right")) + 1
    first = min(first, len(steps) - 2)
    return _counted(clipped, steps[first : max(last, first + 2)])


def _counted(values: Floats, edges: Floats) -> dict[str, Any]:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)  # an edge's rounding loses no value
    return {"edges": [float(f"{edge:.12g}") for edge in edges.tolist()], "counts": counts.tolist()}


def _round_up(width: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(width))
    return next((step * power for step in _STEPS if step * power >= width * (1.0 - 1e-12)), 10.0 * power)
