"""Binance's streams and listen keys, frame by frame."""

import json
from collections.abc import Iterator
from typing import Any

import ccxt
import pytest
import requests
from websockets.sync.client import ClientConnection, connect

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.conformance.test_binance_ccxt import SYMBOL, client

KEY = {"X-MBX-APIKEY": "sim-key-1"}


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=1) as running:
        yield running


def hear(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(timeout=5))


def ask(socket: ClientConnection, **frame: Any) -> Any:
    socket.send(json.dumps(frame))
    return hear(socket)


def listen_key(simulator: RunningSimulator, method: str = "POST", headers: dict[str, str] | None = None) -> Any:
    url = f"{simulator.url}/binance/fapi/v1/listenKey"
    return requests.request(method, url, headers=KEY if headers is None else headers, timeout=5).json()


def test_a_listen_key_is_given_kept_and_taken(simulator: RunningSimulator) -> None:
    key = listen_key(simulator)["listenKey"]
    assert listen_key(simulator)["listenKey"] == listen_key(simulator, "PUT")["listenKey"] == key
    assert listen_key(simulator, headers={"X-MBX-APIKEY": "sim-key-2"})["listenKey"] != key
    assert listen_key(simulator, "DELETE") == {}
    assert listen_key(simulator, "PUT")["code"] == -1125
    assert listen_key(simulator, headers={})["code"] == -2014
    assert listen_key(simulator, headers={"X-MBX-APIKEY": "nobody"})["code"] == -2015


def test_a_listen_key_ends_after_an_hour(simulator: RunningSimulator) -> None:
    key = listen_key(simulator)["listenKey"]
    simulator.control.set_clock(3_601)
    assert listen_key(simulator, "PUT")["code"] == -1125
    with pytest.raises(Exception, match="400"), connect(f"{simulator.ws_url}/binance/ws/{key}"):
        pass


@pytest.mark.parametrize("path", ["ws/{key}", "private/ws?listenKey={key}", "stream?streams={key}"])
def test_the_life_of_a_stop_is_told_in_order(simulator: RunningSimulator, path: str) -> None:
    exchange = client(simulator)
    key = listen_key(simulator)["listenKey"]
    with connect(f"{simulator.ws_url}/binance/{path.format(key=key)}") as socket:
        exchange.create_order(SYMBOL, "market", "buy", 0.5, None, {"clientOrderId": "entry"})
        stop = {"reduceOnly": True, "stopLossPrice": 59_000, "clientOrderId": "stop"}
        exchange.create_order(SYMBOL, "market", "sell", 0.5, None, stop)
        simulator.control.set_price("BTC", 58_000)
        told = [hear(socket) for _ in range(10)]
    told = [message.get("data", message) for message in told]
    kinds = [(row["e"], row.get("o", {}).get("X", "")) for row in told]
    assert kinds == [
        ("ORDER_TRADE_UPDATE", "NEW"),
        ("ORDER_TRADE_UPDATE", "FILLED"),
        ("ACCOUNT_UPDATE", ""),
        ("ALGO_UPDATE", "NEW"),
        ("ALGO_UPDATE", "TRIGGERING"),
        ("ALGO_UPDATE", "TRIGGERED"),
        ("ORDER_TRADE_UPDATE", "NEW"),
        ("ORDER_TRADE_UPDATE", "FILLED"),
        ("ALGO_UPDATE", "FINISHED"),
        ("ACCOUNT_UPDATE", ""),
    ]
    assert told[5]["o"]["ai"] == str(told[7]["o"]["i"]) != str(told[3]["o"]["aid"])
    assert told[7]["o"]["c"] == "stop"
    assert told[9]["a"]["P"][0]["pa"] == "0"
    truth = simulator.control.truth("binance", "sim-key-1")
    assert told[9]["a"]["B"][0]["wb"] == truth["balances"]["USDT"].rstrip("0")


