"""ccxt, which we did not write, trades at the simulated Deribit: over HTTP, and over its WebSocket (pro)."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import ccxt
import ccxt.pro
import pytest

from brokers.simulator.server import RunningSimulator, running_simulator

PERPETUAL = "BTC/USD:BTC"
LINEAR = "BTC/USDC:USDC"


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=3) as running:
        yield running


def options(simulator: RunningSimulator, number: int = 1) -> dict[str, Any]:
    keys = {"apiKey": f"sim-key-{number}", "secret": f"sim-secret-{number}"}
    api = {"rest": f"{simulator.url}/deribit", "ws": f"{simulator.ws_url}/deribit/ws/api/v2"}
    return keys | {"urls": {"api": api}, "enableRateLimit": False}


@pytest.fixture
def exchange(simulator: RunningSimulator) -> Any:
    found = ccxt.deribit(options(simulator))
    found.load_markets()
    return found


@pytest.fixture
async def pro(simulator: RunningSimulator) -> AsyncIterator[Any]:
    found = ccxt.pro.deribit(options(simulator))
    await found.load_markets()
    yield found
    await found.close()


def bracket(stop: float, target: float, *, side: str = "sell") -> dict[str, Any]:
    """A stop at market and a target with a limit, for ccxt's query: an array goes as its JSON text."""
    legs = [
        {"direction": side, "type": "stop_market", "trigger_price": stop, "trigger": "last_price", "reduce_only": True},
        {"direction": side, "type": "limit", "price": target, "reduce_only": True},
    ]
    linked = {"linked_order_type": "one_triggers_one_cancels_other", "trigger_fill_condition": "incremental"}
    return linked | {"otoco_config": json.dumps(legs)}


def test_it_knows_perpetuals_spot_and_options(exchange: Any) -> None:
    market = exchange.market(PERPETUAL)
    assert (market["id"], market["inverse"], market["contractSize"]) == ("BTC-PERPETUAL", True, 10)
    assert exchange.market(LINEAR)["linear"] is True
    assert exchange.market("BTC/USDC")["spot"] is True
    assert sum(1 for item in exchange.markets.values() if item["option"]) > 50


def test_it_reads_prices_books_candles_and_trades(exchange: Any, simulator: RunningSimulator) -> None:
    simulator.control.advance(5)
    ticker = exchange.fetch_ticker(PERPETUAL)
    assert ticker["bid"] < ticker["ask"]
    book = exchange.fetch_order_book(PERPETUAL, 5)
    assert (len(book["bids"]), book["bids"][0][0]) == (5, ticker["bid"])
    candles = exchange.fetch_ohlcv(PERPETUAL, "1m", limit=30)
    assert len(candles) == 30
    assert all(row[3] <= min(row[1], row[4]) for row in candles)
    assert len(exchange.fetch_trades(PERPETUAL)) == 5


def test_it_reads_the_option_chain_and_greeks(exchange: Any) -> None:
    chain = exchange.fetch_option_chain("BTC")
    assert len(chain) > 20
    symbol = next(iter(sorted(chain)))
    greeks = exchange.fetch_greeks(symbol)
    assert 5 < greeks["markImpliedVolatility"] < 200
    assert abs(greeks["delta"]) <= 1
    assert greeks["vega"] > 0


def test_it_is_refused_with_a_wrong_secret(simulator: RunningSimulator) -> None:
    stranger = ccxt.deribit(options(simulator) | {"secret": "sim-secret-9"})
    stranger.load_markets()
    with pytest.raises(ccxt.AuthenticationError):
        stranger.fetch_balance()


def test_a_market_order_brings_its_bracket(exchange: Any, simulator: RunningSimulator) -> None:
    assert exchange.fetch_balance()["BTC"]["total"] == 10
    entry = exchange.create_order(
        PERPETUAL,
        "market",
        "buy",
        1000,
        None,
        bracket(57_000, 66_000) | {"label": "entry-1", "trigger_fill_condition": "first_hit"},
    )
    assert (entry["status"], entry["filled"], entry["info"]["label"]) == ("closed", 1000, "entry-1")
    legs = exchange.fetch_open_orders(PERPETUAL)
    assert {leg["info"]["order_id"] for leg in legs} == set(entry["info"]["oto_order_ids"])
    assert {(leg["info"]["order_type"], leg["info"]["order_state"]) for leg in legs} == {
        ("stop_market", "untriggered"),
        ("limit", "open"),
    }
    position = exchange.fetch_position(PERPETUAL)
    assert (position["side"], position["contracts"]) == ("long", 1000)
    simulator.control.set_price("BTC", 56_900)
    assert exchange.fetch_open_orders(PERPETUAL) == []
    assert exchange.fetch_positions() == []
    stop = next(leg for leg in legs if leg["info"]["order_type"] == "stop_market")
    assert exchange.fetch_order(stop["id"], PERPETUAL)["info"]["order_state"] == "triggered"
    truth = simulator.control.truth("deribit", "sim-key-1")
    trades = exchange.fetch_my_trades(PERPETUAL, limit=10)
    assert [trade["id"] for trade in trades] == [str(fill["id"]) for fill in truth["fills"]]
    assert trades[1]["info"]["order_id"] in stop["id"]


