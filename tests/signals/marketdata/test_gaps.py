import json
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.marketdata.candles import CandleArrays
from signals.marketdata.gaps import MOST_SHOWN, gap_report
from tests.signals.marketdata.bars import START, random_candles

MINUTE = 60_000


@given(st.sets(st.integers(0, 120), min_size=2))
def test_missing_candles_are_counted_as_one_counts_by_hand(held: set[int]) -> None:
    candles = random_candles(121)
    report = gap_report("A", "1m", candles.take([index in held for index in range(121)]))
    missing = [index for index in range(min(held), max(held)) if index not in held]
    together = groupby(enumerate(missing), key=lambda item: item[1] - item[0])
    runs = [[index for _, index in run] for _, run in together]
    assert (report.rows, report.missing, report.gaps) == (len(held), len(missing), len(runs))
    shown = [(gap.first, gap.last, gap.missing) for gap in report.where]
    expected = [(START + run[0] * MINUTE, START + run[-1] * MINUTE, len(run)) for run in runs]
    assert len(shown) == min(len(runs), MOST_SHOWN)
    assert set(shown) <= set(expected)
    assert shown == sorted(shown)
    longest = max((len(run) for run in runs), default=None)
    assert (None if report.longest is None else report.longest.missing) == longest


def test_a_report_is_json() -> None:
    candles = random_candles(10)
    report = gap_report("A", "1m", candles.take([0, 1, 4, 9]), start_ms=START - 2 * MINUTE, end_ms=START + 11 * MINUTE)
    found = json.loads(json.dumps(report.as_json()))
    gap = {"start": "2022-01-01T00:05:00Z", "end": "2022-01-01T00:08:00Z", "missing": 4}
    assert found["longest"] == gap
    assert [item["missing"] for item in found["where"]] == [2, 4]
    assert (found["first"], found["last"]) == ("2022-01-01T00:00:00Z", "2022-01-01T00:09:00Z")
    assert (found["late"], found["early"]) == (2, 1)


def test_a_series_without_candles_has_no_gaps() -> None:
    found = gap_report("A", "1m", CandleArrays.empty(), start_ms=0, end_ms=1).as_json()
    assert (found["rows"], found["first"], found["longest"], found["where"]) == (0, None, None, [])
    with pytest.raises(ValueError, match="timeframe"):
        gap_report("A", "7m", CandleArrays.empty())
