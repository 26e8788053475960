import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.rules.fills import (
    commission,
    filled_fraction,
    is_rejected,
    latency_drift,
    market_fill_price,
    slippage_fraction,
    stop_fill_price,
)

PRICES = st.floats(1e-4, 1e6)
SPREADS = st.floats(0.0, 0.1)
SLIPPAGES = st.floats(0.0, 0.5)
FRACTIONS = st.floats(0.0, 1.0)
DRAWS = FRACTIONS.filter(lambda u: u < 1.0)


def test_slippage_adds_basis_points_and_volatility() -> None:
    assert slippage_fraction(1.0, 0.0, 0.0) == 0.0001
    assert slippage_fraction(2.0, 0.001, 0.5) == pytest.approx(0.0007)
    assert slippage_fraction(2.0, -1.0, 0.5) == 0.0002


def test_drift_grows_with_the_square_root_of_the_latency() -> None:
    assert latency_drift(0.01, 60.0, 1.0) == pytest.approx(0.01)
    assert latency_drift(0.01, 15.0, -2.0) == pytest.approx(-0.01)
    assert latency_drift(0.01, -1.0, 1.0) == latency_drift(0.0, 60.0, 1.0) == 0.0


@given(PRICES, SPREADS, SLIPPAGES)
def test_slippage_is_adverse(bid: float, spread: float, slippage: float) -> None:
    ask = bid * (1.0 + spread)
    assert market_fill_price(True, bid, ask, slippage, 0.0) >= ask
    assert market_fill_price(False, bid, ask, slippage, 0.0) <= bid
    assert market_fill_price(True, bid, ask, 0.0, 0.0) == ask
    assert market_fill_price(False, bid, ask, 0.0, 0.0) == bid


@given(PRICES, SPREADS, SLIPPAGES)
def test_a_stop_fills_no_better_than_its_trigger(trigger: float, spread: float, slippage: float) -> None:
    width = trigger * spread
    assert stop_fill_price(True, trigger, width, slippage, 0.0) >= trigger
    assert stop_fill_price(False, trigger, width, slippage, 0.0) <= trigger
    assert stop_fill_price(False, trigger, width, 0.0, 0.0) == pytest.approx(trigger - width / 2)
    assert stop_fill_price(True, trigger, width, 0.0, 0.0) == pytest.approx(trigger + width / 2)


@given(st.booleans(), PRICES, SPREADS, st.floats(0.0, 100.0), st.floats(-100.0, 100.0))
def test_no_price_is_zero_or_negative(is_buy: bool, bid: float, spread: float, slippage: float, drift: float) -> None:
    assert market_fill_price(is_buy, bid, bid * (1.0 + spread), slippage, drift) > 0.0
    assert stop_fill_price(is_buy, bid, bid * 3.0, slippage, drift) > 0.0


def test_commission_is_a_rate_of_the_notional() -> None:
    assert commission(2.0, 50_000.0, 0.1, False, 0.0005) == pytest.approx(5.0)
    assert commission(500.0, 50_000.0, 100.0, True, 0.0005) == pytest.approx(0.0005)  # 50,000 USD are one BTC


@given(DRAWS)
def test_certain_and_impossible_rejections(u: float) -> None:
    assert not is_rejected(u, 0.0)
    assert is_rejected(u, 1.0)


@given(DRAWS, FRACTIONS, FRACTIONS, DRAWS)
def test_the_filled_share_lies_between_its_minimum_and_all(u: float, chance: float, least: float, v: float) -> None:
    share = filled_fraction(u, chance, least, v)
    assert least <= share <= 1.0 or math.isclose(share, least)
    assert filled_fraction(u, 0.0, least, v) == 1.0
    assert filled_fraction(u, 1.0, least, 0.0) == least
