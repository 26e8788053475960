import itertools

import pytest

from signals.marketdata.timeframes import TIMEFRAMES, bucket_start, milliseconds


def test_each_period_is_made_of_whole_smaller_ones() -> None:
    lengths = list(TIMEFRAMES.values())
    assert all(large % small == 0 for small, large in itertools.pairwise(lengths))


def test_an_unknown_timeframe_is_named() -> None:
    with pytest.raises(ValueError, match="'7m' is not one of 5s, 15s, 1m"):
        milliseconds("7m")
    with pytest.raises(ValueError, match="'7m'"):
        bucket_start(0, "7m")


def test_a_bucket_begins_at_or_before_its_time() -> None:
    assert bucket_start(1_640_991_719_999, "1m") == 1_640_991_660_000
    assert bucket_start(1_640_991_660_000, "1m") == 1_640_991_660_000
    assert bucket_start(-1, "1m") == -60_000
