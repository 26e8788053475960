"""What options are worth, checked against what must hold whatever the model: parity, bounds, slopes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.simulator.deribit.options import Option, chain, expiries, value
from brokers.simulator.deribit.volatility import dvol, dvol_candle

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC).timestamp()
OPTIONS = chain("BTC", NOW)
SPOTS = st.floats(40_000, 90_000)


def test_options_expire_on_fridays_to_come() -> None:
    days = expiries(NOW)
    assert [(day.weekday(), day.hour) for day in days] == [(4, 8)] * 3
    assert days[0] == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert expiries(datetime(2026, 11, 20, 8, tzinfo=UTC).timestamp())[0].day == 27
    assert chain("XRP", NOW) == []
    assert len({option.name for option in OPTIONS}) == len(OPTIONS) == 54
    assert OPTIONS[0].name == "BTC-20NOV26-44000-C"


@given(option=st.sampled_from([option for option in OPTIONS if option.is_call]), spot=SPOTS)
def test_calls_and_puts_keep_parity(option: Option, spot: float) -> None:
    call = value(option, spot, 1, NOW)
    put = value(replace(option, is_call=False), spot, 1, NOW)
    assert (call.mark - put.mark) * spot == pytest.approx(spot - option.strike, abs=0.1)
    assert call.delta - put.delta == pytest.approx(1, abs=1e-4)
    assert (call.gamma, call.vega, call.mark_iv) == (put.gamma, put.vega, put.mark_iv)


@given(option=st.sampled_from(OPTIONS), spot=SPOTS)
def test_prices_lie_between_bid_and_ask_and_within_bounds(option: Option, spot: float) -> None:
    worth = value(option, spot, 1, NOW)
    assert 0 <= worth.bid <= worth.mark + 1e-6
    assert worth.mark <= worth.ask + 1e-6
    assert worth.bid_iv < worth.mark_iv < worth.ask_iv
    assert -1 <= worth.delta <= 1
    assert worth.theta <= 0 <= worth.vega


def test_delta_is_the_slope_of_the_price_where_the_smile_is_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brokers.simulator.deribit.options.smile", lambda level, *_: level)
    for option in OPTIONS[:18]:
        up, down = (value(option, 60_000.0 + step, 1, NOW).mark * (60_000.0 + step) for step in (50.0, -50.0))
        assert value(option, 60_000.0, 1, NOW).delta == pytest.approx((up - down) / 100, abs=2e-3)


@given(time=st.floats(1.6e9, 2e9), seed=st.integers(0, 100))
def test_the_index_is_the_same_whenever_it_is_asked_for(time: float, seed: int) -> None:
    assert dvol("BTC", seed, time) == dvol("BTC", seed, time)
    first, high, low, last = dvol_candle("BTC", seed, time, 3600)
    assert low <= min(first, last) <= max(first, last) <= high
    assert 20 < low <= high < 90
