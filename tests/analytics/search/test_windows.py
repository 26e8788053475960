"""Stretches of time: what is searched and what it is proved on."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.search.windows import Window, split, walk_forward

STEP = 60_000
START = 1_640_995_200_000
percents = st.floats(5, 80)
candles = st.integers(2_000, 600_000)


@given(candles, st.integers(2, 12), percents, st.booleans())
@settings(max_examples=60)
def test_folds_cover_the_time_and_never_prove_on_what_was_searched(
    count: int, folds: int, percent: float, anchored: bool
) -> None:
    whole = Window(START, START + count * STEP)
    found = walk_forward(whole, folds, percent, STEP, anchored=anchored)
    assert len(found) == folds
    assert (found[0].inside.start, found[-1].outside.end) == (whole.start, whole.end)
    for fold in found:
        assert fold.inside.end == fold.outside.start, "no gap, and no overlap"
        assert fold.inside.length > 0 < fold.outside.length
        assert (fold.inside.start - whole.start) % STEP == (fold.inside.end - whole.start) % STEP == 0
    for one, two in itertools.pairwise(found):
        assert one.outside.end == two.outside.start
        assert two.inside.start >= one.inside.start
    if anchored:
        assert {fold.inside.start for fold in found} == {whole.start}
    else:
        lengths = [fold.inside.length for fold in found]
        assert max(lengths) - min(lengths) <= 2 * STEP
    outside = found[0].outside.length
    assert outside / (outside + found[0].inside.length) == pytest.approx(percent / 100, abs=0.03)


@given(candles, st.floats(1, 90))
@settings(max_examples=30)
def test_split(count: int, percent: float) -> None:
    whole = Window(START, START + count * STEP)
    inside, outside = split(whole, percent, STEP)
    assert (inside.start, inside.end, outside.end) == (whole.start, outside.start, whole.end)
    assert outside.length / whole.length == pytest.approx(percent / 100, abs=0.001)


def test_nothing_kept_apart() -> None:
    whole = Window(START, START + 10 * STEP)
    assert split(whole, 0, STEP) == (whole, Window(whole.end, whole.end))


def test_too_short() -> None:
    with pytest.raises(ValueError, match="too short"):
        split(Window(START, START + STEP), 10, STEP)
    with pytest.raises(ValueError, match="too short for 5 folds"):
        walk_forward(Window(START, START + 5 * STEP), 5, 25, STEP, anchored=False)
