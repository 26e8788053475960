"""signalist-sma-3c against its rule written bar by bar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.marketdata.candles import CandleArrays
from signals.strategies.registry import run_strategy
from tests.signals.marketdata.bars import random_candles


def holds(close: list[float], bar: int, sign: int, period: int, slope_bars: int) -> bool:
    """The rule's words on one bar."""
    first = max(period - 1 + slope_bars, period + 1, 3)
    if bar < first:
        return False

    def average(at: int) -> float:
        return sum(close[at - period + 1 : at + 1]) / period

    rising = all(sign * (close[bar - back] - close[bar - back - 1]) > 0 for back in range(3))
    beyond = all(sign * (close[bar - back] - average(bar - back)) > 1e-9 for back in range(3))
    sloped = sign * (average(bar) - average(bar - slope_bars)) > 1e-9
    return rising and beyond and sloped


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 30), st.integers(1, 12))
def test_it_fires_on_the_first_bar_at_which_all_holds(seed: int, period: int, slope_bars: int) -> None:
    candles = random_candles(250, seed=seed)
    close = candles.close.tolist()
    output = run_strategy("signalist-sma-3c", {"period": period, "slope_bars": slope_bars}, candles)
    for sign in (1, -1):
        held = [holds(close, bar, sign, period, slope_bars) for bar in range(len(close))]
        expected = [bar for bar in range(len(close)) if held[bar] and not (bar and held[bar - 1])]
        assert np.flatnonzero(output.direction == sign).tolist() == expected


def closes(*prices: float) -> CandleArrays:
    return CandleArrays.from_rows(
        (60_000 * i, price, price, price, price, 1.0) for i, price in enumerate((*[100.0] * 20, *prices))
    )


def test_three_rising_closes_above_a_rising_average() -> None:
    output = run_strategy("signalist-sma-3c", {"period": 10}, closes(101.0, 102.0, 103.0, 104.0, 105.0))
    assert output.direction.tolist() == [0] * 22 + [1, 0, 0]
    assert output.evidence["sma"][22] == pytest.approx((7 * 100 + 101 + 102 + 103) / 10)
    down = run_strategy("signalist-sma-3c", {"period": 10}, closes(99.0, 98.0, 97.0, 96.0))
    assert down.direction.tolist() == [0] * 22 + [-1, 0]


def test_two_closes_or_an_even_one_are_not_enough() -> None:
    for prices in ((101.0, 102.0, 101.5), (101.0, 101.0, 102.0, 103.0, 102.0)):
        assert not run_strategy("signalist-sma-3c", {"period": 10}, closes(*prices)).direction.any()


def test_strength_grows_with_the_move_against_the_deviation() -> None:
    candles = random_candles(2000)
    output = run_strategy("signalist-sma-3c", {}, candles)
    fired = np.flatnonzero(output.direction)
    close = candles.close
    for bar in fired[:50]:
        ratio = abs(close[bar] - close[bar - 3]) / np.std(close[bar - 19 : bar + 1])
        assert output.strength[bar] == pytest.approx(min(100.0, 70.0 + 10.0 * ratio), rel=1e-6)
    assert not output.strength[output.direction == 0].any()
