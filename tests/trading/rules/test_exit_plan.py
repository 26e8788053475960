"""How a stop moves."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.trading.rules.strategies import DIRECTIONS, LEVELS, NEAR_PRICES, TICKS, floats, plans
from trading.rules.exit_plan import (
    BREAK_EVEN,
    NO_PLAN,
    TRAIL,
    UNMOVED,
    PlanLevels,
    excursion_pnl,
    move_level,
    next_stop,
    plan_levels,
    portion_quantity,
    r_multiple,
    time_is_up,
)
from trading.rules.pnl import position_pnl

NAN = math.nan
ENTRY = 100.0


@st.composite
def positions(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of next_stop; the plan's levels lie on the side of the profit."""
    direction = draw(DIRECTIONS)
    return {
        "direction": direction,
        "stop": draw(LEVELS),
        "entry": ENTRY,
        "best": draw(NEAR_PRICES | st.just(NAN)),
        "plan": draw(plans(direction)),
        "tick": draw(TICKS),
    }


def mirrored(plan: PlanLevels) -> PlanLevels:
    """For prices below zero, where a short trade is what a long one was."""
    return plan._replace(
        trail_activation=-plan.trail_activation,
        break_even_trigger=-plan.break_even_trigger,
        break_even_stop=-plan.break_even_stop,
    )


def same(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(one, two, strict=True))


@given(positions())
def test_a_stop_never_loosens_and_stays_on_the_losing_side_of_the_best_price(position: dict[str, Any]) -> None:
    direction, stop = position["direction"], position["stop"]
    moved, mover = next_stop(**position)
    if mover == UNMOVED:
        assert same((moved,), (stop,))
        return
    best = position["best"] if not math.isnan(position["best"]) else ENTRY
    assert math.isnan(stop) or direction * (moved - stop) > 0.0
    assert direction * (best - moved) > 0.0


@given(positions())
def test_a_moved_stop_rests(position: dict[str, Any]) -> None:
    moved, _ = next_stop(**position)
    assert same(next_stop(**position | {"stop": moved}), (moved, UNMOVED))


@given(positions())
def test_a_long_and_the_mirrored_short_agree(position: dict[str, Any]) -> None:
    other = {
        "direction": -position["direction"],
        "stop": -position["stop"],
        "entry": -position["entry"],
        "best": -position["best"],
        "plan": mirrored(position["plan"]),
        "tick": position["tick"],
    }
    moved, mover = next_stop(**position)
    assert same(next_stop(**other), (-moved, mover))
    assert same((move_level(**other),), (-move_level(**position),))


@given(positions(), st.lists(NEAR_PRICES, min_size=1, max_size=8))
def test_the_stop_is_where_the_best_price_puts_it_however_it_was_reached(
    position: dict[str, Any], prices: list[float]
) -> None:
    """Incident 14: what saw every tick and what saw only the bar leave the same stop behind."""
    direction = position["direction"]
    best, stop = position["best"], position["stop"]
    best = ENTRY if math.isnan(best) else best
    for price in prices:
        best = price if direction * (price - best) > 0.0 else best
        stop, _ = next_stop(**position | {"best": best, "stop": stop})
    first, _ = next_stop(**position)
    at_once, _ = next_stop(**position | {"best": best, "stop": first})
    assert stop == pytest.approx(at_once, rel=1e-14, nan_ok=True)


# The stop lies a tick's rounding off its step, by less than what passes for noise.
@example(
    {
        "direction": 1,
        "stop": NAN,
        "entry": ENTRY,
        "best": NAN,
        "plan": PlanLevels(trail_percent=1.5429254605411913, trail_step=1.0),
        "tick": 1e-8,
    }
)
@given(positions())
def test_the_move_level_is_where_the_stop_moves_next(position: dict[str, Any]) -> None:
    direction = position["direction"]
    assume(not 90.0 < position["plan"].trail_percent < 100.0)  # a price must rise tenfold to lift the stop by its rise
    position["stop"], _ = next_stop(**position)  # as it rests
    level = move_level(**position)
    best = position["best"] if not math.isnan(position["best"]) else ENTRY
    nudge = direction * 1e-4  # more than the noise that rounding to steps takes for a whole one
    if math.isnan(level):
        for far in (105.0, 150.0, 1000.0):
            moved = next_stop(**position | {"best": ENTRY + direction * (far - ENTRY)})
            assert moved[1] == UNMOVED
        return
    assert direction * (level - best) >= 0.0
    assume(direction > 0 or level > 1.0)
    assert next_stop(**position | {"best": level + nudge})[1] != UNMOVED
    before = max(best, level - nudge) if direction > 0 else min(best, level - nudge)
    moved, _ = next_stop(**position | {"best": before})
    assert moved == pytest.approx(position["stop"], rel=1e-12, nan_ok=True), "by no more than noise"


