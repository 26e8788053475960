"""Deribit's JSON-RPC over real sockets: logging in, heartbeats, market data, channels, errors."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosedError

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.simulator.deribit.sockets import CREDENTIALS, PERPETUAL, legs, rpc


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=6) as running:
        yield running


def http(simulator: RunningSimulator, method: str, **more: Any) -> requests.Response:
    return requests.get(f"{simulator.url}/deribit/api/v2/{method}", timeout=10, **more)


def test_private_methods_need_a_login(simulator: RunningSimulator) -> None:
    with rpc(simulator, login=False) as client:
        for method in ("private/get_positions", "private/unsubscribe_all", "private/logout"):
            assert client.error(method)["code"] == 13009
        assert client.error("private/subscribe", channels=["user.portfolio.btc"])["code"] == 13009
        assert client.error("public/auth", **CREDENTIALS | {"client_secret": "wrong"})["code"] == 13004
        granted = client.call("public/auth", **CREDENTIALS)
        assert granted["expires_in"] == 900
        assert client.call("private/get_positions") == []
        refreshed = client.call("public/auth", grant_type="refresh_token", refresh_token=granted["refresh_token"])
        assert refreshed["access_token"] != granted["access_token"]
        again = client.error("public/auth", grant_type="refresh_token", refresh_token=granted["refresh_token"])
        assert again["code"] == 13004


def test_http_calls_carry_a_token_which_ends(simulator: RunningSimulator) -> None:
    token = http(simulator, "public/auth", params=CREDENTIALS).json()["result"]["access_token"]
    bearer = {"headers": {"Authorization": f"Bearer {token}"}}
    summary = http(simulator, "private/get_account_summary?currency=BTC", **bearer).json()["result"]
    assert (summary["balance"], summary["available_funds"]) == (10, 10)
    basic = http(simulator, "private/get_positions", auth=("sim-key-1", "sim-secret-1"))
    assert basic.json()["result"] == []
    simulator.control.advance_clock(901)
    late = http(simulator, "private/get_account_summary?currency=BTC", **bearer)
    assert (late.status_code, late.json()["error"]["code"]) == (400, 13009)


def test_requests_can_be_posted(simulator: RunningSimulator) -> None:
    body = {"jsonrpc": "2.0", "id": 7, "method": "public/get_time", "params": {}}
    for path in ("", "/public/get_time"):
        reply = requests.post(f"{simulator.url}/deribit/api/v2{path}", json=body, timeout=10).json()
        assert (reply["id"], reply["result"] > 10**12) == (7, True)
    broken = requests.post(f"{simulator.url}/deribit/api/v2", data="{", timeout=10)
    assert broken.json()["error"]["code"] == -32700


def test_heartbeats_ask_for_life_and_cut_the_dead(simulator: RunningSimulator) -> None:
    url = f"{simulator.url}/control/deribit/settings"
    assert requests.put(url, json={"heartbeat_second": 0.01}, timeout=10).json() == {"heartbeat_second": 0.01}
    assert requests.put(url, json={"heartbeat_second": 0}, timeout=10).status_code == 400
    with rpc(simulator, login=False) as client:
        assert client.error("public/set_heartbeat", interval=9)["data"]["param"] == "interval"
        assert client.call("public/set_heartbeat", interval=10) == "ok"
        for _ in range(3):
            kinds = []
            while "test_request" not in kinds:
                message = client.receive()
                if message.get("method") == "heartbeat":
                    kinds.append(message["params"]["type"])
            assert kinds == ["heartbeat", "test_request"]
            client.send("public/test")
        with pytest.raises(ConnectionClosedError):
            [client.receive() for _ in range(40)]
    assert http(simulator, "public/set_heartbeat?interval=30").json()["error"]["code"] == 10031


@pytest.mark.parametrize(
    ("method", "params", "code", "param"),
    [
        ("private/nothing", {}, -32601, None),
        ("private/buy", {"instrument_name": PERPETUAL, "type": "market"}, -32602, "amount"),
        ("private/buy", {"instrument_name": PERPETUAL, "amount": 15, "type": "market"}, -32602, "amount"),
        ("private/buy", {"instrument_name": PERPETUAL, "amount": 10, "type": "magic"}, -32602, "type"),
        ("private/buy", {"instrument_name": PERPETUAL, "amount": 10, "type": "limit"}, -32602, "price"),
        ("private/buy", {"instrument_name": PERPETUAL, "amount": 10, "price": 50_000.3}, 10043, None),
        ("private/buy", {"instrument_name": "NOPE", "amount": 10, "type": "market"}, 10020, None),
        ("private/buy", {"instrument_name": PERPETUAL, "amount": 40_000_000, "type": "market"}, 10009, None),
        (
            "private/sell",
            {"instrument_name": PERPETUAL, "amount": 10, "type": "market", "reduce_only": True},
            11030,
            None,
        ),
        (
            "private/buy",
            {"instrument_name": PERPETUAL, "amount": 10, "type": "market", **legs(61_000, 66_000)},
            11036,
            None,
        ),
        (
            "private/buy",
            {"instrument_name": PERPETUAL, "amount": 10, "type": "market", "label": "x" * 65},
            -32602,
            "label",
        ),
        ("private/cancel", {"order_id": "ETH-9"}, 10004, None),
        ("private/get_account_summary", {"currency": "XRP"}, -32602, "currency"),
        ("public/get_tradingview_chart_data", {"instrument_name": PERPETUAL}, -32602, "start_timestamp"),
        ("public/subscribe", {"channels": "ticker"}, -32602, "channels"),
    ],
)
def test_errors_have_deribits_codes_and_name_the_parameter(
    simulator: RunningSimulator, method: str, params: dict[str, Any], code: int, param: str | None
) -> None:
    with rpc(simulator) as client:
        error = client.error(method, **params)
        assert error["code"] == code, error
        assert (error.get("data") or {}).get("param") == param
    assert simulator.control.truth("deribit", "sim-key-1")["orders"] == []


def test_the_volatility_index_is_a_chart_and_a_channel(simulator: RunningSimulator) -> None:
    with rpc(simulator) as client:
        now = client.call("public/get_time")
        asked = {
            "currency": "BTC",
            "start_timestamp": now - 3_600_000 * 1500,
            "end_timestamp": now,
            "resolution": "3600",
        }
        chart = client.call("public/get_volatility_index_data", **asked)
        assert len(chart["data"]) == 1000
        assert all(low <= min(first, last) <= max(first, last) <= high for _, first, high, low, last in chart["data"])
        older = client.call("public/get_volatility_index_data", **asked | {"end_timestamp": chart["continuation"]})
        assert older["data"][-1][0] == chart["data"][0][0] - 3_600_000
        assert older["continuation"] is None
        channel = "deribit_volatility_index.btc_usd"
        assert client.call("public/subscribe", channels=[channel, "ticker.NOPE.100ms"]) == [channel]
        simulator.control.advance(1)
        assert 10 < client.on(channel)[0]["volatility"] < 150


def test_options_are_listed_quoted_and_not_for_sale(simulator: RunningSimulator) -> None:
    with rpc(simulator) as client:
        options = client.call("public/get_instruments", currency="BTC", kind="option")
        name = options[0]["instrument_name"]
        summary = {row["instrument_name"]: row for row in client.call(
            "public/get_book_summary_by_currency", currency="BTC", kind="option")}  # fmt: skip
        assert set(summary) == {option["instrument_name"] for option in options}
        ticker = client.call("public/ticker", instrument_name=name)
        assert ticker["mark_iv"] == summary[name]["mark_iv"]
        assert ticker["best_bid_price"] <= ticker["mark_price"] <= ticker["best_ask_price"]
        assert set(ticker["greeks"]) == {"delta", "gamma", "theta", "vega", "rho"}
        channel = f"ticker.{name}.100ms"
        client.call("public/subscribe", channels=[channel])
        simulator.control.advance(1)
        assert client.on(channel)[-1]["instrument_name"] == name
        assert client.error("private/buy", instrument_name=name, amount=1, type="market")["code"] == 10020


def test_subscriptions_end_when_asked(simulator: RunningSimulator) -> None:
    with rpc(simulator) as client:
        channel = f"ticker.{PERPETUAL}.100ms"
        client.call("public/subscribe", channels=[channel])
        simulator.control.advance(1)
        heard = len(client.on(channel))
        assert heard == 2  # one at once, one of the tick
        assert client.call("public/unsubscribe", channels=[channel, "other"]) == [channel]
        simulator.control.advance(3)
        assert len(client.on(channel)) == heard
        assert client.call("private/logout") == "ok"
        assert client.error("private/get_positions")["code"] == 13009
    with rpc(simulator, login=False) as stranger:
        assert stranger.error("public/subscribe", channels=[f"ticker.{PERPETUAL}.raw"])["code"] == 13778


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"method": 5}',
        '{"method": "private/buy", "params": []}',
        '{"method": "private/buy", "params": {"instrument_name": "BTC-PERPETUAL", "amount": NaN}}',
        '{"method": "private/buy", "params": {"instrument_name": "BTC-PERPETUAL", "amount": 10, "price": 1e300}}',
        '{"method": "private/buy", "params": {"instrument_name": "BTC-PERPETUAL", "amount": "x", "type": "market"}}',
        '{"method": "private/buy", "params": {"instrument_name": {}, "amount": 10}}',
        '{"method": "private/get_order_state", "params": {"order_id": "99999999999999999999999999"}}',
        '{"method": "public/subscribe", "params": {"channels": ["", ".", "user", "chart.trades", 5, "book.x.y.z"]}}',
    ],
)
def test_no_text_ends_the_conversation(simulator: RunningSimulator, text: str) -> None:
    with rpc(simulator) as client:
        client.connection.send(text)
        assert client.receive().get("error") or "subscribe" in text
        assert client.call("public/test")["version"]