def test_a_stop_that_finds_no_position_is_told_as_rejected(simulator: RunningSimulator) -> None:
    exchange = client(simulator)
    params = {"reduceOnly": True, "stopLossPrice": 59_000}
    order = exchange.create_order(SYMBOL, "market", "sell", 0.5, None, params)
    simulator.control.set_price("BTC", 58_000)
    raw = exchange.fetch_order(order["id"], SYMBOL, {"trigger": True})["info"]
    assert (raw["algoStatus"], raw["actualQty"]) == ("REJECTED", "0")
    assert simulator.control.truth("binance", "sim-key-1")["positions"] == []


def test_a_leverage_change_is_told(simulator: RunningSimulator) -> None:
    key = listen_key(simulator)["listenKey"]
    with connect(f"{simulator.ws_url}/binance/ws/{key}") as socket:
        client(simulator).set_leverage(7, SYMBOL)
        told = hear(socket)
    assert (told["e"], told["ac"]) == ("ACCOUNT_CONFIG_UPDATE", {"s": "BTCUSDT", "l": 7})


def test_streams_are_subscribed_listed_and_left(simulator: RunningSimulator) -> None:
    with connect(f"{simulator.ws_url}/binance/ws") as socket:
        names = ["btcusdt@bookTicker", "ethusdt@kline_1m"]
        assert ask(socket, method="SUBSCRIBE", params=names, id=1) == {"result": None, "id": 1}
        assert ask(socket, method="LIST_SUBSCRIPTIONS", id=2) == {"result": names, "id": 2}
        simulator.control.advance()
        assert {hear(socket)["e"], hear(socket)["e"]} == {"bookTicker", "kline"}
        assert ask(socket, method="UNSUBSCRIBE", params=names, id=3) == {"result": None, "id": 3}
        simulator.control.advance()
        assert ask(socket, method="LIST_SUBSCRIPTIONS", id=4) == {"result": [], "id": 4}


@pytest.mark.parametrize(
    "frame",
    [
        "no json",
        "[]",
        '{"id": 1}',
        '{"method": "DANCE", "id": 1}',
        '{"method": "SUBSCRIBE", "params": ["x@y"], "id": 1}',
    ],
)
def test_a_frame_that_is_wrong_is_answered_with_an_error(simulator: RunningSimulator, frame: str) -> None:
    with connect(f"{simulator.ws_url}/binance/ws") as socket:
        socket.send(frame)
        assert "error" in hear(socket)


def test_combined_streams_carry_their_name(simulator: RunningSimulator) -> None:
    path = "stream?streams=btcusdt@markPrice@1s/btcusdt@depth20@100ms/!miniTicker@arr"
    with connect(f"{simulator.ws_url}/binance/{path}") as socket:
        simulator.control.set_price("BTC", 61_000)
        told = {row["stream"]: row["data"] for row in (hear(socket) for _ in range(3))}
    assert float(told["btcusdt@markPrice@1s"]["p"]) == 61_000
    assert len(told["btcusdt@depth20@100ms"]["b"]) == 20
    assert told["!miniTicker@arr"][0]["s"] == "BTCUSDT"


def test_income_explains_the_balance(simulator: RunningSimulator) -> None:
    exchange = client(simulator)
    exchange.create_order(SYMBOL, "market", "buy", 0.5)
    exchange.create_order(SYMBOL, "market", "sell", 0.5)
    rows = exchange.fapiPrivateGetIncome({})
    balance = float(exchange.fapiPrivateV2GetBalance({})[0]["balance"])
    assert {row["incomeType"] for row in rows} == {"COMMISSION", "REALIZED_PNL"}
    assert balance == pytest.approx(100_000 + sum(float(row["income"]) for row in rows))


def test_what_there_is_not(simulator: RunningSimulator) -> None:
    reply = requests.get(f"{simulator.url}/binance/fapi/v1/nothing", timeout=5)
    assert (reply.status_code, reply.json()["code"]) == (404, -5000)
    with pytest.raises(ccxt.BaseError, match="-1120"):
        client(simulator).fapiPublicGetKlines({"symbol": "BTCUSDT", "interval": "7m"})
