"""What holds for every strategy."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import signals.strategies  # noqa: F401  (registers the built-in strategies)
from signals.marketdata.candles import CandleArrays
from signals.marketdata.files import RecordedCandles, read_recording
from signals.strategies.registry import all_strategies, run_strategy, warmup
from tests.signals.marketdata.bars import random_candles

NAMES = [item.name for item in all_strategies()]
every_strategy = pytest.mark.parametrize("name", NAMES)


@every_strategy
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 50), cut=st.integers(0, 400))
def test_no_bar_knows_of_a_later_one(name: str, seed: int, cut: int) -> None:
    candles = random_candles(400, seed=seed)
    whole, part = run_strategy(name, {}, candles), run_strategy(name, {}, candles.slice(0, cut))
    for column in ("direction", "strength", "stop", "target"):
        np.testing.assert_array_equal(getattr(part, column), getattr(whole, column)[:cut])
    for evidence in whole.evidence:
        np.testing.assert_array_equal(part.evidence[evidence], whole.evidence[evidence][:cut])


@every_strategy
def test_the_output_keeps_its_contract(name: str) -> None:
    candles = random_candles(3000)
    output = run_strategy(name, {}, candles)
    assert output.direction.dtype == np.int8
    fired = output.direction != 0
    assert (output.direction == 1).any()
    assert (output.direction == -1).any()
    assert ((output.strength >= 0) & (output.strength <= 100)).all()
    assert (output.strength[fired] >= 70).all()
    assert (np.isnan(output.stop) == ~fired).all()
    assert (np.isnan(output.target) == ~fired).all()
    side = output.direction[fired]
    close = candles.close[fired]
    np.testing.assert_allclose(output.stop[fired], close * (1 - side * 0.005))
    np.testing.assert_allclose(output.target[fired], close * (1 + side * 0.01))
    assert all(np.isfinite(values[fired]).all() for values in output.evidence.values())


@every_strategy
def test_nothing_fires_before_the_warm_up_or_in_a_flat_market(name: str) -> None:
    for seed in range(100):
        output = run_strategy(name, {}, random_candles(60, seed=seed))
        assert not output.direction[: warmup(name, {}) - 1].any()
    flat = CandleArrays.from_rows((60_000 * index, 5.0, 5.0, 5.0, 5.0, 0.0) for index in range(200))
    assert not run_strategy(name, {}, flat).direction.any()
    assert len(run_strategy(name, {}, CandleArrays.empty()).direction) == 0


@every_strategy
def test_a_mirrored_market_fires_on_the_other_side(name: str) -> None:
    candles = random_candles(2000)
    rows = ((t, 1e4 / o, 1e4 / low, 1e4 / high, 1e4 / close, v) for t, o, high, low, close, v in candles.rows())
    mirrored = CandleArrays.from_rows(rows)
    up, down = run_strategy(name, {}, candles).direction, run_strategy(name, {}, mirrored).direction
    # Means of prices and of their inverses differ a little, so a bar at a threshold may fall on the other side of it.
    assert (up != 0).sum() > 20
    assert (up == -down).mean() > 0.97


@every_strategy
def test_the_recent_window_tells_what_the_whole_history_tells(name: str, recorded: Path) -> None:
    recording = read_recording(recorded / "btcusdt-perp-1m-2022-01.csv.gz", timeframe="1m")
    assert isinstance(recording, RecordedCandles)
    candles = recording.data
    whole = run_strategy(name, {}, candles)
    for end in range(500, 1500):
        recent = run_strategy(name, {}, candles.slice(end - 500, end))
        assert recent.direction[-1] == whole.direction[end - 1]
        assert recent.strength[-1] == pytest.approx(whole.strength[end - 1], abs=1e-6)