def test_it_trails_by_percent_in_steps() -> None:
    plan = plan_levels(1, 100.0, 2.0, NAN, 1.0, 10.0, NAN, NAN)
    assert plan.trail_activation == 101.0
    assert next_stop(1, 95.0, 100.0, 100.9, plan) == (95.0, UNMOVED)
    assert next_stop(1, 95.0, 100.0, 101.0, plan) == (pytest.approx(98.8), TRAIL)  # 98.98, down to steps of 0.2
    assert next_stop(1, 98.8, 100.0, 101.02, plan) == (98.8, UNMOVED)
    assert move_level(1, 98.8, 100.0, 101.0, plan) == pytest.approx(99.0 / 0.98)
    assert next_stop(1, 98.8, 100.0, 110.0, plan) == (pytest.approx(107.8), TRAIL)


def test_it_trails_by_a_distance_to_the_tick() -> None:
    plan = plan_levels(-1, 100.0, NAN, 1.0, 0.0, 0.0, NAN, NAN)
    assert next_stop(-1, 103.0, 100.0, 98.765, plan, 0.01) == (99.77, TRAIL)  # away from the price
    assert next_stop(-1, 103.0, 100.0, 98.765, plan) == (pytest.approx(99.765), TRAIL)
    assert move_level(-1, 99.77, 100.0, 98.765, plan, 0.01) == pytest.approx(98.76)
    assert move_level(-1, 99.765, 100.0, 98.765, plan) == pytest.approx(98.765)


def test_break_even_covers_the_entry_and_what_lies_beyond() -> None:
    plan = plan_levels(1, 100.0, NAN, NAN, NAN, NAN, 1.0, 0.123, 0.1)
    assert plan.break_even_stop == 100.2  # towards the profit
    assert plan_levels(-1, 100.0, NAN, NAN, NAN, NAN, 1.0, 0.123, 0.1).break_even_stop == pytest.approx(99.8)
    assert next_stop(1, 98.0, 100.0, 100.99, plan) == (98.0, UNMOVED)
    assert next_stop(1, 98.0, 100.0, 101.0, plan) == (100.2, BREAK_EVEN)
    assert next_stop(1, 100.5, 100.0, 101.0, plan) == (100.5, UNMOVED), "tighter already"
    assert move_level(1, 98.0, 100.0, 100.0, plan) == 101.0
    assert math.isnan(move_level(1, 100.2, 100.0, 101.0, plan))
    assert next_stop(1, NAN, 100.0, 101.0, plan) == (100.2, BREAK_EVEN), "a trade without a stop gets one"


def test_the_tighter_of_trail_and_break_even_wins() -> None:
    plan = plan_levels(1, 100.0, NAN, 1.0, 0.0, 0.0, 1.0, 0.2)
    assert next_stop(1, 98.0, 100.0, 101.0, plan) == (pytest.approx(100.2), BREAK_EVEN)
    assert next_stop(1, 98.0, 100.0, 103.0, plan) == (102.0, TRAIL)


@given(DIRECTIONS, LEVELS, LEVELS, TICKS)
def test_without_a_plan_nothing_moves(direction: int, stop: float, best: float, tick: float) -> None:
    assert same(next_stop(direction, stop, ENTRY, best, NO_PLAN, tick), (stop, UNMOVED))
    assert math.isnan(move_level(direction, stop, ENTRY, best, NO_PLAN, tick))


@pytest.mark.parametrize(
    "plan",
    [
        PlanLevels(trail_percent=100.0),
        PlanLevels(trail_percent=0.0),
        PlanLevels(trail_percent=-1.0),
        PlanLevels(trail_distance=0.0),
        PlanLevels(trail_distance=-2.0),
    ],
)
def test_no_distance_or_all_of_the_price_is_no_trail(plan: PlanLevels) -> None:
    for best in (100.0, 101.0):
        assert next_stop(1, 95.0, 100.0, best, plan) == (95.0, UNMOVED)
    assert math.isnan(move_level(1, 95.0, 100.0, 100.0, plan))


@settings(deadline=None)
@given(st.lists(floats(90.0, 110.0), min_size=2, max_size=40), st.integers(2, 40), DIRECTIONS)
def test_an_atr_trail_is_the_chandelier_of_the_textbook(closes: list[float], multiple: int, direction: int) -> None:
    """Le Beau's chandelier exit, worked out by TA-Lib: the extreme since the entry less a multiple of the ATR at it."""
    import talib

    close = np.array(closes)
    high, low = close + 0.5, close - 0.5
    atr = float(talib.ATR(np.full(30, 100.5), np.full(30, 99.5), np.full(30, 100.0), 14)[-1])
    extreme = talib.MAX(high, len(high))[-1] if direction > 0 else talib.MIN(low, len(low))[-1]
    plan = plan_levels(direction, close[0], NAN, multiple * atr / 4.0, 0.0, 0.0, NAN, NAN)
    stop = NAN
    for best in high if direction > 0 else low:
        found, _ = next_stop(direction, stop, close[0], best, plan)
        stop = found
    beyond = direction * max(direction * extreme, direction * close[0])
    assert stop == pytest.approx(beyond - direction * multiple * atr / 4.0)


