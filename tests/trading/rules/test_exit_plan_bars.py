"""A trade's life bar by bar, held to its life tick by tick."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trading.rules.strategies import DIRECTIONS, LEVELS, NEAR_PRICES, TICKS, plans
from trading.rules.exit_plan import (
    BREAK_EVEN,
    NO_PLAN,
    TRAIL,
    UNMOVED,
    PlanLevels,
    advance_on_bar,
    next_stop,
    plan_levels,
)
from trading.rules.exits import NO_EXIT, STOP_LOSS, TAKE_PROFIT, exit_on_bar

NAN = math.nan
ENTRY = 100.0
TICK = 0.25
Bar = tuple[float, float, float, float]


@dataclass
class Life:
    """A trade advanced bar by bar; `exit_at` is the index of the bar that ended it."""

    direction: int
    stop: float
    target: float
    plan: PlanLevels
    worst_case: bool = False
    best: float = NAN
    worst: float = NAN
    reason: int = NO_EXIT
    price: float = NAN
    exit_at: int | None = None

    def live(self, bars: list[Bar]) -> "Life":
        for at, bar in enumerate(bars):
            self.reason, self.price, self.stop, _, self.best, self.worst = advance_on_bar(
                self.direction,
                ENTRY,
                self.stop,
                self.target,
                self.best,
                self.worst,
                self.plan,
                *bar,
                TICK,
                self.worst_case,
            )
            if self.reason != NO_EXIT:
                self.exit_at = at
                break
        return self

    @property
    def value(self) -> float:
        """What the trade is worth at the end, in price: at its exit, or at the last close."""
        return self.direction * (self.price - ENTRY)


def ticks(prices: list[float]) -> list[Bar]:
    return [(price, price, price, price) for price in prices]


def as_bar(prices: list[float]) -> Bar:
    return prices[0], max(prices), min(prices), prices[-1]


@st.composite
def walks(draw: st.DrawFn) -> list[float]:
    """Prices that pass no tick by."""
    start = draw(st.integers(-8, 8))
    moves = draw(st.lists(st.sampled_from([1, -1]) | st.integers(-6, 6), min_size=1, max_size=25))
    steps = [start]
    for move in moves:
        steps += [steps[-1] + (1 if move > 0 else -1) * count for count in range(1, abs(move) + 1)]
    return [ENTRY + TICK * step for step in steps]


@st.composite
def trades(draw: st.DrawFn, **fixed: Any) -> dict[str, Any]:
    """A trade whose levels lie on the tick, so that a walk meets them."""
    direction = draw(DIRECTIONS)
    away = st.integers(1, 30).map(lambda count: count * TICK)
    return {
        "direction": direction,
        "stop": draw(away.map(lambda distance: ENTRY - direction * distance) | st.just(NAN)),
        "target": draw(away.map(lambda distance: ENTRY + direction * distance) | st.just(NAN)),
        "plan": draw(plans(direction)),
    } | fixed


def cut(walk: list[float], lengths: list[int]) -> list[list[float]]:
    parts, at = [], 0
    for length in [*lengths, len(walk)]:
        if at < len(walk):
            parts.append(walk[at : at + length])
        at += length
    return parts


CUTS = st.lists(st.integers(1, 12), max_size=6)


@settings(max_examples=400, deadline=None)
@given(trades(), walks(), CUTS)
def test_incident_14_a_bar_ends_no_trade_that_its_ticks_let_live(
    trade: dict[str, Any], walk: list[float], lengths: list[int]
) -> None:
    """And while the ticks let it live, ticks and bars agree in everything."""
    parts = cut(walk, lengths)
    by_bars = Life(**trade).live([as_bar(part) for part in parts])
    by_ticks = Life(**trade).live(ticks(walk))
    if by_ticks.exit_at is None:
        assert by_bars.exit_at is None
        assert (by_bars.best, by_bars.worst) == (by_ticks.best, by_ticks.worst)
        assert by_bars.stop == by_ticks.stop or (math.isnan(by_bars.stop) and math.isnan(by_ticks.stop))
    elif by_bars.exit_at is not None:
        assert sum(map(len, parts[: by_bars.exit_at + 1])) > by_ticks.exit_at


@settings(max_examples=400, deadline=None)
@given(trades(worst_case=True), walks())
def test_the_worst_case_of_a_bar_is_never_better_than_its_ticks(trade: dict[str, Any], walk: list[float]) -> None:
    by_bar = Life(**trade).live([as_bar(walk)])
    by_ticks = Life(**trade).live(ticks(walk))
    assert by_bar.value <= by_ticks.value


@settings(max_examples=400, deadline=None)
@given(trades(worst_case=True), walks(), CUTS)
def test_the_worst_case_ends_no_later_than_the_ticks(
    trade: dict[str, Any], walk: list[float], lengths: list[int]
) -> None:
    parts = cut(walk, lengths)
    by_bars = Life(**trade).live([as_bar(part) for part in parts])
    by_ticks = Life(**trade).live(ticks(walk))
    if by_ticks.exit_at is not None:
        assert by_bars.exit_at is not None
        assert sum(map(len, parts[: by_bars.exit_at])) <= by_ticks.exit_at


@settings(max_examples=400, deadline=None)
@given(trades(), walks())
def test_a_stop_in_a_bar_is_never_better_than_in_its_ticks(trade: dict[str, Any], walk: list[float]) -> None:
    """What stood when the open had been seen; a target never comes first, and no move inside the bar helps."""
    bar = as_bar(walk)
    by_bar = Life(**trade).live([bar])
    by_ticks = Life(**trade).live(ticks(walk))
    if by_bar.reason == STOP_LOSS and by_bar.price != bar[3]:
        assert by_bar.value <= by_ticks.value


@settings(max_examples=300, deadline=None)
@given(trades(plan=NO_PLAN), walks())
def test_without_a_plan_no_bar_is_better_than_its_ticks(trade: dict[str, Any], walk: list[float]) -> None:
    assert Life(**trade).live([as_bar(walk)]).value <= Life(**trade).live(ticks(walk)).value


@given(trades(), NEAR_PRICES, st.booleans())
def test_a_tick_is_a_bar_of_one_price(trade: dict[str, Any], price: float, worst_case: bool) -> None:
    """It is judged by the stop as it was, then moves it; the worst case of one price is that price."""
    trade["stop"], _ = next_stop(trade["direction"], trade["stop"], ENTRY, ENTRY, trade["plan"], TICK)
    life = Life(**trade, worst_case=worst_case).live(ticks([price]))
    reason, at = exit_on_bar(trade["direction"], trade["stop"], trade["target"], price, price, price, price)
    assert (life.reason, life.price) == (reason, at)
    if reason == NO_EXIT:
        best = max(price, ENTRY) if trade["direction"] > 0 else min(price, ENTRY)
        expected = next_stop(trade["direction"], trade["stop"], ENTRY, best, trade["plan"], TICK)[0]
        assert life.stop == expected or (math.isnan(life.stop) and math.isnan(expected))


@st.composite
def loose_bars(draw: st.DrawFn) -> Bar:
    return draw(st.tuples(LEVELS, LEVELS, LEVELS, LEVELS))


@given(DIRECTIONS, LEVELS, LEVELS, LEVELS, LEVELS, plans() | plans(-1), loose_bars(), TICKS, st.booleans())
def test_a_long_and_the_mirrored_short_agree_in_any_bar(
    direction: int,
    stop: float,
    target: float,
    best: float,
    worst: float,
    plan: PlanLevels,
    bar: Bar,
    tick: float,
    worst_case: bool,
) -> None:
    """NaN in places and corners that contradict each other included: no bar loosens a stop or loses a best price."""
    found = advance_on_bar(direction, ENTRY, stop, target, best, worst, plan, *bar, tick, worst_case)
    other = plan._replace(
        trail_activation=-plan.trail_activation,
        break_even_trigger=-plan.break_even_trigger,
        break_even_stop=-plan.break_even_stop,
    )
    open_, high, low, close = bar
    turned = (-open_, -low, -high, -close)
    mirror = advance_on_bar(-direction, -ENTRY, -stop, -target, -best, -worst, other, *turned, tick, worst_case)
    reason, price, moved, mover, highest, lowest = mirror
    expected = (reason, -price, -moved, mover, -highest, -lowest)
    assert found == pytest.approx(expected, rel=0.0, abs=0.0, nan_ok=True)
    assert math.isnan(stop) or not direction * (found[2] - stop) < 0.0
    assert not direction * (found[4] - (ENTRY if math.isnan(best) else best)) < 0.0
    assert not direction * (found[5] - (ENTRY if math.isnan(worst) else worst)) > 0.0


TRAILING = plan_levels(1, ENTRY, NAN, 2.0, 0.0, 0.0, NAN, NAN)


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ((100.0, 101.0, 99.5, 100.5), (NO_EXIT, 100.5, 99.0, TRAIL)),
        ((100.0, 101.0, 98.0, 100.5), (STOP_LOSS, 98.0, 98.0, TRAIL)),  # by the stop as the open had moved it
        ((97.0, 101.0, 96.0, 100.5), (STOP_LOSS, 97.0, 97.0, UNMOVED)),  # a gap fills at the open
        ((100.0, 104.0, 99.0, 103.0), (NO_EXIT, 103.0, 102.0, TRAIL)),  # 99 may have come before 104
        ((100.0, 104.0, 99.0, 102.0), (STOP_LOSS, 102.0, 102.0, TRAIL)),  # 102 came after it
        ((100.0, 104.0, 99.0, 101.0), (STOP_LOSS, 101.0, 102.0, TRAIL)),
        ((105.0, 106.0, 103.0, 105.0), (STOP_LOSS, 103.0, 103.0, TRAIL)),  # the open moves the stop before the low
        ((105.0, 111.0, 104.0, 110.0), (TAKE_PROFIT, 110.0, 103.0, TRAIL)),
        ((112.0, 113.0, 90.0, 95.0), (TAKE_PROFIT, 112.0, 97.0, UNMOVED)),
        ((100.0, 112.0, 98.0, 110.0), (STOP_LOSS, 98.0, 98.0, TRAIL)),  # both lie in the bar: the stop first
    ],
)
def test_the_order_of_events_in_a_bar(bar: Bar, expected: tuple[int, float, float, int]) -> None:
    assert advance_on_bar(1, ENTRY, 97.0, 110.0, NAN, NAN, TRAILING, *bar)[:4] == expected


def test_the_worst_case_is_a_moved_stop_hit_inside_the_bar_at_its_worst_price() -> None:
    arguments = (1, ENTRY, 97.0, 110.0, NAN, NAN, TRAILING, 100.0, 104.0, 99.0, 103.0, 0.0)
    assert advance_on_bar(*arguments)[0] == NO_EXIT
    assert advance_on_bar(*arguments, True)[:4] == (STOP_LOSS, 99.0, 99.0, TRAIL)
    narrow = (1, ENTRY, 97.0, 110.0, NAN, NAN, TRAILING, 100.0, 101.0, 99.5, 100.5, 0.0)
    assert advance_on_bar(*narrow, True) == advance_on_bar(*narrow)


def test_what_ended_the_trade_came_after_the_best_price_that_is_told() -> None:
    stopped = advance_on_bar(1, ENTRY, 97.0, 110.0, 101.0, 99.0, NO_PLAN, 100.0, 109.0, 96.0, 100.0)
    assert stopped == (STOP_LOSS, 97.0, 97.0, UNMOVED, 101.0, 97.0), "109 may have come after"
    reached = advance_on_bar(1, ENTRY, 97.0, 110.0, 101.0, 99.0, NO_PLAN, 100.0, 112.0, 98.0, 100.0)
    assert reached == (TAKE_PROFIT, 110.0, 97.0, UNMOVED, 110.0, 99.0), "98 may have come after"
    quiet = advance_on_bar(1, ENTRY, 97.0, 110.0, 101.0, 99.0, NO_PLAN, 100.0, 104.0, 98.0, 100.0)
    assert quiet == (NO_EXIT, 100.0, 97.0, UNMOVED, 104.0, 98.0)


def test_break_even_ends_a_trade_at_its_entry() -> None:
    plan = plan_levels(-1, ENTRY, NAN, NAN, NAN, NAN, 1.0, 0.0)
    life = Life(-1, 102.0, 95.0, plan).live([(100.0, 100.5, 98.5, 99.0), (99.0, 101.5, 98.5, 101.0)])
    assert (life.reason, life.price, life.exit_at) == (STOP_LOSS, 100.0, 1)
    assert advance_on_bar(-1, ENTRY, 102.0, 95.0, NAN, NAN, plan, 100.0, 100.5, 98.5, 99.0)[3] == BREAK_EVEN


def test_a_walk_passes_no_tick_by() -> None:
    @settings(max_examples=30, deadline=None)
    @given(walks())
    def check(walk: list[float]) -> None:
        assert all(abs(after - before) <= TICK for before, after in pairwise(walk))

    check()
