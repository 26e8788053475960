"""What rules say on candles, against the same reckoned by hand."""

from typing import Any

import numpy as np
import pytest

from signals import indicators
from signals.marketdata.candles import CandleArrays
from signals.strategies.registry import StrategyOutput, run_strategy, strategy_key, validate_params, warmup
from signals.strategies.rules.strategy import DEFAULT
from tests.signals.marketdata.bars import random_candles

EMAS = {"fast": {"kind": "ema", "period": 9}, "slow": {"kind": "ema", "period": 21}}
HOUR = 3_600_000


def run(candles: CandleArrays, **told: Any) -> StrategyOutput:
    return run_strategy("rules", {"rules": told}, candles)


def rising(*closes: float, step: int = 60_000, start: int = 0) -> CandleArrays:
    """Candles that close there."""
    return CandleArrays.from_rows((start + step * place, c, c + 1, c - 1, c, 10.0) for place, c in enumerate(closes))


def bars_of(output: StrategyOutput, side: int = 1) -> list[int]:
    return np.flatnonzero(output.direction == side).tolist()


def test_the_example_is_the_crossing_of_two_averages() -> None:
    candles = random_candles(3000)
    plain, told = run_strategy("ema-cross", {}, candles), run_strategy("rules", {}, candles)
    np.testing.assert_array_equal(told.direction[25:], plain.direction[25:])
    np.testing.assert_allclose(told.stop[25:], plain.stop[25:])
    np.testing.assert_allclose(told.target[25:], plain.target[25:])
    fired = told.direction != 0
    assert set(told.strength[fired]) == {80.0}
    np.testing.assert_array_equal(told.evidence["fast"], plain.evidence["ema_fast"])
    assert warmup("rules", {}) == 23


def test_all_any_and_not() -> None:
    candles = random_candles(2000)
    rsi, slow = indicators.rsi(candles.close, 14), indicators.sma(candles.close, 30)
    told = {"strength": {"kind": "rsi"}, "trend": {"kind": "sma", "period": 30}}
    above = {"left": "close", "is": ">", "right": "trend"}
    weak = {"left": "strength", "is": "<", "right": 50}
    cases = (
        ({"all": [above, weak]}, (candles.close > slow) & (rsi < 50)),
        ({"any": [above, weak]}, (candles.close > slow) | (rsi < 50)),
        ({"all": [{"not": weak}, above]}, ~(rsi < 50) & (candles.close > slow)),
    )
    for condition, met in cases:
        first = met & ~np.append(False, met[:-1])
        first[:30] = False
        assert bars_of(run(candles, indicators=told, long=condition)) == np.flatnonzero(first).tolist()


def test_a_value_earlier_and_reckoned() -> None:
    closes = [10, 11, 12, 11, 13, 13, 20, 21]
    candles = rising(*closes)
    jump = {"left": {"subtract": ["close", {"value": "close", "ago": 2}]}, "is": ">=", "right": {"multiply": [2, 3.5]}}
    assert bars_of(run(candles, long=jump)) == [6]
    middle = {"divide": [{"add": ["high", "low"]}, 2]}
    assert bars_of(run(candles, long={"left": middle, "is": "<", "right": {"value": "close", "ago": 1}})) == [3]
    most = {"left": {"max": ["close", 12.5]}, "is": "<=", "right": {"min": [12.5, "high"]}}
    assert bars_of(run(candles, short=most), -1) == [2]


def test_crossing_from_a_touch_counts_once() -> None:
    candles = rising(9, 10, 11, 10, 11, 9)
    assert bars_of(run(candles, long={"left": "close", "is": "crosses_above", "right": 10})) == [2, 4]
    assert bars_of(run(candles, short={"left": "close", "is": "crosses_below", "right": 10}), -1) == [5]


def test_rising_falling_and_held() -> None:
    candles = rising(1, 2, 3, 3, 4, 5, 6, 5, 4, 3)
    assert bars_of(run(candles, long={"value": "close", "is": "rising", "bars": 3})) == [6]
    assert bars_of(run(candles, short={"value": "close", "is": "falling", "bars": 2}), -1) == [8]
    above = {"left": "close", "is": ">", "right": 2}
    assert bars_of(run(candles, long={"held": above, "bars": 3})) == [4]


