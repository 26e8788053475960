import math

import pytest
from hypothesis import given

from tests.trading.rules.strategies import DIRECTIONS, PRICES, floats
from trading.rules.figures import (
    drawdown_percent,
    loss_of,
    percent_of,
    slippage_percent,
    spread_percent,
    stake_risk,
    unit_risk,
)
from trading.rules.pnl import position_pnl

NAN = math.nan


def test_percents() -> None:
    assert percent_of(25.0, 200.0) == 12.5
    assert percent_of(1.0, 0.0) == math.inf
    assert percent_of(0.0, 0.0) == 0.0
    assert math.isnan(percent_of(NAN, 1.0))
    assert math.isnan(percent_of(1.0, NAN))
    assert math.isnan(percent_of(NAN, 0.0))


def test_a_loss_is_0_or_more() -> None:
    assert loss_of(-12.0) == 12.0
    assert loss_of(12.0) == 0.0
    assert math.isnan(loss_of(NAN))


@given(floats(0.0, 1e9), floats(1.0, 1e9))
def test_a_drawdown_is_the_fall_from_the_peak(equity: float, peak: float) -> None:
    fall = drawdown_percent(equity, peak)
    assert 0.0 <= fall <= 100.0 * (1.0 + 1e-15)
    assert fall == pytest.approx(100.0 * (1.0 - min(equity, peak) / peak), abs=1e-9)


def test_there_is_no_fall_from_nothing() -> None:
    assert drawdown_percent(-5.0, 0.0) == 0.0
    assert drawdown_percent(-5.0, 10.0) == 150.0
    assert math.isnan(drawdown_percent(NAN, 10.0))


def test_spread_and_slippage() -> None:
    assert spread_percent(99.0, 101.0) == 2.0
    assert math.isnan(spread_percent(0.0, 0.0))
    assert slippage_percent(1, 100.0, 101.0) == 1.0
    assert slippage_percent(-1, 100.0, 101.0) == -1.0
    assert math.isnan(slippage_percent(1, NAN, 101.0))
    assert math.isnan(slippage_percent(1, 100.0, NAN))


@given(DIRECTIONS, floats(10.0, 1e5), floats(0.001, 0.5), floats(1e-3, 1e3))
def test_a_units_risk_is_its_loss_at_the_stop(direction: int, price: float, away: float, size: float) -> None:
    stop = price * (1.0 - direction * away)
    for inverse in (False, True):
        loss = -position_pnl(inverse, direction, 1.0, price, stop, size)
        assert unit_risk(inverse, direction, price, stop, size, 0.0) == loss
        assert loss > 0.0
    fees = 0.001 * (price + stop) * size
    assert unit_risk(False, direction, price, stop, size, 0.001) == pytest.approx(abs(price - stop) * size + fees)


def test_without_a_stop_the_risk_is_not_known() -> None:
    assert math.isnan(unit_risk(False, 1, 100.0, NAN, 1.0, 0.0))
    assert math.isnan(unit_risk(False, 1, NAN, 99.0, 1.0, 0.0))


@given(floats(1.0, 1000.0), PRICES, PRICES)
def test_a_stake_is_all_that_a_contract_can_lose(multiplier: float, price: float, stop: float) -> None:
    assert 0.0 <= stake_risk(multiplier, price, stop) <= 1.0
    assert stake_risk(multiplier, price, NAN) == 1.0


def test_a_contracts_risk_is_its_move_multiplied() -> None:
    assert stake_risk(100.0, 1000.0, 995.0) == pytest.approx(0.5)
    assert math.isnan(stake_risk(100.0, 0.0, 995.0))
