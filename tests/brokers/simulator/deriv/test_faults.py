"""Every kind of fault, on Deriv's sockets and REST calls: what the client sees, and what was done."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.simulator.deriv.sockets import OPTIONS, PAT, Socket, otp_url, public, terms, trading

BUY: dict[str, Any] = {"buy": "1", "price": 10, "parameters": terms("MULTUP", multiplier=100)}


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=4) as running:
        yield running


def contracts(simulator: RunningSimulator) -> int:
    return len(simulator.control.truth("deriv", "VRTC9000001")["orders"])


def fault(simulator: RunningSimulator, call: str, kind: str, **more: Any) -> None:
    simulator.control.set_faults({"call": call, "kind": kind, "times": 1} | more)


@pytest.mark.parametrize(
    ("kind", "code"),
    [("rate_limited", "RateLimit"), ("server_error", "InternalError"), ("maintenance", "ServiceUnavailable")],
)
def test_a_refused_purchase_is_not_done(simulator: RunningSimulator, kind: str, code: str) -> None:
    with trading(simulator) as socket:
        fault(simulator, "buy", kind)
        assert socket.error(**BUY) == code
        assert contracts(simulator) == 0
        assert "buy" in socket.ask(**BUY)


def test_a_dropped_reply_hides_a_purchase_that_was_done(simulator: RunningSimulator) -> None:
    with trading(simulator) as socket:
        fault(simulator, "buy", "drop_reply")
        socket.send(**BUY)
        number = socket.send(ping=1)
        assert socket.receive()["req_id"] == number
        assert len(socket.ask(portfolio=1)["portfolio"]["contracts"]) == contracts(simulator) == 1


@pytest.mark.parametrize(("kind", "done"), [("disconnect_before", 0), ("disconnect_after", 1)])
def test_the_connection_dies_before_or_after_the_purchase(simulator: RunningSimulator, kind: str, done: int) -> None:
    with trading(simulator) as socket:
        fault(simulator, "buy", kind)
        socket.send(**BUY)
        with pytest.raises(ConnectionClosedError):
            socket.receive()
    assert contracts(simulator) == done


def test_a_reply_comes_twice_and_the_purchase_is_done_once(simulator: RunningSimulator) -> None:
    with trading(simulator) as socket:
        fault(simulator, "buy", "duplicate")
        first = socket.ask(**BUY)
        assert socket.receive() == first
        assert contracts(simulator) == 1


def test_a_delayed_reply_comes_after_later_ones(simulator: RunningSimulator) -> None:
    with trading(simulator) as socket:
        fault(simulator, "buy", "delay", seconds=0.2)
        late = socket.send(**BUY)
        soon = socket.send(ping=1)
        assert [socket.receive()["req_id"], socket.receive()["req_id"]] == [soon, late]


def test_a_stale_stream_shows_the_past_and_falls_silent(simulator: RunningSimulator) -> None:
    simulator.control.set_price("R_100", 1400.0)
    simulator.control.advance(110)
    simulator.control.set_price("R_100", 1700.0)
    with public(simulator) as socket:
        fault(simulator, "ticks", "stale_book")
        assert socket.ask(ticks="R_100", subscribe=1)["tick"]["quote"] < 1600
        simulator.control.set_price("R_100", 1701.0)
        number = socket.send(ping=1)
        assert socket.receive()["req_id"] == number
        assert socket.ask(ticks="R_10", subscribe=1)["tick"]["symbol"] == "R_10"


def test_a_transaction_can_be_told_twice_or_not_at_all(simulator: RunningSimulator) -> None:
    with trading(simulator) as socket:
        socket.ask(transaction=1, subscribe=1)
        fault(simulator, "push.transaction", "duplicate")
        socket.send(**BUY)
        kinds = [socket.receive()["msg_type"] for _ in range(3)]
        assert kinds == ["transaction", "transaction", "buy"]
        fault(simulator, "push.*", "drop_reply")
        socket.send(**BUY)
        assert socket.receive()["msg_type"] == "buy"


def test_opening_a_socket_can_fail(simulator: RunningSimulator) -> None:
    fault(simulator, "connect", "maintenance")
    with pytest.raises(InvalidStatus, match="503"):
        connect(otp_url(simulator))
    with trading(simulator) as socket:
        assert socket.ask(ping=1)["ping"] == "pong"


@pytest.mark.parametrize(("kind", "status"), [("rate_limited", 429), ("server_error", 500), ("maintenance", 503)])
def test_rest_calls_are_refused_in_their_envelope(simulator: RunningSimulator, kind: str, status: int) -> None:
    fault(simulator, "accounts", kind)
    reply = requests.get(f"{simulator.url}{OPTIONS}/accounts", headers=PAT, timeout=10)
    assert (reply.status_code, reply.json()["errors"][0]["status"]) == (status, status)


def test_a_rest_call_can_lose_its_reply(simulator: RunningSimulator) -> None:
    fault(simulator, "otp", "disconnect_after")
    with pytest.raises(requests.ConnectionError):
        otp_url(simulator)


def test_legacy_sockets_are_befallen_too(simulator: RunningSimulator) -> None:
    with connect(f"{simulator.ws_url}/deriv/websockets/v3?app_id=1089") as connection:
        socket = Socket(connection)
        fault(simulator, "authorize", "server_error")
        assert socket.error(authorize="sim-token-1") == "InternalServerError"
        assert socket.ask(authorize="sim-token-1")["echo_req"]["authorize"] == "<not shown>"
    with pytest.raises(InvalidStatus, match="401"):
        connect(f"{simulator.ws_url}/deriv/websockets/v3?app_id=x")
