"""razor against its checkpoints written bar by bar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals import indicators
from signals.strategies.razor import RazorParams
from signals.strategies.registry import run_strategy
from tests.signals.marketdata.bars import random_candles


def sides(seed: int, bars: int, params: RazorParams) -> list[int]:
    """By bar: the side on which all four checkpoints are met and the strength suffices, else 0."""
    close = random_candles(bars, seed=seed).close
    fast, slow = indicators.ema(close, params.fast), indicators.ema(close, params.slow)
    rsi = indicators.rsi(close, params.rsi_period)
    found = []
    for bar in range(bars):
        side = 0
        if bar >= max(params.slow - 1, params.rsi_period, params.volatility_bars - 1, params.momentum_bars):
            part = close[bar - params.volatility_bars + 1 : bar + 1]
            deviation = np.std(part) / np.mean(part) * 100
            move = (close[bar] / close[bar - params.momentum_bars] - 1) * 100
            sign = 1 if fast[bar] > slow[bar] else -1
            lean = sign * (rsi[bar] - 50)
            room = params.rsi_ceiling - 50
            if (
                0 <= lean <= room
                and params.volatility_min_percent <= deviation <= params.volatility_max_percent
                and sign * move >= params.momentum_min_percent
            ):
                middle = (params.volatility_min_percent + params.volatility_max_percent) / 2
                half = (params.volatility_max_percent - params.volatility_min_percent) / 2
                strength = 60 + 10 * (
                    min(1.0, abs(fast[bar] - slow[bar]) / close[bar] * 100 / deviation)
                    + min(1.0, abs(move) / deviation / 2)
                    + (room - lean) / room
                    + max(0.0, 1 - abs(deviation - middle) / half)
                )
                side = sign if strength > params.min_strength else 0
        found.append(side)
    return found


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 1000),
    st.builds(
        RazorParams,
        fast=st.integers(2, 12),
        slow=st.integers(13, 30),
        rsi_period=st.integers(2, 20),
        rsi_ceiling=st.floats(60, 90),
        volatility_min_percent=st.floats(0.0, 0.2),
        volatility_max_percent=st.floats(0.3, 2.0),
        momentum_bars=st.integers(1, 10),
        momentum_min_percent=st.floats(0.0, 0.5),
        min_strength=st.floats(60, 85),
    ),
)
def test_it_fires_on_the_first_bar_at_which_all_four_are_met(seed: int, params: RazorParams) -> None:
    bars = 300
    values = {name: getattr(params, name) for name in RazorParams.__dataclass_fields__}
    output = run_strategy("razor", values, random_candles(bars, seed=seed))
    held = sides(seed, bars, params)
    expected = [side if side and (bar == 0 or held[bar - 1] != side) else 0 for bar, side in enumerate(held)]
    assert output.direction.tolist() == expected


@pytest.mark.parametrize(
    "values",
    [
        {"rsi_ceiling": 50.0},
        {"volatility_min_percent": 5.0},
        {"volatility_min_percent": 0.0, "volatility_max_percent": 0.001},
        {"momentum_min_percent": 50.0},
        {"min_strength": 100.0},
    ],
)
def test_each_checkpoint_alone_can_forbid(values: dict[str, float]) -> None:
    candles = random_candles(2000)
    assert run_strategy("razor", {}, candles).direction.any()
    assert not run_strategy("razor", values, candles).direction.any()


def test_a_checkpoint_that_is_not_met_adds_nothing_to_the_strength() -> None:
    candles = random_candles(2000)
    output = run_strategy("razor", {}, candles)
    assert not output.strength[:19].any()
    assert (output.strength[output.direction != 0] > 70).all()
    lacking = run_strategy("razor", {"momentum_min_percent": 50.0}, candles)
    assert (lacking.strength <= 75).all()
    assert (lacking.strength <= output.strength).all()
