"""Holding times: their histogram, and their median without having all of them at once."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from analytics.daily.course import Ints
from analytics.metrics.distribution import holding

_LONGEST_SECONDS = 315_360_000.0
_FINE = 64.0  # bins to each doubling of the time
MOST_KEPT = 100_000


def holding_edges() -> "np.ndarray[Any, np.dtype[np.float64]]":
    """The edges of all bins, seconds: those of analytics/metrics."""
    return np.asarray(holding(np.array([0.0, _LONGEST_SECONDS]))["edges"])


class HoldingCounts:
    """Counts of holding times (ms), in the histogram's bins, and in bins fine enough to find a median by. `few`: the
    times themselves, while they are few.
    """

    def __init__(self) -> None:
        self._edges = holding_edges()
        self.counts = np.zeros(len(self._edges) - 1, dtype=np.int64)
        self.fine: Counter[int] = Counter()
        self.few: list[Ints] | None = []

    def add(self, holdings: Ints) -> None:
        seconds = np.clip(holdings / 1000.0, 0.0, _LONGEST_SECONDS)
        found = np.clip(np.searchsorted(self._edges, seconds, side="right") - 1, 0, len(self.counts) - 1)
        self.counts += np.bincount(found, minlength=len(self.counts))
        self.fine.update(counted(fine_bins(holdings)))
        if self.few is not None:
            self.few = [*self.few, holdings] if self.total <= MOST_KEPT else None

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    def histogram(self) -> dict[str, Any]:
        """As analytics.metrics.distribution.holding: bins at the ends are left out if empty."""
        taken = np.flatnonzero(self.counts)
        if not len(taken):
            return {"edges": [], "counts": []}
        first, last = int(taken[0]), int(taken[-1])
        return {"edges": self._edges[first : last + 2].tolist(), "counts": self.counts[first : last + 1].tolist()}


def counted(bins: Ints) -> dict[int, int]:
    """How often each number occurs, of numbers that do not lie far apart."""
    if not len(bins):
        return {}
    low = int(bins.min())
    counts = np.bincount(bins - low)
    taken = np.flatnonzero(counts)
    return dict(zip((taken + low).tolist(), counts[taken].tolist(), strict=True))


def fine_bins(holdings: Ints) -> Ints:
    """Rising with the holding time (ms)."""
    return np.floor(np.log2(np.maximum(holdings, 0) + 1.0) * _FINE).astype(np.int64)


def median_of(counted: HoldingCounts, again: Callable[[int, int], Iterable[Ints]]) -> float | None:
    """The median of what was counted, ms; None of nothing. `again` gives the same times once more, a part at a time, at
    least those from one time to another (ms, both counted), between which the median lies.
    """
    total = counted.total
    if not total:
        return None
    if counted.few is not None:
        return float(np.median(np.concatenate(counted.few)))
    ranks = sorted({(total - 1) // 2, total // 2})
    bins = sorted(counted.fine)
    before = dict(zip(bins, np.cumsum([0, *(counted.fine[number] for number in bins)]).tolist(), strict=False))
    wanted = {rank: max(number for number in bins if before[number] <= rank) for rank in ranks}
    low = math.floor(2.0 ** (min(wanted.values()) / _FINE)) - 2
    high = math.ceil(2.0 ** ((max(wanted.values()) + 1) / _FINE))
    near = [_between(part, min(wanted.values()), max(wanted.values())) for part in again(low, high)]
    values = np.sort(np.concatenate(near)) if near else np.empty(0)
    skipped = before[min(wanted.values())]
    # A trade may have come since they were counted.
    found = [float(values[min(rank - skipped, len(values) - 1)]) for rank in ranks if len(values)]
    return math.fsum(found) / len(found) if found else None


def _between(part: Ints, first: int, last: int) -> Ints:
    """Those in the fine bins from one to another."""
    bins = fine_bins(part)
    return part[(bins >= first) & (bins <= last)]
