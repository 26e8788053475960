import time
from collections.abc import Callable
from decimal import Decimal

import pytest

from brokers.adapters.ccxt.extensions.deribit_options import DeribitBroker
from brokers.errors import InvalidOrder
from tests.brokers.adapters.ccxt.floor import Floor


@pytest.fixture
def deribit(open_floor: Callable[..., Floor]) -> DeribitBroker:
    broker = open_floor("deribit").broker
    assert isinstance(broker, DeribitBroker)
    return broker


def test_the_chain_is_sorted_and_priced(deribit: DeribitBroker) -> None:
    chain = deribit.option_chain("BTC")
    assert [(item.expiry, item.strike) for item in chain] == sorted((item.expiry, item.strike) for item in chain)
    assert {item.is_call for item in chain} == {True, False}
    assert all(item.mark is not None and item.mark_iv and item.underlying_price for item in chain)
    assert all(item.expiry > time.time() and item.greeks is None for item in chain)
    expiry = chain[0].expiry
    assert {item.expiry for item in deribit.option_chain("btc", expiry=expiry)} == {expiry}


def test_greeks_have_the_signs_that_options_have(deribit: DeribitBroker) -> None:
    chain = deribit.option_chain("BTC", greeks=True, most=6)
    assert len(chain) == 6
    for item in chain:
        assert item.greeks is not None
        assert (item.greeks.delta >= 0) == item.is_call
        assert item.greeks.gamma >= 0
        assert item.greeks.vega >= 0
        assert item.greeks.theta <= 0


def test_the_volatility_index_comes_as_candles(deribit: DeribitBroker) -> None:
    now = time.time()
    candles = deribit.volatility_index("BTC", start=now - 6 * 3600, end=now)
    assert candles
    assert [item.time for item in candles] == sorted(item.time for item in candles)
    assert all(1 < item.close < 500 for item in candles)


def test_what_deribit_does_not_have_is_refused_by_name(deribit: DeribitBroker) -> None:
    with pytest.raises(InvalidOrder, match="resolution: one of"):
        deribit.volatility_index("BTC", start=0.0, end=1.0, resolution="5")
    with pytest.raises(InvalidOrder, match="currency: Deribit lists no options"):
        deribit.option_chain("BTC", expiry=12345.0)


def test_an_option_is_an_instrument_and_has_a_quote(deribit: DeribitBroker) -> None:
    option = deribit.option_chain("BTC")[0]
    instrument = deribit.get_instrument_info(option.symbol)
    assert instrument.market_type == "OPTION"
    assert Decimal(str(instrument.lot_size)) > 0
    assert "OPTION" in deribit.capabilities().market_types
