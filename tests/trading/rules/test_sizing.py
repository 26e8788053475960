import inspect
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from brokers.rules.rounding import floor_to_lot
from tests.trading.rules.strategies import DIRECTIONS, FRACTIONS, PRICES, STEPS, arguments_of, floats
from trading.rules import gates
from trading.rules.figures import unit_risk
from trading.rules.pnl import position_pnl, unit_value
from trading.rules.sizing import (
    cap_quantity,
    confidence_scaled_quantity,
    fixed_quantity,
    kelly_fraction,
    kelly_percent,
    kelly_quantity,
    margin_required,
    percent_quantity,
    risk_quantity,
    stop_from_percent,
    target_from_percent,
    volatility_quantity,
)

QUANTITIES = [
    confidence_scaled_quantity,
    fixed_quantity,
    percent_quantity,
    risk_quantity,
    volatility_quantity,
    kelly_quantity,
    cap_quantity,
]
BALANCES = floats(1.0, 1e7)
PERCENTS = floats(0.01, 100.0)


def test_the_allowance_is_scaled_by_confidence() -> None:
    # 1,000 * 10 % * 0.8 = 80 in quote currency, at 50 a unit
    assert confidence_scaled_quantity(1000.0, 0.10, 0.8, 50.0, 1.0, 0.1) == 1.6
    assert confidence_scaled_quantity(1000.0, 0.10, 0.8, 50.0, 10.0, 0.01) == 0.16


@given(floats(0.0, 1e6), FRACTIONS, FRACTIONS, PRICES, STEPS, STEPS)
def test_no_size_exceeds_the_allowance(
    balance: float, share: float, confidence: float, price: float, contract_size: float, lot: float
) -> None:
    quantity = confidence_scaled_quantity(balance, share, confidence, price, contract_size, lot)
    allowed = balance * share * confidence / (price * contract_size)
    assert 0.0 <= quantity <= allowed + 2e-9 * lot + 4e-15 * allowed
    assert allowed - quantity < lot + 2e-9 * lot + 4e-15 * allowed
    assert quantity * price * contract_size <= balance * share * (1 + 1e-8) + 1e-8 * lot * price * contract_size


@pytest.mark.parametrize(("balance", "price", "contract_size", "lot"), [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 0)])
def test_nothing_to_buy_with_or_at_is_no_size(balance: float, price: float, contract_size: float, lot: float) -> None:
    assert confidence_scaled_quantity(balance, 1.0, 1.0, price, contract_size, lot) == 0.0


def test_shares_outside_0_to_1_are_brought_back() -> None:
    assert confidence_scaled_quantity(100.0, 5.0, 7.0, 1.0, 1.0, 1.0) == 100.0
    assert confidence_scaled_quantity(100.0, -1.0, 1.0, 1.0, 1.0, 1.0) == 0.0


def test_margin_is_the_notional_over_the_leverage() -> None:
    assert margin_required(100.0, 5.0) == 20.0
    assert margin_required(100.0, 0.5) == 100.0


def test_default_levels_lie_on_their_sides() -> None:
    assert stop_from_percent(1, 200.0, 0.5) == pytest.approx(199.0)
    assert stop_from_percent(-1, 200.0, 0.5) == pytest.approx(201.0)
    assert target_from_percent(1, 200.0, 1.0) == pytest.approx(202.0)
    assert target_from_percent(-1, 200.0, 1.0) == pytest.approx(198.0)


def takes(rule: Any, kind: type) -> list[str]:
    return [name for name, item in inspect.signature(rule).parameters.items() if item.annotation is kind]


@pytest.mark.parametrize("rule", QUANTITIES)
@given(data=st.data())
def test_no_size_is_below_0_or_not_a_number(rule: Any, data: st.DataObject) -> None:
    quantity = rule(**data.draw(arguments_of(rule)))
    assert quantity >= 0.0
    assert not math.isnan(quantity)


@pytest.mark.parametrize("rule", [rule for rule in QUANTITIES if rule is not cap_quantity])
@given(data=st.data())
def test_of_what_is_not_known_nothing_is_bought(rule: Any, data: st.DataObject) -> None:
    usual: dict[str, Any] = dict.fromkeys(takes(rule, float), 1.0)
    usual |= {"inverse": False, "direction": 1, "wins": 30, "losses": 10, "minimum": 5, "price": 10.0, "balance": 1e4}
    usual |= {"average_win": 2.0}
    usual = {name: value for name, value in usual.items() if name in inspect.signature(rule).parameters}
    assert rule(**usual) > 0.0
    unknown = data.draw(st.sampled_from(takes(rule, float)))
    assert rule(**usual | {unknown: math.nan}) == 0.0


