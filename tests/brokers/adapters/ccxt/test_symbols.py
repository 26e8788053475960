from typing import Any

import pytest

from brokers.adapters.ccxt.instruments import bands_of, instrument_of, step_of
from brokers.adapters.ccxt.profiles import venue_for
from brokers.adapters.ccxt.symbols import SymbolBook, market_type_of
from brokers.errors import InvalidOrder
from tests.brokers.adapters.ccxt.offline import FUTURES, SPOT, VENUES, market_of

MARKETS = [market_of("okx", FUTURES), market_of("okx", SPOT)]


def inverse() -> dict[str, Any]:
    return market_of("okx", FUTURES) | {
        "id": "BTC-USDT-INV", "symbol": "BTC/USDT:BTC", "settle": "BTC", "linear": False, "inverse": True,
    }  # fmt: skip


def dated() -> dict[str, Any]:
    return market_of("okx", FUTURES) | {
        "id": "BTC-USDT-261225", "symbol": "BTC/USDT:USDT-261225", "swap": False, "future": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "market_type", "unified"),
    [
        ("BTCUSDT", "", "BTC/USDT:USDT"),
        ("BTCUSDT", FUTURES, "BTC/USDT:USDT"),
        ("BTCUSDT", SPOT, "BTC/USDT"),
        ("btcusdt", "", "BTC/USDT:USDT"),
        ("BTC-USDT-SWAP", "", "BTC/USDT:USDT"),
        ("BTC/USDT:USDT", "", "BTC/USDT:USDT"),
        ("BTC/USDT", "", "BTC/USDT"),
        ("BTC_USDT", "", "BTC/USDT:USDT"),
        ("BTC-USDT-261225", "", "BTC/USDT:USDT-261225"),
    ],
)
def test_all_names_lead_to_the_market_and_back(asked: str, market_type: str, unified: str) -> None:
    book = SymbolBook("OKX", [inverse(), dated(), *MARKETS], FUTURES)
    assert book.unified(asked, market_type) == unified
    assert book.ours(unified) == asked
    assert book.asked() == {unified}


def test_what_was_not_asked_for_is_told_in_the_compact_form_where_that_is_clear() -> None:
    book = SymbolBook("OKX", [inverse(), *MARKETS], FUTURES)
    assert book.ours("BTC/USDT:USDT") == "BTCUSDT"
    assert book.ours("BTC/USDT") == "BTC/USDT"
    assert book.ours("BTC/USDT:BTC") == "BTC/USDT:BTC"
    assert book.ours("GONE/USDT") == "GONE/USDT"


def test_an_exchange_with_names_of_its_own_keeps_them() -> None:
    book = SymbolBook("Deribit", [market_of("deribit", FUTURES)], FUTURES, own=True)
    assert book.ours("BTC/USD:BTC") == "BTC-PERPETUAL"
    assert book.unified("BTC-PERPETUAL") == "BTC/USD:BTC"


def test_an_unknown_symbol_is_named() -> None:
    with pytest.raises(InvalidOrder, match="symbol: OKX does not list 'DOGEUSDT'"):
        SymbolBook("OKX", MARKETS, FUTURES).unified("DOGEUSDT")


@pytest.mark.parametrize(("broker_id", "market_type"), VENUES)
def test_every_market_becomes_an_instrument(broker_id: str, market_type: str) -> None:
    market = market_of(broker_id, market_type)
    mode = 3 if broker_id == "bitfinex" else 4
    instrument = instrument_of(venue_for(broker_id, market_type), market, "BTC", mode, last_price=50_000.0)
    assert instrument.market_type == market_type == market_type_of(market)
    assert instrument.tick_size in (0.1, 1.0)
    assert instrument.inverse == (broker_id == "deribit")
    assert instrument.contract_size == (1.0 if broker_id == "deribit" else market["contractSize"] or 1.0)
    assert instrument.max_quantity == 1000.0
    assert instrument.max_leverage == (100.0 if market_type == FUTURES else 1.0)


@pytest.mark.parametrize(
    ("precision", "mode", "price", "step"),
    [
        (0.1, 4, 0.0, 0.1),
        (2, 2, 0.0, 0.01),
        (5, 3, 50_000.0, 1.0),
        (5, 3, 3_000.0, 0.1),
        (None, 4, 0.0, 1e-8),
        (5, 3, 0.0, 1e-8),
    ],
)
def test_precisions_as_steps(precision: Any, mode: int, price: float, step: float) -> None:
    assert step_of(precision, mode, price) == pytest.approx(step)


def test_price_bands_come_from_binances_filters() -> None:
    both = {"filterType": "PERCENT_PRICE", "multiplierUp": "1.05", "multiplierDown": "0.95"}
    sides = {
        "filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "1.2", "bidMultiplierDown": "0.2",
        "askMultiplierUp": "5", "askMultiplierDown": "0.8",
    }  # fmt: skip
    assert bands_of({"info": {"filters": [{"filterType": "LOT_SIZE"}, both]}}) == (0.05, 0.05)
    assert bands_of({"info": {"filters": [sides]}}) == (0.2, 0.2)
    assert bands_of({"info": [1]}) == (0.0, 0.0)
