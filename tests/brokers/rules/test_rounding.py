from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.backtest.compiled import compiled
from brokers.rules.rounding import ceil_to_tick, floor_to_lot, floor_to_tick, from_steps, step_count

DECIMAL_STEPS = st.sampled_from([1e-8, 1e-5, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0])
AMOUNTS = st.floats(1e-4, 1e6)


def noise(value: float, step: float) -> float:
    """The most that rounding may step over `value`: a billionth of a step, and float64's own grain."""
    return 2e-9 * step + 4e-15 * value


@pytest.mark.parametrize(
    ("quantity", "lot", "expected"),
    [(0.3, 0.1, 0.3), (0.7, 0.1, 0.7), (0.29999, 0.1, 0.2), (2.9999999999999996, 1.0, 3.0), (0.0009, 0.001, 0.0)],
)
def test_lots_that_float_noise_would_lose(quantity: float, lot: float, expected: float) -> None:
    assert floor_to_lot(quantity, lot) == expected


def test_a_fine_step_under_a_large_value_is_not_rounded_past_it() -> None:
    """A tolerance relative to the count would be ten lots here, and four thousand ticks."""
    assert floor_to_lot(100.0, 1e-8) == 100.0
    assert ceil_to_tick(40000.00003, 1e-8) == 40000.00003


@pytest.mark.parametrize("rounding", [floor_to_lot, floor_to_tick, ceil_to_tick])
def test_more_steps_than_an_int64_counts_neither_wrap_nor_fail(rounding: Callable[[float, float], float]) -> None:
    for rule in (rounding, compiled(rounding, keep=True)):
        assert rule(1e21, 1e-8) == pytest.approx(1e21)


@given(AMOUNTS, DECIMAL_STEPS)
def test_floor_stays_below_within_one_step(value: float, step: float) -> None:
    for floor in (floor_to_lot, floor_to_tick):
        rounded = floor(value, step)
        assert rounded <= value + noise(value, step)
        assert value - rounded < step + noise(value, step)


@given(AMOUNTS, DECIMAL_STEPS)
def test_ceiling_stays_above_within_one_step(value: float, step: float) -> None:
    rounded = ceil_to_tick(value, step)
    assert rounded >= value - noise(value, step)
    assert rounded - value < step + noise(value, step)


@given(st.integers(0, 10**9), DECIMAL_STEPS)
def test_multiples_are_kept_and_carry_no_noise(count: int, step: float) -> None:
    exact = Decimal(count) * Decimal(str(step))
    value = from_steps(float(count), step)
    assert Decimal(str(value)) == exact
    assert floor_to_lot(value, step) == floor_to_tick(value, step) == ceil_to_tick(value, step) == value
    assert step_count(count * step, step) == count


@given(AMOUNTS, st.sampled_from([0.3, 7.0, 1e-8, 0.01]))
def test_rounding_twice_changes_nothing(value: float, step: float) -> None:
    for rounding in (floor_to_lot, ceil_to_tick):
        once = rounding(value, step)
        assert rounding(once, step) == once
