import math

import pytest

from trading.rules import gates

NAN = math.nan


def passed(answer: tuple[bool, float, float]) -> bool:
    return answer[0]


@pytest.mark.parametrize("switch", [gates.account_enabled, gates.session_running])
def test_switches(switch: object) -> None:
    assert switch(True) == (True, 1.0, 1.0)  # type: ignore[operator]
    assert switch(False) == (False, 0.0, 1.0)  # type: ignore[operator]


@pytest.mark.parametrize(("market", "spot", "futures"), [("SPOT", True, False), ("FUTURES", False, True)])
def test_each_market_type_has_its_switch(market: str, spot: bool, futures: bool) -> None:
    code = gates.MARKET_TYPE_CODES[market]
    assert passed(gates.market_type_allowed(code, spot, futures))
    assert not passed(gates.market_type_allowed(code, not spot, not futures))


@pytest.mark.parametrize("market", ["OPTION", "CONTRACT"])
def test_derivatives_follow_the_futures_switch(market: str) -> None:
    code = gates.MARKET_TYPE_CODES[market]
    assert passed(gates.market_type_allowed(code, False, True))
    assert not passed(gates.market_type_allowed(code, True, False))


def test_limits_that_may_just_be_reached() -> None:
    assert gates.minimum_confidence(0.70, 0.70) == (True, 0.70, 0.70)
    assert not passed(gates.minimum_confidence(0.6999, 0.70))
    assert gates.free_balance(100.0, 100.0) == (True, 100.0, 100.0)
    assert not passed(gates.free_balance(99.99, 100.0))
    assert gates.quote_fresh(5.0, 5.0) == (True, 5.0, 5.0)
    assert not passed(gates.quote_fresh(5.001, 5.0))
    assert not passed(gates.quote_fresh(math.inf, 5.0))


def test_limits_that_may_not() -> None:
    assert gates.max_open_trades(4, 5) == (True, 4.0, 5.0)
    assert not passed(gates.max_open_trades(5, 5))
    assert passed(gates.not_duplicate(0))
    assert not passed(gates.not_duplicate(1))
    assert passed(gates.not_expired(0.001))
    assert not passed(gates.not_expired(0.0))


@pytest.mark.parametrize(
    ("quantity", "notional", "expected"),
    [
        (1.0, 100.0, True),
        (1.0, 100.00000001, True),  # float noise on the allowance
        (1.0, 100.001, False),
        (0.1, 10.0, True),
        (0.099, 50.0, False),
        (0.1, 9.99, False),
        (0.0, 0.0, False),
    ],
)
def test_position_size_is_within_the_allowance_and_tradable(quantity: float, notional: float, expected: bool) -> None:
    assert passed(gates.position_size(quantity, notional, 100.0, 0.1, 10.0)) is expected


def test_no_quantity_passes_even_without_minimums() -> None:
    assert not passed(gates.position_size(0.0, 0.0, 100.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("direction", "stop", "target", "required", "expected"),
    [
        (1, 99.0, 102.0, True, True),
        (-1, 101.0, 98.0, True, True),
        (1, 101.0, 102.0, True, False),
        (-1, 99.0, 98.0, True, False),
        (1, 100.0, 102.0, True, False),  # passed already: incident 6
        (1, 99.0, 99.5, True, False),
        (1, 99.0, NAN, True, True),
        (1, NAN, 102.0, True, False),
        (1, NAN, 102.0, False, True),
        (1, NAN, 99.0, False, False),
        (1, -1.0, 102.0, True, False),
        (1, 0.0, 102.0, True, False),
    ],
)
def test_levels_lie_on_their_sides(direction: int, stop: float, target: float, required: bool, expected: bool) -> None:
    assert passed(gates.stop_valid(direction, 100.0, stop, target, required)) is expected


@pytest.mark.parametrize("price", [NAN, 0.0, -5.0])
def test_without_a_price_no_stop_is_valid(price: float) -> None:
    assert not passed(gates.stop_valid(1, price, 99.0, 102.0, False))


def test_nan_figures_pass_nothing() -> None:
    assert not passed(gates.minimum_confidence(NAN, 0.7))
    assert not passed(gates.free_balance(NAN, 1.0))
    assert not passed(gates.quote_fresh(NAN, 5.0))
    assert not passed(gates.position_size(1.0, NAN, 100.0, 0.0, 0.0))
    assert not passed(gates.not_expired(NAN))