@given(BALANCES, PERCENTS, floats(1e-3, 1e6))
def test_a_share_of_the_balance_is_worth_that_share(balance: float, percent: float, value: float) -> None:
    quantity = percent_quantity(balance, percent, value)
    assert quantity * value == pytest.approx(balance * percent / 100.0)
    assert fixed_quantity(balance * percent / 100.0, value) == quantity


@given(
    st.booleans(), DIRECTIONS, BALANCES, PERCENTS, floats(10.0, 1e5), floats(0.001, 0.5), floats(1e-3, 1e3), FRACTIONS
)
def test_the_loss_at_the_stop_is_the_percent_that_was_set(
    inverse: bool,
    direction: int,
    balance: float,
    percent: float,
    price: float,
    away: float,
    size: float,
    fees: float,
) -> None:
    """For linear and inverse contracts alike, by the rule that books it, with the commission of both sides."""
    stop = price * (1.0 - direction * away)
    rate = fees / 100.0
    quantity = risk_quantity(balance, percent, unit_risk(inverse, direction, price, stop, size, rate))
    loss = -position_pnl(inverse, direction, quantity, price, stop, size)
    traded = quantity * (unit_value(inverse, price, size) + unit_value(inverse, stop, size))
    assert loss + rate * traded == pytest.approx(balance * percent / 100.0, rel=1e-9)


@given(st.booleans(), DIRECTIONS, BALANCES, PERCENTS, floats(10.0, 1e5), floats(0.001, 0.5), floats(1e-3, 1e3))
def test_one_atr_against_the_trade_loses_the_percent_that_was_set(
    inverse: bool, direction: int, balance: float, percent: float, price: float, share: float, size: float
) -> None:
    atr = price * share
    quantity = volatility_quantity(balance, percent, atr, inverse, direction, price, size)
    loss = -position_pnl(inverse, direction, quantity, price, price - direction * atr, size)
    assert loss == pytest.approx(balance * percent / 100.0, rel=1e-9)


def test_a_wilder_market_is_traded_smaller() -> None:
    """With the ATR as the indicators work it out: twice the range, half the size."""
    from signals.indicators import atr

    random = np.random.default_rng(7)
    close = 100.0 + np.cumsum(random.normal(0.0, 0.1, 200))
    ranges = [float(atr(close + wide, close - wide, close, 14)[-1]) for wide in (1.0, 2.0)]
    calm, wild = (volatility_quantity(10_000.0, 1.0, one, False, 1, 100.0, 1.0) for one in ranges)
    assert calm / wild == pytest.approx(ranges[1] / ranges[0])
    assert calm == pytest.approx(100.0 / ranges[0])


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 1000), st.integers(1, 1000))
def test_kellys_fraction_is_the_one_that_grows_fastest(wins: int, losses: int, win: int, loss: int) -> None:
    """Held to exact arithmetic of the textbook formula, (p b - q) / b, and to the growth that it maximises."""
    found = kelly_fraction(wins, losses, float(win), float(loss))
    p, b = Fraction(wins, wins + losses), Fraction(win, loss)
    assert found == pytest.approx(float(max(Fraction(0), (p * b - (1 - p)) / b)), abs=1e-12)

    def growth(fraction: float) -> float:
        return float(p) * math.log1p(fraction * float(b)) + float(1 - p) * math.log1p(-fraction)

    for other in (found - 0.01, found + 0.01):
        if 0.0 <= other < 1.0:
            assert growth(found) >= growth(other) - 1e-12


def test_kellys_fraction_without_an_edge_or_a_record() -> None:
    assert kelly_fraction(0, 0, 0.0, 0.0) == 0.0
    assert kelly_fraction(0, 10, 0.0, 5.0) == 0.0
    assert kelly_fraction(5, 5, 1.0, 1.0) == 0.0
    assert kelly_fraction(4, 6, 1.0, 1.0) == 0.0
    assert kelly_fraction(10, 0, 1.0, 0.0) == 1.0
    assert kelly_fraction(6, 4, 1.0, math.nan) == 0.0


