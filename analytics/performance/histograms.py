"""Histograms from counts in finer bins: those that analytics.metrics.distribution would make of the values themselves,
but for the quartiles that the bins' width is chosen by, which are told from the finer bins.
"""

import math
from collections.abc import Mapping
from typing import Any

from analytics.metrics.distribution import MOST_BINS, bin_width


def fine_width(low: int, high: int) -> int:
    """A width that every width is a multiple of which `histogram` could choose for values between `low` and `high`."""
    span = max(high, 0) - min(low, 0)
    if span < MOST_BINS:
        return 1
    return max(10 ** math.floor(math.log10(span / MOST_BINS)) // 20, 1)


def histogram(counts: Mapping[int, int], fine: float, *, low: float, high: float) -> dict[str, Any]:
    """Equal bins of a round width with an edge at 0. counts: by bin n of [n, n + 1) * fine; `low` and `high`: the
    least and the greatest value, in the unit of `fine`.
    """
    total = sum(counts.values())
    if not total:
        return {"edges": [], "counts": []}
    low, high = min(low, 0.0), max(high, 0.0)
    span = high - low
    if not span > 0.0:
        return {"edges": [0.0, 1.0], "counts": [total]}
    between = (_quantile(counts, 0.75) - _quantile(counts, 0.25)) * fine
    each = max(math.ceil(bin_width(between, total, span) / fine - 1e-9), 1)
    width = each * fine
    first, last = math.floor(low / width), math.floor(high / width) + 1
    found = [0] * (last - first)
    for number, count in counts.items():
        found[min(max(number // each - first, 0), len(found) - 1)] += count
    return {"edges": [round(edge * width, 10) for edge in range(first, last + 1)], "counts": found}


def _quantile(counts: Mapping[int, int], fraction: float) -> float:
    """Where that share of the values lies, in bins, evenly spread inside of each."""
    left = fraction * sum(counts.values())
    for number in sorted(counts):
        if left <= counts[number]:
            return number + left / counts[number]
        left -= counts[number]
    raise ValueError("there is nothing to count")
