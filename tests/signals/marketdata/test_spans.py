from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from signals.marketdata.spans import missing_spans
from tests.signals.marketdata.bars import rows_of

STEP = 60_000


@given(st.sets(st.integers(0, 40)), st.integers(0, 40), st.integers(0, 40), st.integers(1, 12))
def test_every_missing_candle_is_in_one_span_and_spans_are_questions(
    held: set[int], start: int, count: int, together: int
) -> None:
    candles = rows_of(*(STEP * at for at in sorted(held)))
    until = start + count
    spans = missing_spans(candles, STEP * start, STEP * until, STEP, together=together)
    asked = [at for first, last in spans for at in range(first // STEP, last // STEP)]
    assert len(set(asked)) == len(asked)
    assert set(range(start, until)) - held <= set(asked) <= set(range(start, until))
    for first, last in spans:
        assert first // STEP not in held
        assert last // STEP - 1 not in held
        if (last - first) // STEP > together:
            assert not held & set(range(first // STEP, last // STEP))
    for (first, _), (_, last) in pairwise(spans):
        assert (last - first) // STEP > together