def test_an_order_is_found_by_its_label(exchange: Any) -> None:
    placed = exchange.create_order(PERPETUAL, "limit", "buy", 100, 50_000, {"label": "look-me-up"})
    found = exchange.private_get_get_order_state_by_label({"currency": "BTC", "label": "look-me-up"})["result"]
    assert [order["order_id"] for order in found] == [placed["id"]]
    assert exchange.private_get_get_order_state_by_label({"currency": "BTC", "label": "nobody"})["result"] == []
    edited = exchange.edit_order(placed["id"], PERPETUAL, "limit", "buy", 200, 50_500)
    assert (edited["id"], edited["amount"], edited["price"]) == (placed["id"], 200, 50_500)
    assert exchange.cancel_order(placed["id"], PERPETUAL)["status"] == "canceled"
    with pytest.raises(ccxt.InvalidOrder):
        exchange.cancel_order(placed["id"], PERPETUAL)
    with pytest.raises(ccxt.OrderNotFound):
        exchange.fetch_order("12345", PERPETUAL)


def test_refusals_come_in_deribits_codes(exchange: Any) -> None:
    with pytest.raises(ccxt.InsufficientFunds):
        exchange.create_order(PERPETUAL, "market", "buy", 49_000_000)
    with pytest.raises(ccxt.BadRequest, match="otoco_config"):
        exchange.create_order(
            PERPETUAL, "market", "buy", 100, None, bracket(57_000, 66_000) | {"otoco_config": "[{'direction': 'sell'}]"}
        )
    with pytest.raises(ccxt.InvalidOrder):
        exchange.create_order(PERPETUAL, "limit", "buy", 100, 70_000, {"postOnly": True})
    with pytest.raises(ccxt.BadRequest, match="label"):
        exchange.create_order(PERPETUAL, "market", "buy", 100, None, {"label": "x" * 65})


def test_faults_befall_calls(exchange: Any, simulator: RunningSimulator) -> None:
    simulator.control.set_faults({"call": "get_account_summaries", "kind": "rate_limited", "times": 1})
    with pytest.raises(ccxt.DDoSProtection):
        exchange.fetch_balance()
    simulator.control.set_faults({"call": "get_account_summaries", "kind": "server_error", "times": 1})
    with pytest.raises(ccxt.ExchangeNotAvailable):
        exchange.fetch_balance()
    simulator.control.set_faults({"call": "get_account_summaries", "kind": "maintenance", "times": 1})
    with pytest.raises(ccxt.OnMaintenance):
        exchange.fetch_balance()
    simulator.control.set_faults({"call": "buy", "kind": "disconnect_after", "times": 1})
    with pytest.raises(ccxt.NetworkError):
        exchange.create_order(PERPETUAL, "market", "buy", 10, None, {"label": "lost"})
    found = exchange.private_get_get_order_state_by_label({"currency": "BTC", "label": "lost"})["result"]
    assert [order["order_state"] for order in found] == ["filled"]
    simulator.control.set_faults({"call": "buy", "kind": "partial_fill", "times": 1})
    part = exchange.create_order(PERPETUAL, "market", "buy", 1000, None, {"label": "part"})
    assert 0 < part["filled"] < 1000
    simulator.control.advance(1)
    assert exchange.fetch_order(part["id"], PERPETUAL)["filled"] == 1000


async def test_pro_streams_tickers_candles_and_books(pro: Any, simulator: RunningSimulator) -> None:
    first = await asyncio.wait_for(pro.watch_ticker(PERPETUAL), 10)
    waiting = asyncio.create_task(pro.watch_ticker(PERPETUAL))
    await asyncio.sleep(0)
    await asyncio.to_thread(simulator.control.set_price, "BTC", 61_000.0)
    second = await asyncio.wait_for(waiting, 10)
    assert second["last"] == 61_000 != first["last"]
    book = await asyncio.wait_for(pro.watch_order_book(PERPETUAL), 10)
    assert book["bids"][0][0] < book["asks"][0][0]
    candle = asyncio.create_task(pro.watch_ohlcv(PERPETUAL, "1m"))
    trades = asyncio.create_task(pro.watch_trades(PERPETUAL))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(simulator.control.advance, 1)
    assert len((await asyncio.wait_for(candle, 10))[-1]) == 6
    assert (await asyncio.wait_for(trades, 10))[-1]["symbol"] == PERPETUAL


async def test_pro_hears_of_its_orders_and_trades(pro: Any) -> None:
    await asyncio.wait_for(pro.authenticate(), 10)
    orders = asyncio.create_task(pro.watch_orders())
    fills = asyncio.create_task(pro.watch_my_trades())
    balance = asyncio.create_task(pro.watch_balance())
    await asyncio.sleep(0.3)
    placed = await pro.create_order(PERPETUAL, "market", "buy", 500, None, {"label": "heard"})
    heard = await asyncio.wait_for(orders, 10)
    assert (heard[-1]["id"], heard[-1]["info"]["label"]) == (placed["id"], "heard")
    trade = (await asyncio.wait_for(fills, 10))[-1]
    assert (trade["order"], trade["amount"]) == (placed["id"], 500)
    assert (await asyncio.wait_for(balance, 10))["info"]["currency"] == "BTC"
