"""Delta's WebSocket, frame by frame."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from delta_rest_client import DeltaRestClient, OrderType
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from brokers.simulator.server import RunningSimulator, running_simulator


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=1, heartbeat=0.05) as running:
        yield running


@pytest.fixture
def socket(simulator: RunningSimulator) -> Iterator[ClientConnection]:
    with connect(f"{simulator.ws_url}/delta/live") as connection:
        yield connection


@pytest.fixture
def client(simulator: RunningSimulator) -> Any:
    return DeltaRestClient(f"{simulator.url}/delta", "sim-key-1", "sim-secret-1", raise_for_status=False)


def send(socket: ClientConnection, **frame: Any) -> None:
    socket.send(json.dumps(frame))


def hear(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(timeout=5))


def ask(socket: ClientConnection, **frame: Any) -> Any:
    send(socket, **frame)
    return hear(socket)


def ask_until(socket: ClientConnection, reply: Any, **frame: Any) -> bool:
    """Whether a reply comes, among what was on its way already."""
    send(socket, **frame)
    return any(hear(socket) == reply for _ in range(20))


def login(socket: ClientConnection, kind: str = "key-auth", secret: str = "sim-secret-1", age: int = 0) -> Any:
    timestamp = str(int(time.time()) - age)
    signature = hmac.new(secret.encode(), f"GET{timestamp}/live".encode(), hashlib.sha256).hexdigest()
    payload = {"api-key": "sim-key-1", "signature": signature, "timestamp": timestamp}
    return ask(socket, type=kind, payload=payload)


def subscribe(socket: ClientConnection, *names: str, symbols: tuple[str, ...] = ("all",)) -> Any:
    channels = [{"name": name, "symbols": list(symbols)} for name in names]
    return ask(socket, type="subscribe", payload={"channels": channels})


def test_both_ways_to_log_in(socket: ClientConnection) -> None:
    assert login(socket, "auth") == {"type": "success", "message": "Authenticated"}
    assert login(socket) == {"type": "key-auth", "success": True, "status_code": 200, "status": "authenticated"}


def test_a_login_that_is_wrong_or_late_is_refused(socket: ClientConnection) -> None:
    assert login(socket, "auth", secret="wrong") == {"type": "error", "message": "invalid_signature"}
    assert login(socket, secret="wrong")["status"] == "invalid_signature"
    assert login(socket, age=7)["status"] == "expired_signature"
    refused = subscribe(socket, "orders")
    assert refused["channels"][0]["error"] == "subscription forbidden on orders. Unauthorized user"


def test_an_order_is_told_on_every_private_channel(socket: ClientConnection, client: Any) -> None:
    login(socket)
    names = ("orders", "positions", "user_trades", "v2/user_trades", "margins")
    reply = subscribe(socket, *names)
    assert {row["name"] for row in reply["channels"]} == set(names)
    snapshots = [hear(socket), hear(socket)]
    assert {(row["type"], row["action"], len(row["result"])) for row in snapshots} == {
        ("orders", "snapshot", 0),
        ("positions", "snapshot", 0),
    }
    order = client.place_order(27, 10, "buy", order_type=OrderType.MARKET, client_order_id="mine")
    heard = [hear(socket) for _ in range(6)]
    assert [row["type"] for row in heard] == [
        "orders", "orders", "user_trades", "v2/user_trades", "positions", "margins",
    ]  # fmt: skip
    created, filled, trade, short, position, margin = heard
    assert (created["action"], created["state"], created["client_order_id"]) == ("create", "open", "mine")
    assert (filled["action"], filled["reason"], filled["state"]) == ("delete", "fill", "closed")
    assert {created["id"], filled["id"], int(trade["order_id"]), int(short["o"])} == {order["id"]}
    assert (trade["size"], trade["position"], trade["role"], short["c"]) == (10, 10, "taker", "mine")
    assert trade["fill_id"] == short["f"] == str(client.fills()["result"][0]["id"])
    assert (position["action"], position["size"]) == ("create", 10)
    assert margin["balance"] == client.get_balances(14)["balance"]
    assert filled["seq_no"] == created["seq_no"] + 1


def test_a_bracket_is_told_from_placing_to_its_end(
    socket: ClientConnection, client: Any, simulator: RunningSimulator
) -> None:
    login(socket)
    subscribe(socket, "orders", symbols=("BTCUSD",))
    hear(socket)
    entry = {"product_id": 27, "size": 10, "side": "buy", "order_type": "market_order"}
    client.create_order({**entry, "bracket_stop_loss_price": "59000", "bracket_take_profit_price": "61000"})
    heard = [hear(socket) for _ in range(4)]
    assert [(row["action"], row["state"]) for row in heard] == [
        ("create", "open"), ("delete", "closed"), ("create", "pending"), ("create", "pending"),
    ]  # fmt: skip
    simulator.control.set_price("BTC", 58_900)
    heard = [hear(socket) for _ in range(3)]
    assert [(row["reason"], row["stop_order_type"], row["state"]) for row in heard] == [
        ("stop_trigger", "stop_loss_order", "open"),
        ("fill", "stop_loss_order", "closed"),
        ("", "take_profit_order", "cancelled"),
    ]


def test_a_reconnect_begins_with_what_is_open(client: Any, simulator: RunningSimulator) -> None:
    order = client.place_order(27, 10, "buy", limit_price="59000")
    client.place_order(3136, 10, "buy", order_type=OrderType.MARKET)
    with connect(f"{simulator.ws_url}/delta/live") as socket:
        login(socket)
        subscribe(socket, "orders", "positions")
        snapshots = {row["type"]: row for row in (hear(socket), hear(socket))}
    assert [row["id"] for row in snapshots["orders"]["result"]] == [order["id"]]
    assert [(row["product_symbol"], row["size"]) for row in snapshots["positions"]["result"]] == [("ETHUSD", 10)]


def test_accounts_hear_of_themselves_alone(socket: ClientConnection, simulator: RunningSimulator) -> None:
    login(socket)
    subscribe(socket, "orders")
    hear(socket)
    other = DeltaRestClient(f"{simulator.url}/delta", "sim-key-2", "sim-secret-2", raise_for_status=False)
    other.place_order(27, 10, "buy", order_type=OrderType.MARKET)
    assert ask(socket, type="ping") == {"type": "pong"}


@pytest.mark.parametrize(
    ("channel", "symbol", "field"),
    [
        ("v2/ticker", "BTCUSD", "close"),
        ("l1_orderbook", "BTCUSD", "best_bid"),
        ("all_trades", "BTCUSD", "price"),
        ("candlestick_5m", "BTCUSD", "close"),
        ("mark_price", "MARK:BTCUSD", "price"),
    ],
)
def test_market_channels(
    socket: ClientConnection, simulator: RunningSimulator, channel: str, symbol: str, field: str
) -> None:
    reply = subscribe(socket, channel, symbols=(symbol,))
    assert reply == {"type": "subscriptions", "channels": [{"name": channel, "symbols": [symbol]}]}
    simulator.control.set_price("BTC", 61_234)
    told = hear(socket)
    assert (told["type"], told["symbol"]) == (channel, symbol)
    assert float(told[field]) == pytest.approx(61_234, abs=2)
    left = ask(socket, type="unsubscribe", payload={"channels": [{"name": channel}]})
    assert left == {"type": "subscriptions", "channels": []}
    simulator.control.advance(3)
    assert ask(socket, type="ping") == {"type": "pong"}


def test_heartbeats_come_once_they_are_asked_for(socket: ClientConnection, simulator: RunningSimulator) -> None:
    assert ask(socket, type="enable_heartbeat") == {"type": "heartbeat"}
    assert hear(socket) == {"type": "heartbeat"}
    simulator.control.set_faults({"call": "push.heartbeat", "kind": "drop_reply"})
    assert ask_until(socket, {"type": "pong"}, type="ping")
    with pytest.raises(TimeoutError):
        socket.recv(timeout=0.5)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ("no json", "invalid message"),
        ("[]", "invalid message"),
        ('{"type": "dance"}', "unknown message type 'dance'"),
        ('{"type": "subscribe", "payload": {"channels": 1}}', "channels: a list is needed"),
        ('{"type": "subscribe"}', "channels: a list is needed"),
    ],
)
def test_a_frame_that_is_wrong_is_answered_so(socket: ClientConnection, frame: str, message: str) -> None:
    socket.send(frame)
    assert hear(socket) == {"type": "error", "message": message}


def test_channels_and_symbols_that_there_are_not(socket: ClientConnection) -> None:
    assert subscribe(socket, "gossip")["channels"] == [{"name": "gossip", "error": "invalid channel gossip"}]
    refused = subscribe(socket, "v2/ticker", symbols=("DOGEUSD",))
    assert refused["channels"] == [{"name": "v2/ticker", "error": "invalid symbol DOGEUSD"}]


def test_a_socket_can_be_refused_and_cut(socket: ClientConnection, simulator: RunningSimulator) -> None:
    simulator.control.set_faults({"call": "push.reply", "kind": "disconnect_before", "times": 1})
    send(socket, type="ping")
    with pytest.raises(ConnectionClosed):
        hear(socket)
    simulator.control.set_faults({"call": "connect", "kind": "maintenance", "times": 1})
    with pytest.raises(Exception, match="503"), connect(f"{simulator.ws_url}/delta/live"):
        pass
    with connect(f"{simulator.ws_url}/delta/live") as again:
        assert ask(again, type="ping") == {"type": "pong"}
