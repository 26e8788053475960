"""How long a memory is, against what is known of averages."""

from collections.abc import Iterator

import pytest

from analytics.validation.recursive import recursive, windows_of
from tests.analytics.validation import strategies as faulty
from tests.signals.marketdata.bars import random_candles


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    with faulty.registered(faulty.remembers, faulty.slow_average, faulty.peeks):
        yield


def test_a_memory_without_end_is_told() -> None:
    report = recursive("remembers", {}, random_candles(1500), windows=[50, 500, 1000])
    assert [item.window for item in report.windows] == [50, 500, 1000]
    assert report.windows[0].changed_signals > 0
    assert report.live_changed_signals
    assert report.windows[1].deviation_percent["mean"] > 0.1
    assert report.enough is None


def test_an_average_forgets_as_its_weights_do() -> None:
    candles, period = random_candles(1500), 40
    report = recursive("slow_average", {"bars": period}, candles, windows=[80, 160, 640], checks=40)
    short, middle, long = (item.deviation_percent["average"] for item in report.windows)
    keep = 1 - 2 / (period + 1)
    spread = (candles.close.max() - candles.close.min()) / candles.close.min() * 100
    assert 0 < short <= spread * keep**40
    assert 0 < middle <= spread * keep**120 < short
    assert long <= spread * keep**600 < 1e-9
    assert report.enough == (160 if middle <= 0.01 else 640)
    assert short > 0.01
    assert [item.changed_signals for item in report.windows] == [0, 0, 0]
    assert report.live_changed_signals is None


def test_the_built_in_strategies_need_less_than_the_live_window() -> None:
    candles = random_candles(2100)
    for name in ("razor", "ema-cross", "signalist-sma-3c"):
        report = recursive(name, {}, candles, checks=40)
        assert report.live_changed_signals == 0
        assert report.enough is not None
        assert report.enough <= 500
    slow = recursive("ema-cross", {"fast": 100, "slow": 300}, candles, checks=40)
    assert slow.windows[0].window == 301
    assert slow.enough is None or slow.enough > 500


def test_windows_fit_the_candles() -> None:
    assert windows_of("razor", {}, 10_000) == [21, 42, 84, 500, 1000, 2000]
    assert windows_of("razor", {}, 500) == [21, 42, 84]
    assert windows_of("razor", {}, 5) == []
    assert recursive("razor", {}, random_candles(20)).as_json()["windows"] == []