def test_a_stop_that_would_break_even_at_its_trigger_waits_for_a_better_price() -> None:
    plan = PlanLevels(break_even_trigger=101.0, break_even_stop=101.0)
    assert next_stop(1, 95.0, 100.0, 101.0, plan) == (95.0, UNMOVED)
    assert next_stop(1, 95.0, 100.0, 101.5, plan) == (101.0, BREAK_EVEN)
    assert move_level(1, 95.0, 100.0, 100.0, plan) == 101.0


@given(st.integers(0, 2**40), st.integers(0, 10**9), floats(0.0, 1e5))
def test_a_time_limit_is_reached_once_and_for_all(opened: int, later: int, minutes: float) -> None:
    up = time_is_up(opened, opened + later, minutes)
    assert up == (later >= minutes * 60_000.0)
    assert not up or time_is_up(opened, opened + later + 1, minutes)
    assert not time_is_up(opened, opened + later, NAN)


@st.composite
def portions(draw: st.DrawFn) -> list[float]:
    shares = draw(st.lists(floats(0.01, 1.0), min_size=1, max_size=5))
    return [share / max(1.0, sum(shares)) for share in shares]


@given(st.integers(1, 10**6), st.sampled_from([1e-6, 0.001, 0.01, 0.1, 1.0, 7.0]), portions())
def test_portions_never_close_more_than_there_is_and_the_last_one_all(
    lots: int, lot: float, shares: list[float]
) -> None:
    quantity, closed = lots * lot, 0.0
    for at, share in enumerate(shares):
        last = at == len(shares) - 1
        part = portion_quantity(quantity, closed, share, lot, last)
        assert 0.0 <= part <= (quantity - closed) * (1.0 + 1e-9)
        assert last or part <= quantity * share + 1e-9 * lot + 1e-15 * quantity
        assert abs(part / lot - round(part / lot)) < 1e-6
        closed += part
    assert closed == pytest.approx(quantity)


@pytest.mark.parametrize(
    ("quantity", "closed", "portion", "lot", "last", "expected"),
    [
        (1.0, 0.0, 0.5, 0.1, False, 0.5),
        (0.3, 0.1, 0.5, 0.1, True, 0.2),  # 0.3 - 0.1 is 0.19999999999999998
        (0.25, 0.1, 1.0, 0.1, True, pytest.approx(0.15)),  # a broken lot goes with the last
        (0.1, 0.0, 0.5, 0.1, False, 0.0),
        (1.0, 0.9, 0.5, 0.1, False, 0.1),
        (1.0, 1.0, 0.5, 0.1, True, 0.0),
        (NAN, 0.0, 0.5, 0.1, False, 0.0),
        (1.0, NAN, 0.5, 0.1, True, 0.0),
        (1.0, 0.0, NAN, 0.1, False, 0.0),
        (1.0, 0.0, 0.5, NAN, False, 0.0),
    ],
)
def test_portions(quantity: float, closed: float, portion: float, lot: float, last: bool, expected: float) -> None:
    assert portion_quantity(quantity, closed, portion, lot, last) == expected


@given(DIRECTIONS, floats(1.0, 50.0), floats(-5.0, 5.0))
def test_r_counts_the_risk(direction: int, risk: float, multiple: float) -> None:
    found = r_multiple(direction, ENTRY, ENTRY - direction * risk, ENTRY + direction * multiple * risk)
    assert found == pytest.approx(multiple, abs=1e-9)


def test_r_without_a_risk_is_not_known() -> None:
    assert math.isnan(r_multiple(1, 100.0, NAN, 110.0))
    assert math.isnan(r_multiple(1, 100.0, 100.0, 110.0))
    assert math.isnan(r_multiple(1, 100.0, 101.0, 110.0))


@given(st.booleans(), DIRECTIONS, floats(0.001, 1e3), floats(50.0, 150.0), floats(50.0, 150.0))
def test_excursions_are_the_results_at_the_extremes(
    inverse: bool, direction: int, quantity: float, one: float, two: float
) -> None:
    best, worst = (max(one, two), min(one, two)) if direction > 0 else (min(one, two), max(one, two))
    adverse, favorable = excursion_pnl(inverse, direction, quantity, ENTRY, best, worst, 1.0)
    assert adverse <= 0.0 <= favorable
    assert adverse == min(0.0, position_pnl(inverse, direction, quantity, ENTRY, worst, 1.0))
    assert favorable == max(0.0, position_pnl(inverse, direction, quantity, ENTRY, best, 1.0))
