"""Medians and histograms from counts, and courses from parts, are those of the whole."""

import math
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.daily.course import Part, merged
from analytics.performance.courses import Course
from analytics.performance.histograms import fine_width, histogram
from analytics.performance.holdings import HoldingCounts, median_of

_lists = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


@given(_lists, st.integers(1, 7), st.sampled_from([0, 20, 100]))
@settings(max_examples=80, deadline=None)
def test_the_median(values: list[int], size: int, most: int) -> None:
    """Whether few enough are kept, or not."""
    parts = [np.array(values[start : start + size], dtype=np.int64) for start in range(0, len(values), size)]
    counted = HoldingCounts()
    with patch("analytics.performance.holdings.MOST_KEPT", most):
        for part in parts:
            counted.add(part)

    def again(low: int, high: int) -> list[np.ndarray]:
        return [part[(part >= low) & (part <= high)] for part in parts]

    assert median_of(counted, again) == float(np.median(values))
    assert sum(counted.histogram()["counts"]) == len(values)


def test_the_median_of_nothing() -> None:
    assert median_of(HoldingCounts(), lambda low, high: []) is None
    assert HoldingCounts().histogram() == {"edges": [], "counts": []}


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=80), st.sampled_from([1, 10**4, 10**9]))
@settings(max_examples=80, deadline=None)
def test_a_histogram(values: list[int], unit: int) -> None:
    """Of whole numbers; a unit leaves out small differences."""
    whole = [value // unit * unit for value in values]
    width = fine_width(min(whole), max(whole))
    bins, counts = np.unique(np.array(whole) // width, return_counts=True)
    low, high = float(min(whole)), float(max(whole))
    found = histogram(dict(zip(bins.tolist(), counts.tolist(), strict=True)), width, low=low, high=high)
    edges = np.array(found["edges"])
    assert 0.0 in edges
    if low or high:
        assert found["counts"] == np.histogram(whole, edges)[0].tolist()
        assert math.isclose((edges[1] - edges[0]) % width, 0.0, abs_tol=1e-6)
    assert sum(found["counts"]) == len(whole)


@pytest.mark.parametrize("size", [1, 3, 50])
def test_a_course_in_parts(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    signs = draw.integers(-1, 2, 200)
    rows = [
        (int(sign) * 100, 1, 1000 * n, 1000 * n + int(held), 0.5, "LONG", "TIME", n % 168, '["a"]')
        for n, (sign, held) in enumerate(zip(signs, draw.integers(0, 4000, 200), strict=True))
    ]
    whole, parted = Course(10), Course(10)
    whole.add(Part.of(rows))
    whole.finish()
    monkeypatch.setattr("analytics.performance.courses._AT_ONCE", 7)
    for start in range(0, len(rows), size):
        parted.add(Part.of(rows[start : start + size]))
    parted.finish()
    assert (parted.longest, parted.current_streak) == (whole.longest, whole.current_streak)
    assert (parted.results, parted.r_counts, parted.holdings.fine) == (
        whole.results,
        whole.r_counts,
        whole.holdings.fine,
    )
    assert parted.open_seconds(0, 300_000) == whole.open_seconds(0, 300_000) > 0.0
    assert {kind: {key: sums.tolist() for key, sums in groups.items()} for kind, groups in parted.groups.items()} == {
        kind: {key: sums.tolist() for key, sums in groups.items()} for kind, groups in whole.groups.items()
    }
    assert whole.groups["tag"]["a"][0] == 200


def test_spans_that_touch_are_one() -> None:
    starts, ends = np.array([5, 0, 3, 20, 6]), np.array([7, 3, 4, 21, 9])
    assert merged(starts, ends).tolist() == [[0, 4], [5, 9], [20, 21]]
    assert merged(np.empty(0, np.int64), np.empty(0, np.int64)).tolist() == []
