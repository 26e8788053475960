"""ema-cross against averages and crosses worked out bar by bar."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.marketdata.candles import CandleArrays
from signals.strategies.ema_cross import _crosses
from signals.strategies.registry import StrategyError, run_strategy
from tests.signals.marketdata.bars import random_candles


def average(values: list[float], period: int) -> list[float | None]:
    """EMA, seeded with the mean of the first `period` values."""
    found: list[float | None] = [None] * min(len(values), period - 1)
    for bar in range(period - 1, len(values)):
        before = found[-1] if bar >= period else None
        mean = math.fsum(values[:period]) / period
        found.append(mean if before is None else before + (values[bar] - before) * 2 / (period + 1))
    return found


def expected(close: list[float], fast: int, slow: int) -> dict[int, tuple[int, float]]:
    """By bar that fires: its side and strength."""
    found, side = {}, 0
    for bar, (quick, calm) in enumerate(zip(average(close, fast), average(close, slow), strict=True)):
        if quick is None or calm is None or quick == calm:
            continue
        now = 1 if quick > calm else -1
        if side and now != side:
            deviation = float(np.std(close[bar - slow + 1 : bar + 1]))
            found[bar] = (now, 70 + 30 * min(1.0, abs(quick - calm) / deviation))
        side = now
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 12), st.integers(13, 30))
def test_it_fires_where_the_averages_cross(seed: int, fast: int, slow: int) -> None:
    candles = random_candles(300, seed=seed)
    output = run_strategy("ema-cross", {"fast": fast, "slow": slow}, candles)
    crosses = expected(candles.close.tolist(), fast, slow)
    assert {int(bar): int(output.direction[bar]) for bar in np.flatnonzero(output.direction)} == {
        bar: side for bar, (side, _) in crosses.items()
    }
    for bar, (_, strength) in crosses.items():
        assert output.strength[bar] == pytest.approx(strength, abs=1e-4)
    assert not output.strength[output.direction == 0].any()


def closes(*values: float) -> CandleArrays:
    return CandleArrays.from_rows((60_000 * at, value, value, value, value, 0.0) for at, value in enumerate(values))


def test_a_touch_is_no_cross_but_what_follows_on_the_other_side_is() -> None:
    fired = run_strategy("ema-cross", {"fast": 2, "slow": 3}, closes(8, 8, 8, 16, 8, 8, 8, 8)).direction
    assert fired.tolist()[:4] == [0, 0, 0, 0]  # equal until then, so there is no side to come from
    assert (fired != 0).sum() == 1
    nan = math.nan
    for gap, wanted in (
        ([nan, 1.0, 0.0, 2.0, -1.0], [(4, -1)]),
        ([nan, 1.0, 0.0, 0.0, -1.0, 0.0, 3.0], [(4, -1), (6, 1)]),
        ([0.0, 0.0, 1.0], []),
        ([-1.0, 1.0], [(1, 1)]),
        ([nan, nan], []),
        ([], []),
    ):
        bars, sides = _crosses(np.array(gap))
        assert list(zip(bars.tolist(), sides.tolist(), strict=True)) == wanted


def test_the_fast_average_must_be_the_shorter_one() -> None:
    with pytest.raises(StrategyError, match=r"fast: must be shorter than slow \(9\), not 9"):
        run_strategy("ema-cross", {"slow": 9}, random_candles(10))
