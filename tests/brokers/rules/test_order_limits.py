import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.backtest.compiled import compiled
from brokers.rules import order_limits as limits

PRICES = st.floats(1e-3, 1e6)
STEPS = st.sampled_from([1e-8, 0.001, 0.05, 0.1, 0.5, 1.0])

CASES: list[tuple[Callable[..., Any], list[tuple[Any, ...]]]] = [
    (limits.round_price, [(100.07, 0.1, True), (100.07, 0.1, False), (0.04, 0.1, False), (0.3, 0.1, True)]),
    (limits.round_nearest, [(100.04, 0.1), (100.06, 0.1), (0.01, 0.1), (60000.26, 0.5)]),
    (limits.round_quantity, [(0.3, 0.1), (0.0009, 0.001), (7.9, 1.0)]),
    (limits.notional, [(2.0, 50.0, 0.001, False), (100.0, 50.0, 1.0, True)]),
    (
        limits.quantity_violation,
        [(0.0, 0.1, 0.1, 0.0), (0.1, 0.1, 0.2, 0.0), (5.0, 0.1, 0.1, 4.0), (1.0, 0.1, 0.1, 4.0)],
    ),
    (limits.notional_violation, [(4.0, 5.0, False), (4.0, 5.0, True), (5.0, 5.0, False), (1.0, 0.0, False)]),
    (limits.band_violation, [(94.9, 100.0, 0.05, 0.05), (105.1, 100.0, 0.05, 0.05), (1.0, 100.0, 0.0, 0.0)]),
    (limits.leverage_violation, [(51.0, 50.0), (50.0, 50.0)]),
    (limits.stop_is_passed, [(True, 100.0, 100.0), (True, 100.0, 99.0), (False, 100.0, 99.0), (False, 100.0, 101.0)]),
]


@pytest.mark.parametrize(("rule", "cases"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_compiled_rules_say_the_same(rule: Callable[..., Any], cases: list[tuple[Any, ...]]) -> None:
    for case in cases:
        assert compiled(rule, keep=True)(*case) == rule(*case)


def test_every_rule_of_the_module_is_compiled_above() -> None:
    own = {name for name, value in vars(limits).items() if getattr(value, "__module__", "") == limits.__name__}
    assert own == {rule.__name__ for rule, _ in CASES}


@given(PRICES, STEPS, st.booleans())
def test_rounded_prices_lie_on_the_asked_side_within_a_tick(price: float, tick: float, up: bool) -> None:
    rounded = limits.round_price(price, tick, up)
    slack = 2e-9 * tick + 4e-15 * price
    if up:
        assert price - slack <= rounded <= price + tick + slack
    elif price >= tick:
        assert price - tick - slack <= rounded <= price + slack
    assert rounded >= tick * (1 - 1e-9)


@given(PRICES, STEPS)
def test_the_nearest_tick_is_at_most_half_a_tick_away(price: float, tick: float) -> None:
    rounded = limits.round_nearest(price, tick)
    assert rounded == tick or abs(rounded - price) <= tick * 0.5000001 + 4e-15 * price


@pytest.mark.parametrize(
    ("broken", "rule", "limit"),
    [
        (limits.quantity_violation(0.0, 0.001, 0.01, 0.0), limits.ROUNDS_TO_ZERO, 0.001),
        (limits.quantity_violation(0.009, 0.001, 0.01, 0.0), limits.MIN_QUANTITY, 0.01),
        (limits.quantity_violation(11.0, 0.001, 0.01, 10.0), limits.MAX_QUANTITY, 10.0),
        (limits.notional_violation(4.99, 5.0, False), limits.MIN_NOTIONAL, 5.0),
        (limits.band_violation(94.0, 100.0, 0.05, 0.05), limits.BAND_BELOW, 95.0),
        (limits.band_violation(106.0, 100.0, 0.05, 0.05), limits.BAND_ABOVE, 105.0),
        (limits.leverage_violation(51.0, 50.0), limits.MAX_LEVERAGE, 50.0),
    ],
)
def test_each_rule_names_itself_and_its_limit(broken: tuple[int, float, float], rule: int, limit: float) -> None:
    assert broken[0] == rule
    assert math.isclose(broken[2], limit)


@given(st.floats(0.01, 10.0))
def test_what_lies_within_the_limits_keeps_all_rules(quantity: float) -> None:
    assert limits.quantity_violation(quantity, 0.001, 0.01, 10.0)[0] == limits.KEPT
