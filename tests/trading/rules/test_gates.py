import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.rules.strategies import AMOUNTS, floats
from trading.rules import gates

NAN = math.nan
Gate = Callable[[Any, float], tuple[bool, float, float]]

# What has to stay below its limit, and what may reach it.
BELOW: list[Gate] = [
    gates.trades_today,
    gates.session_open_trades,
    gates.open_per_symbol,
    gates.daily_loss,
    gates.daily_loss_percent,
    gates.drawdown,
    gates.consecutive_losses,
]
UP_TO: list[Gate] = [
    gates.max_stake,
    gates.risk_per_trade,
    gates.max_position,
    gates.total_exposure,
    gates.correlated_exposure,
    gates.spread,
    gates.slippage,
]
LIMITED = [*BELOW, *UP_TO, gates.leverage]
FIGURES = floats(0.0, 1e6) | st.integers(0, 10).map(float)


def passed(answer: tuple[bool, float, float]) -> bool:
    return answer[0]


@pytest.mark.parametrize(
    "switch",
    [
        gates.account_enabled,
        gates.session_running,
        gates.real_money,
        gates.own_venue,
        gates.schedule_open,
        gates.calendar_open,
        gates.broker_healthy,
    ],
)
def test_switches(switch: object) -> None:
    assert switch(True) == (True, 1.0, 1.0)  # type: ignore[operator]
    assert switch(False) == (False, 0.0, 1.0)  # type: ignore[operator]


@pytest.mark.parametrize("switch", [gates.kill_switch, gates.not_in_blackout])
def test_switches_that_stop(switch: Callable[[bool], tuple[bool, float, float]]) -> None:
    assert switch(True) == (False, 1.0, 0.0)
    assert switch(False) == (True, 0.0, 0.0)


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


@pytest.mark.parametrize("gate", LIMITED)
@given(figure=AMOUNTS, limit=AMOUNTS)
def test_a_limited_gate_tells_its_figure_and_a_limit_that_is_not_known_passes_nothing(
    gate: Gate, figure: float, limit: float
) -> None:
    verdict, told, _ = gate(figure, limit)
    assert told == figure or math.isnan(figure)
    if math.isnan(limit) or (math.isnan(figure) and limit != math.inf):
        assert not verdict


@pytest.mark.parametrize("gate", [gate for gate in LIMITED if gate is not gates.leverage])
@pytest.mark.parametrize("figure", [0.0, 1e300, math.inf, NAN])
def test_no_limit_lets_everything_pass(gate: Gate, figure: float) -> None:
    assert passed(gate(figure, math.inf))


@pytest.mark.parametrize("gate", LIMITED)
@given(figure=FIGURES, more=FIGURES, limit=FIGURES, wider=FIGURES)
def test_a_wider_limit_never_refuses_what_a_tighter_one_let_pass_nor_more_pass_where_less_did_not(
    gate: Gate, figure: float, more: float, limit: float, wider: float
) -> None:
    if passed(gate(figure, limit)):
        assert passed(gate(figure, limit + wider))
    else:
        assert not passed(gate(figure + more, limit))


@pytest.mark.parametrize("gate", BELOW)
@given(limit=FIGURES)
def test_a_count_or_a_loss_that_has_reached_its_limit_stops(gate: Gate, limit: float) -> None:
    assert not passed(gate(limit, limit))
    assert limit == 0.0 or passed(gate(math.nextafter(limit, 0.0), limit))


@pytest.mark.parametrize("gate", [*UP_TO, gates.leverage])
@given(limit=floats(1e-6, 50.0))
def test_a_size_may_reach_its_limit_and_no_more(gate: Gate, limit: float) -> None:
    assert passed(gate(limit, limit))
    assert not passed(gate(limit * (1.0 + 1e-8), limit))


@given(floats(0.0, 200.0), AMOUNTS)
def test_no_limit_allows_more_leverage_than_fifty(used: float, limit: float) -> None:
    verdict, _, ceiling = gates.leverage(used, limit)
    if verdict:
        assert used <= 50.0 * (1.0 + 1e-8)
    assert math.isnan(limit) or ceiling == min(limit, 50.0)


def test_a_price_that_got_better_is_no_slippage() -> None:
    assert gates.slippage(-3.0, 0.0) == (True, -3.0, 0.0)
    assert not passed(gates.slippage(0.1, 0.0))


def test_a_horizon_without_weight_is_not_traded() -> None:
    assert gates.timeframe_weight(0.1) == (True, 0.1, 0.0)
    assert not passed(gates.timeframe_weight(0.0))
    assert not passed(gates.timeframe_weight(NAN))


def test_a_pause_is_over_when_no_second_is_left() -> None:
    assert gates.cooled_down(0.0) == (True, 0.0, 0.0)
    assert passed(gates.cooled_down(-5.0))
    assert not passed(gates.cooled_down(0.1))
    assert not passed(gates.cooled_down(NAN))


@given(st.integers(0, 10), st.integers(0, 10))
def test_trades_the_other_way_stop_only_where_positions_are_netted(live: int, opposite: int) -> None:
    assert passed(gates.no_opposite(opposite, False))
    assert passed(gates.no_opposite(opposite, True)) == (opposite == 0)
    assert passed(gates.max_open_trades(live, opposite)) == (live < opposite)