def test_a_short_record_risks_the_most_that_is_allowed_and_a_bad_one_nothing() -> None:
    assert kelly_percent(3, 1, 2.0, 1.0, 0.5, 1.0, 20) == 1.0
    assert kelly_percent(12, 8, 1.0, 1.0, 0.5, 100.0, 20) == pytest.approx(10.0)  # half of Kelly's 20 %
    assert kelly_percent(12, 8, 1.0, 1.0, 0.5, 2.0, 20) == 2.0
    assert kelly_percent(8, 12, 1.0, 1.0, 0.5, 2.0, 20) == 0.0
    assert kelly_quantity(1000.0, 12, 8, 1.0, 1.0, 0.5, 2.0, 20, 5.0) == pytest.approx(4.0)


@given(st.integers(0, 100), st.integers(0, 100), PRICES, PRICES, FRACTIONS, PERCENTS, st.integers(0, 50))
def test_kelly_never_risks_more_than_its_cap(
    wins: int, losses: int, win: float, loss: float, fraction: float, cap: float, minimum: int
) -> None:
    assert 0.0 <= kelly_percent(wins, losses, win, loss, fraction, cap, minimum) <= cap


LIMITS = ("max_stake", "max_position", "exposure_room", "correlated_room", "max_risk")
ROOM = floats(0.0, 1e5) | st.sampled_from([math.inf, math.inf, 0.0, 10.0])


@st.composite
def cap_arguments(draw: st.DrawFn) -> dict[str, float]:
    found = {name: draw(ROOM) for name in LIMITS}
    found |= {"quantity": draw(floats(0.0, 1e6)), "lot_size": draw(STEPS), "value": draw(floats(1e-3, 1e5))}
    return found | {"unit_risk": draw(floats(1e-3, 1e4))}


@given(cap_arguments())
def test_a_capped_size_passes_the_gate_of_every_limit(arguments: dict[str, float]) -> None:
    quantity = cap_quantity(**arguments)
    assert quantity <= arguments["quantity"] * (1.0 + 2e-9)
    assert quantity == pytest.approx(floor_to_lot(quantity, arguments["lot_size"]), abs=0.0)
    if quantity == 0.0:
        return
    notional = quantity * arguments["value"]
    assert gates.max_stake(notional, arguments["max_stake"])[0]
    assert gates.max_position(notional, arguments["max_position"])[0]
    assert gates.total_exposure(notional, arguments["exposure_room"])[0]
    assert gates.correlated_exposure(notional, arguments["correlated_room"])[0]
    assert gates.risk_per_trade(quantity * arguments["unit_risk"], arguments["max_risk"])[0]


@given(cap_arguments())
def test_the_size_is_the_largest_that_fits(arguments: dict[str, float]) -> None:
    """One lot more would break a limit, or the size that was asked for."""
    more = cap_quantity(**arguments) + arguments["lot_size"]
    rooms = [arguments[name] / arguments["value"] for name in LIMITS[:4]]
    assert more > min(arguments["quantity"], *rooms, arguments["max_risk"] / arguments["unit_risk"]) * (1.0 - 1e-9)


@given(cap_arguments(), st.sampled_from([*LIMITS, "quantity"]), floats(0.0, 1e5))
def test_a_wider_limit_never_makes_it_smaller(arguments: dict[str, float], name: str, wider: float) -> None:
    assert cap_quantity(**arguments | {name: arguments[name] + wider}) >= cap_quantity(**arguments)


@given(cap_arguments(), st.sampled_from([*LIMITS, "quantity", "lot_size"]))
def test_a_limit_that_is_not_known_allows_nothing(arguments: dict[str, float], name: str) -> None:
    assert cap_quantity(**arguments | {name: math.nan}) == 0.0


@pytest.mark.parametrize(("needed", "limits"), [("value", LIMITS[:4]), ("unit_risk", LIMITS[4:])])
@given(arguments=cap_arguments(), unknown=st.sampled_from([math.nan, 0.0, -1.0]))
def test_a_limit_that_cannot_be_held_to_allows_nothing(
    needed: str, limits: tuple[str, ...], arguments: dict[str, float], unknown: float
) -> None:
    assume(any(arguments[name] != math.inf for name in limits))
    assert cap_quantity(**arguments | {needed: unknown}) == 0.0


def test_limits_that_are_not_set_need_no_figures() -> None:
    assert cap_quantity(1.25, 0.1, 100.0) == 1.2
    assert cap_quantity(1.25, 0.1, 100.0, max_risk=10.0) == 0.0, "the risk without a stop is not known"
    assert cap_quantity(0.3, 0.1, 1.0) == 0.3
    assert cap_quantity(0.09, 0.1, 1.0) == 0.0
