"""ccxt.pro's binanceusdm as a real client of the simulator's WebSocket streams."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any

import ccxt.pro
import pytest

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.conformance.test_binance_ccxt import SYMBOL, point


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=1) as running:
        yield running


@pytest.fixture
async def exchange(simulator: RunningSimulator) -> AsyncIterator[Any]:
    client = ccxt.pro.binanceusdm({"apiKey": "sim-key-1", "secret": "sim-secret-1", "enableRateLimit": False})
    point(client, simulator.url)
    client.urls["api"]["ws"]["linear"] = f"{simulator.ws_url}/binance/ws"
    await client.load_markets()
    yield client
    await client.close()


async def first(simulator: RunningSimulator, waiting: Coroutine[Any, Any, Any]) -> Any:
    """What the stream says first, while the market moves until it has spoken."""
    task = asyncio.ensure_future(waiting)
    for _ in range(200):
        await asyncio.sleep(0.02)
        if task.done():
            break
        await asyncio.to_thread(simulator.control.advance)
    return await asyncio.wait_for(task, 5)


async def test_market_streams(simulator: RunningSimulator, exchange: Any) -> None:
    ticker = await first(simulator, exchange.watch_ticker(SYMBOL))
    bid_ask = (await first(simulator, exchange.watch_bids_asks([SYMBOL])))[SYMBOL]
    candles = await first(simulator, exchange.watch_ohlcv(SYMBOL, "5m"))
    trades = await first(simulator, exchange.watch_trades(SYMBOL))
    mark = await first(simulator, exchange.watch_mark_price(SYMBOL))
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert bid_ask["bid"] < bid_ask["ask"]
    assert candles[-1][3] <= candles[-1][4] <= candles[-1][2]
    assert candles[-1][0] % 300_000 == 0
    assert trades[-1]["symbol"] == SYMBOL
    assert mark["markPrice"] > 0


async def test_the_order_book_follows_its_updates(simulator: RunningSimulator, exchange: Any) -> None:
    book = await first(simulator, exchange.watch_order_book(SYMBOL))
    for _ in range(5):
        book = await first(simulator, exchange.watch_order_book(SYMBOL))
    top = simulator.control.prices()["BTC"]
    while book["bids"][0][0] != top["bid"]:
        book = await asyncio.wait_for(exchange.watch_order_book(SYMBOL), 5)
    assert book["asks"][0][0] == top["ask"]
    assert len(book["bids"]) == len(book["asks"]) == 20


async def user_stream(exchange: Any) -> None:
    """Until the account's stream is open nothing is told: wait for it to be."""
    await exchange.authenticate({"type": "swap", "subType": "linear"})
    key = exchange.options["linear"]["listenKey"]
    client = exchange.client(exchange.get_private_ws_url("linear", key))
    await client.connect(exchange.session)
    await client.connected


async def test_orders_trades_positions_and_balance_are_pushed(simulator: RunningSimulator, exchange: Any) -> None:
    await user_stream(exchange)
    orders = asyncio.ensure_future(exchange.watch_orders(SYMBOL))
    trades = asyncio.ensure_future(exchange.watch_my_trades(SYMBOL))
    exchange.options["watchPositions"] = {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False}
    positions = asyncio.ensure_future(exchange.watch_positions([SYMBOL]))
    balance = asyncio.ensure_future(exchange.watch_balance())
    await asyncio.sleep(0.05)
    placed = await exchange.create_order(SYMBOL, "market", "buy", 0.5, None, {"clientOrderId": "pushed"})
    await asyncio.wait_for(asyncio.gather(orders, trades, balance), 5)
    order = exchange.orders.hashmap[SYMBOL][placed["id"]]
    while order["status"] != "closed":
        await asyncio.wait_for(exchange.watch_orders(SYMBOL), 5)
        order = exchange.orders.hashmap[SYMBOL][placed["id"]]
    assert (order["clientOrderId"], order["filled"], order["average"]) == ("pushed", 0.5, placed["average"])
    (trade,) = trades.result()
    assert (trade["order"], trade["amount"], trade["fee"]["currency"]) == (placed["id"], 0.5, "USDT")
    cached = (await asyncio.wait_for(positions, 5))[0]
    assert (cached["side"], cached["contracts"]) == ("long", 0.5)
    truth = await asyncio.to_thread(simulator.control.truth, "binance", "sim-key-1")
    assert balance.result()["USDT"]["total"] == float(truth["balances"]["USDT"])


async def test_a_stop_is_told_when_it_waits_when_it_triggers_and_when_it_fills(
    simulator: RunningSimulator, exchange: Any
) -> None:
    await user_stream(exchange)
    told: list[tuple[str, str]] = []

    async def listen() -> None:
        while True:
            for order in await exchange.watch_orders(SYMBOL):
                told.append((order["info"].get("caid") or order["info"]["c"], order["info"]["X"]))

    listening = asyncio.ensure_future(listen())
    await exchange.create_order(SYMBOL, "market", "buy", 0.5, None, {"clientOrderId": "entry"})
    params = {"reduceOnly": True, "stopLossPrice": 59_000, "clientOrderId": "stop"}
    await exchange.create_order(SYMBOL, "market", "sell", 0.5, None, params)
    await asyncio.to_thread(simulator.control.set_price, "BTC", 58_000)
    for _ in range(100):
        await asyncio.sleep(0.02)
        if ("stop", "FINISHED") in told:
            break
    listening.cancel()
    assert [state for name, state in told if name == "entry"][-1] == "FILLED"
    # ccxt keeps the latest state of an order alone, so that those in between may be missed.
    assert [state for name, state in told if name == "stop"][-1] in ("FINISHED", "FILLED")
    assert ("stop", "FILLED") in told


async def test_a_pushed_message_can_come_twice_and_not_at_all(simulator: RunningSimulator, exchange: Any) -> None:
    await user_stream(exchange)
    rules = [
        {"call": "push.ORDER_TRADE_UPDATE", "kind": "duplicate"},
        {"call": "push.ACCOUNT_UPDATE", "kind": "drop_reply"},
    ]
    await asyncio.to_thread(simulator.control.set_faults, *rules)
    placed = await exchange.create_order(SYMBOL, "market", "buy", 0.5)
    for _ in range(100):
        await asyncio.sleep(0.02)
        drawn = (await asyncio.to_thread(simulator.control.faults))["drawn"]
        if drawn == {"duplicate": 2, "drop_reply": 1} and exchange.myTrades:
            break
    assert drawn == {"duplicate": 2, "drop_reply": 1}
    # Told twice, it is one fill: ccxt knows it by its id.
    assert [trade["order"] for trade in exchange.myTrades] == [placed["id"]]


async def test_a_socket_that_dies_is_an_error_at_the_client(simulator: RunningSimulator, exchange: Any) -> None:
    await user_stream(exchange)
    rule = {"call": "push.ORDER_TRADE_UPDATE", "kind": "disconnect_before", "times": 1}
    await asyncio.to_thread(simulator.control.set_faults, rule)
    watching = asyncio.ensure_future(exchange.watch_orders(SYMBOL))
    await asyncio.sleep(0.05)
    await exchange.create_order(SYMBOL, "market", "buy", 0.5)
    with pytest.raises(ccxt.NetworkError):
        await asyncio.wait_for(watching, 5)


async def test_a_listen_key_that_is_none_opens_nothing(exchange: Any) -> None:
    exchange.options["linear"] = {"listenKey": "nobody's", "lastAuthenticatedTime": exchange.milliseconds()}
    with pytest.raises(ccxt.NetworkError):
        await asyncio.wait_for(exchange.watch_orders(SYMBOL), 5)
