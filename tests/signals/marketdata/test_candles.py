import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.marketdata.candles import Candle, CandleArrays
from tests.signals.marketdata.bars import random_candles, rows_of, same

GOOD = (0, 10.0, 12.0, 9.0, 11.0, 1.0)
NAN = float("nan")


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        CandleArrays(np.array([1]), *(np.array([1.0, 2.0]) for _ in range(5)))


def test_rows_come_back_as_they_went_in() -> None:
    rows = [GOOD, (60_000, *GOOD[1:])]
    assert CandleArrays.from_rows(rows).rows() == rows
    assert len(CandleArrays.empty()) == 0
    assert CandleArrays.empty().time.dtype == np.int64


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ((1, NAN, 12.0, 9.0, 11.0, 1.0), "a price is not a number"),
        ((1, 10.0, float("inf"), 9.0, 11.0, 1.0), "a price is not a number"),
        ((1, 10.0, 12.0, 0.0, 11.0, 1.0), "a price is not above 0"),
        ((1, 10.0, 10.5, 9.0, 11.0, 1.0), "high lies below"),
        ((1, 10.0, 12.0, 10.5, 11.0, 1.0), "low lies above"),
        ((1, 10.0, 12.0, 9.0, 11.0, -1.0), "volume"),
        ((1, 10.0, 12.0, 9.0, 11.0, NAN), "volume"),
        ((0, 10.0, 12.0, 9.0, 11.0, 1.0), "does not come after"),
    ],
)
def test_a_candle_that_cannot_be_is_named(row: tuple[float, ...], why: str) -> None:
    candles = CandleArrays.from_rows([GOOD, row])
    fault = candles.fault()
    assert fault is not None
    assert fault[0] == 1
    assert why in fault[1]
    with pytest.raises(ValueError, match=f"number 1 .*{why}"):
        candles.validate()


def test_sound_candles_have_no_fault() -> None:
    random_candles(50).validate()
    CandleArrays.empty().validate()


def test_last_and_append_and_slice() -> None:
    candles = random_candles(5)
    assert same(candles.last(2), candles.slice(3, 5))
    assert same(candles.last(99), candles)
    more = candles.append(Candle("sim", "A", "1m", 9_999_999_999_999, 1.0, 2.0, 0.5, 1.5, 3.0))
    assert len(more) == 6
    assert more.rows()[-1] == (9_999_999_999_999, 1.0, 2.0, 0.5, 1.5, 3.0)
    assert len(candles) == 5


def test_read_only_candles_cannot_be_written() -> None:
    candles = random_candles(3)
    with pytest.raises(ValueError, match="read-only"):
        candles.read_only().close[0] = 1.0
    candles.close[0] = 1.0


times = st.lists(st.integers(0, 20), max_size=12)


@given(times, times)
def test_merged_holds_each_time_once_and_the_later_wins(first: list[int], second: list[int]) -> None:
    left, right = rows_of(*first, price=1.0), rows_of(*second, price=2.0)
    expected = dict.fromkeys(first, 1.0) | dict.fromkeys(second, 2.0)
    merged = left.merged(right)
    assert merged.time.tolist() == sorted(expected)
    assert merged.close.tolist() == [expected[time] for time in sorted(expected)]
