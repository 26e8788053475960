"""Look-ahead: cheats are caught, honest strategies are not."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.validation.lookahead import look_ahead
from analytics.validation.strategy_check import check_strategy
from analytics.validation.words import StrategyFault, choose_bars, differing
from tests.analytics.validation import strategies as faulty
from tests.signals.marketdata.bars import random_candles

CANDLES = random_candles(700)


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    names = ("peeks", "normalizes", "remembers", "slow_average", "keeps_quiet", "fails", "misshapes")
    with faulty.registered(*(getattr(faulty, name) for name in names)):
        yield


@pytest.mark.parametrize("bars", [1, 5])
def test_who_looks_at_later_bars_is_caught(bars: int) -> None:
    report = look_ahead("peeks", {"bars": bars}, CANDLES, cuts=40)
    assert not report.is_clean
    assert report.changed_signals == report.changed_bars >= 40
    assert set(report.columns) == {"direction", "strength", "stop", "target"}
    first = report.differences[0]
    assert (first.part, first.column) == (0.0, "direction")
    assert first.time <= first.until < first.time + bars * 60_000
    assert check_strategy("peeks", {"bars": bars}, "A", CANDLES, cuts=20).verdict == "LOOK_AHEAD"


def test_evidence_measured_by_the_whole_series_is_caught() -> None:
    report = look_ahead("normalizes", {}, CANDLES, cuts=20)
    assert report.changed_signals == 0
    assert set(report.columns) == {"evidence.score"}
    assert not report.is_clean


@pytest.mark.parametrize("name", ["razor", "signalist-sma-3c", "ema-cross", "remembers", "slow_average"])
def test_the_honest_are_believed(name: str) -> None:
    report = look_ahead(name, {}, CANDLES, cuts=30)
    assert report.is_clean
    assert (report.bars, report.cuts, report.differences) == (700, 30, ())
    assert report.fired > 5


def test_what_is_learned_is_json_and_the_same_each_time() -> None:
    first = check_strategy("peeks", {}, "A", CANDLES, cuts=10).as_json()
    assert json.loads(json.dumps(first, allow_nan=False)) == first
    assert check_strategy("peeks", {}, "A", CANDLES, cuts=10).as_json() == first
    shown = next(item for item in first["lookahead"]["differences"] if item["column"] == "stop")
    assert shown["part"] is None
    assert shown["time"].startswith("2022-01-01T")


def test_verdicts() -> None:
    assert check_strategy("keeps_quiet", {}, "A", CANDLES, cuts=5).verdict == "SILENT"
    assert check_strategy("remembers", {}, "A", random_candles(1500), cuts=60).verdict == "LONG_MEMORY"
    assert check_strategy("razor", {}, "A", CANDLES, cuts=20).verdict == "CLEAN"


def test_a_strategy_that_fails_is_told() -> None:
    with pytest.raises(StrategyFault, match=r"fails on \d+ candles: IndexError: too few"):
        look_ahead("fails", {}, CANDLES, cuts=60)
    with pytest.raises(StrategyFault, match=r"evidence.score has the shape \(3,\)"):
        look_ahead("misshapes", {}, CANDLES)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([0, 0, 1, -1]), min_size=1, max_size=200), st.integers(1, 60), st.integers(0, 50))
def test_bars_are_chosen_among_those_there_are(direction: list[int], count: int, first: int) -> None:
    chosen = choose_bars(np.array(direction, dtype=np.float64), count, first=first, seed=3)
    assert chosen == sorted(set(chosen))
    assert len(chosen) <= count
    assert all(first <= bar < len(direction) for bar in chosen)
    fired = [bar for bar, sign in enumerate(direction) if sign and bar >= first]
    assert len([bar for bar in chosen if bar in fired]) >= min(len(fired), -(-count // 2))


def test_rounding_is_no_difference_and_nothing_is_nothing() -> None:
    nan = float("nan")
    left = np.array([1.0, 1.0, nan, nan, 1.0, 0.0, np.inf])
    right = np.array([1.0 + 1e-12, 1.0 + 1e-6, nan, 1.0, nan, 0.0, np.inf])
    assert differing(left, right).tolist() == [False, True, False, True, True, False, False]
