"""Whatever is sent to the REST wires is answered in the venue's words: no request breaks them."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokers.simulator.binance.wire import ENDPOINTS as BINANCE
from brokers.simulator.delta.wire import ENDPOINTS as DELTA
from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.simulator.exchange.world import balances_explained, positions_explained

VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "1",
            "2",
            "-1",
            "0.001",
            "1e3",
            "1e30",
            "1e-30",
            "NaN",
            "Infinity",
            "9" * 30,
            "true",
            "x",
            "ü",
            "null",
        ]
    ),
    st.sampled_from(["59000", "61000", "60000", "60000.5", "59999.95", "BTCUSDT", "ETHUSDT", "27", "3136", "BTCUSD"]),
    st.sampled_from(
        ["BUY", "SELL", "buy", "sell", "MARKET", "LIMIT", "STOP_MARKET", "TAKE_PROFIT", "GTC", "IOC", "GTX"]
    ),
    st.sampled_from(["market_order", "limit_order", "stop_loss_order", "take_profit_order", "ioc", "CONDITIONAL"]),
    st.integers(-5, 10**20).map(str),
    st.text(max_size=8),
)
BINANCE_NAMES = [
    "symbol", "side", "type", "quantity", "price", "timeInForce", "reduceOnly", "closePosition", "newClientOrderId",
    "orderId", "origClientOrderId", "algoId", "clientAlgoId", "algoType", "triggerPrice", "leverage", "marginType",
    "startTime", "endTime", "limit", "fromId", "interval", "dualSidePosition", "incomeType", "recvWindow",
]  # fmt: skip
DELTA_NAMES = [
    "product_id", "product_symbol", "product_ids", "side", "size", "order_type", "limit_price", "stop_price",
    "stop_order_type", "time_in_force", "post_only", "reduce_only", "client_order_id", "id", "leverage", "orders",
    "bracket_stop_loss_price", "bracket_take_profit_price", "bracket_stop_loss_limit_price", "stop_loss_order",
    "page_size", "after", "start_time", "states", "resolution", "start", "end", "symbol", "depth", "margin_mode",
    "cancel_stop_orders", "take_profit_order",
]  # fmt: skip
GOOD_BINANCE = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": "0.01",
    "price": "60000.5",
    "timeInForce": "GTC",
    "newClientOrderId": "",
}
GOOD_ALGO = {
    **{name: GOOD_BINANCE[name] for name in ("symbol", "side", "quantity")},
    "type": "STOP_MARKET",
    "algoType": "CONDITIONAL",
    "triggerPrice": "61000",
}
GOOD_OTHER = {
    "symbol": "BTCUSDT",
    "leverage": "7",
    "interval": "5m",
    "marginType": "CROSSED",
    "side": "BUY",
    "quantity": "0.02",
    "price": "59990",
}
GOOD_DELTA = {
    "product_id": "27",
    "side": "sell",
    "size": "3",
    "order_type": "limit_order",
    "limit_price": "60000",
    "bracket_stop_loss_price": "61000",
}
GOOD_CHANGE = {
    "product_id": "27",
    "leverage": 10,
    "margin_mode": "cross",
    "bracket_stop_loss_price": "61500",
    "limit_price": "60001",
    "stop_loss_order": {"order_type": "market_order", "stop_price": "62000"},
}
GOOD_READ = {"product_ids": "27", "resolution": "5m", "start": "1", "end": "4000000000", "symbol": "ETHUSD"}
JSON = st.one_of(VALUES, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.just({}), max_size=2))
PROFILE = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=1) as running:
        yield running


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


def is_sound(simulator: RunningSimulator, venue: str) -> bool:
    account = simulator.world.exchanges[venue].accounts["sim-key-1"]
    return balances_explained(account) and positions_explained(account)


def ask_binance(
    simulator: RunningSimulator, session: requests.Session, method: str, path: str, values: dict[str, str]
) -> requests.Response:
    query = urlencode({**values, "timestamp": str(int(time.time() * 1000))})
    signature = hmac.new(b"sim-secret-1", query.encode(), hashlib.sha256).hexdigest()
    url = f"{simulator.url}/binance{path}?{query}&signature={signature}"
    return session.request(method, url, headers={"X-MBX-APIKEY": "sim-key-1"}, timeout=10)


def last_order(simulator: RunningSimulator, venue: str) -> int:
    account = simulator.world.exchanges[venue].accounts["sim-key-1"]
    return max(account.working or account.orders, default=1)


def good_for_binance(simulator: RunningSimulator, method: str, path: str) -> dict[str, str]:
    if (method, path) == ("POST", "/fapi/v1/order"):
        return GOOD_BINANCE
    if (method, path) == ("POST", "/fapi/v1/algoOrder"):
        return GOOD_ALGO
    number = str(last_order(simulator, "binance"))
    return {**GOOD_OTHER, "orderId": number, "algoId": number}


def good_for_delta(simulator: RunningSimulator, method: str, path: str) -> dict[str, Any]:
    if method == "GET":
        return GOOD_READ
    if (method, path) == ("POST", "/v2/orders"):
        return GOOD_DELTA
    number = last_order(simulator, "delta")
    row = {"size": 2, "side": "sell", "limit_price": "60010"} if method == "POST" else {"id": number, "size": 2}
    return {**GOOD_CHANGE, "id": number, "orders": [row]}


@PROFILE
@given(
    st.sampled_from([*sorted(BINANCE), *[("POST", "/fapi/v1/order"), ("POST", "/fapi/v1/algoOrder")] * 5]),
    st.dictionaries(st.sampled_from(BINANCE_NAMES), VALUES, max_size=2),
)
def test_binance(
    simulator: RunningSimulator, session: requests.Session, call: tuple[str, str], values: dict[str, str]
) -> None:
    reply = ask_binance(simulator, session, *call, {**good_for_binance(simulator, *call), **values})
    assert reply.status_code in (200, 400), reply.text
    if reply.status_code == 400:
        assert reply.json()["code"] < 0
        assert reply.json()["code"] != -1022
    assert is_sound(simulator, "binance")


def ask_delta(
    simulator: RunningSimulator, session: requests.Session, method: str, path: str, values: dict[str, Any]
) -> requests.Response:
    query = "?" + urlencode({name: str(value) for name, value in values.items()}) if method == "GET" else ""
    body = "" if method == "GET" else json.dumps(values)
    timestamp = str(int(time.time()))
    message = f"{method}{timestamp}{path}{query}{body}"
    headers = {
        "api-key": "sim-key-1",
        "timestamp": timestamp,
        "signature": hmac.new(b"sim-secret-1", message.encode(), hashlib.sha256).hexdigest(),
    }
    url = f"{simulator.url}/delta{path}{query}"
    return session.request(method, url, data=body, headers=headers, timeout=10)


@PROFILE
@given(
    st.sampled_from([*sorted(DELTA), *[("POST", "/v2/orders")] * 10]),
    st.dictionaries(st.sampled_from(DELTA_NAMES), JSON, max_size=2),
)
def test_delta(
    simulator: RunningSimulator, session: requests.Session, call: tuple[str, str], values: dict[str, Any]
) -> None:
    method, path = call
    for name in ("order_id", "client_oid", "product_id", "identifier", "symbol"):
        path = path.replace(f"{{{name}}}", "27")
    reply = ask_delta(simulator, session, method, path, {**good_for_delta(simulator, *call), **values})
    assert reply.status_code in (200, 400, 404), reply.text
    assert reply.json()["success"] is (reply.status_code == 200)
    if reply.status_code != 200:
        assert reply.json()["error"]["code"]
    assert is_sound(simulator, "delta")


def test_what_is_varied_is_good(simulator: RunningSimulator, session: requests.Session) -> None:
    for call in (("POST", "/fapi/v1/order"), ("POST", "/fapi/v1/algoOrder"), ("GET", "/fapi/v1/klines")):
        assert ask_binance(simulator, session, *call, good_for_binance(simulator, *call)).status_code == 200
    assert ask_delta(simulator, session, "POST", "/v2/orders", GOOD_DELTA).status_code == 200
    assert ask_delta(simulator, session, "GET", "/v2/history/candles", GOOD_READ).status_code == 200


@pytest.mark.parametrize("body", ["[1]", "{", '"text"', "null", "\ufeff{}"])
def test_a_body_that_is_no_object(simulator: RunningSimulator, body: str) -> None:
    timestamp = str(int(time.time()))
    message = f"POST{timestamp}/v2/orders{body}".encode()
    headers = {
        "api-key": "sim-key-2",
        "timestamp": timestamp,
        "signature": hmac.new(b"sim-secret-2", message, hashlib.sha256).hexdigest(),
    }
    reply = requests.post(f"{simulator.url}/delta/v2/orders", data=body.encode(), headers=headers, timeout=10)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "bad_schema")