def test_hours_and_days_in_utc() -> None:
    friday = 1_700_179_200_000  # 17 November 2023, 00:00
    candles = rising(*([100.0] * 96), step=HOUR, start=friday)
    evenings = {"time": {"from": "22:00", "to": "02:00"}}
    assert bars_of(run(candles, long=evenings)) == [22, 46, 70, 94]
    assert bars_of(run(candles, long={"time": {"from": "08:00", "to": "09:00", "days": ["sat", "mon"]}})) == [32, 80]
    assert bars_of(run(candles, long={"time": {"days": ["sun"]}})) == [48]


def test_levels() -> None:
    candles = random_candles(500)
    atr = indicators.atr(candles.high, candles.low, candles.close, 10)
    told = {"long": DEFAULT["long"], "short": DEFAULT["short"], "indicators": EMAS}
    found = run(candles, **told, stop={"atr": 2, "period": 10}, target={"risk": 1.5})
    fired = found.direction != 0
    assert fired.sum() > 10
    side, close = found.direction[fired], candles.close[fired]
    np.testing.assert_allclose(found.stop[fired], close - side * 2 * atr[fired])
    np.testing.assert_allclose(found.target[fired], close + side * 3 * atr[fired])
    channel = {**told, "indicators": {**EMAS, "bottom": {"kind": "lowest", "of": "low", "period": 20}}}
    low = run(candles, **channel, stop={"at": "bottom"}, target={"percent": 3})
    assert bars_of(low) == bars_of(found)
    assert bars_of(low, -1) == [], "a stop below the close is none for a short"
    np.testing.assert_allclose(low.stop[low.direction == 1], indicators.lowest(candles.low, 20)[low.direction == 1])


def test_never_both_ways_at_once() -> None:
    candles = rising(1, 2, 3, 4)
    up = {"left": "close", "is": ">", "right": 2.5}
    assert not run(candles, long=up, short=up).direction.any()


def test_strength_may_be_a_value() -> None:
    candles = random_candles(500)
    told = run(candles, indicators={**EMAS, "rsi": {"kind": "rsi"}}, long=DEFAULT["long"], strength="rsi")
    fired = told.direction != 0
    np.testing.assert_allclose(told.strength[fired], indicators.rsi(candles.close, 14)[fired])
    with_limits = run(candles, indicators=EMAS, long=DEFAULT["long"], strength={"multiply": ["close", 100]})
    assert set(with_limits.strength[with_limits.direction != 0]) == {100.0}


def test_division_by_nothing_is_not_known() -> None:
    candles = rising(1, 2, 3, 4, 5)
    condition = {"left": {"divide": ["close", {"subtract": ["close", "close"]}]}, "is": ">", "right": 0}
    assert not run(candles, long=condition).direction.any()


def test_what_is_left_out_is_written_out_and_keeps_its_key() -> None:
    whole = validate_params("rules", {"rules": {"long": DEFAULT["long"], "indicators": EMAS, "stop": {"atr": 2}}})
    assert whole["rules"]["indicators"]["fast"] == {"kind": "ema", "period": 9, "of": "close"}
    assert whole["rules"]["stop"] == {"atr": 2, "period": 14}
    assert whole["rules"]["target"] == {"percent": 1.0}
    assert (whole["rules"]["short"], whole["rules"]["strength"]) == (None, 80)
    assert validate_params("rules", whole) == whole
    told = {"rules": {"strength": 80.0, "long": DEFAULT["long"], "indicators": EMAS, "stop": {"atr": 2.0}}}
    assert strategy_key("rules", told) == strategy_key("rules", whole) != strategy_key("rules", {})
    assert strategy_key("rules", {}) == strategy_key("rules", {"rules": DEFAULT})


@pytest.mark.parametrize("size", [0, 1, 2, 22])
def test_too_few_candles_say_nothing(size: int) -> None:
    chained = {**EMAS, "smooth": {"kind": "sma", "period": 5, "of": "bands.upper"}, "bands": {"kind": "bollinger"}}
    output = run_strategy("rules", {"rules": {**DEFAULT, "indicators": chained}}, random_candles(60).slice(0, size))
    assert len(output.direction) == size
    assert not output.direction.any()
