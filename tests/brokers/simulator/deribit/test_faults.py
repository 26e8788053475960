"""What befalls calls at Deribit: what the client sees, and what was done."""

from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.simulator.deribit.sockets import PERPETUAL, legs, rpc


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=6) as running:
        yield running


BUY: dict[str, Any] = {"instrument_name": PERPETUAL, "amount": 10, "type": "market", "label": "once"}


@pytest.mark.parametrize(("kind", "code"), [("rate_limited", 10028), ("server_error", 10040), ("maintenance", 11051)])
def test_a_refused_order_is_not_placed(simulator: RunningSimulator, kind: str, code: int) -> None:
    with rpc(simulator) as client:
        simulator.control.set_faults({"call": "buy", "kind": kind, "times": 1})
        assert client.error("private/buy", **BUY)["code"] == code
        assert client.call("private/get_order_state_by_label", currency="BTC", label="once") == []


@pytest.mark.parametrize(("kind", "orders"), [("disconnect_before", 0), ("disconnect_after", 1), ("drop_reply", 1)])
def test_a_lost_reply_is_found_by_its_label(simulator: RunningSimulator, kind: str, orders: int) -> None:
    with rpc(simulator) as client:
        simulator.control.set_faults({"call": "buy", "kind": kind, "times": 1})
        number = client.send("private/buy", **BUY)
        if kind == "drop_reply":
            client.call("public/test")
            assert all(message.get("id") != number for message in client.heard)
        else:
            with pytest.raises(ConnectionClosedError):
                client.receive()
    with rpc(simulator) as client:
        found = client.call("private/get_order_state_by_label", currency="BTC", label="once")
        assert len(found) == orders == len(simulator.control.truth("deribit", "sim-key-1")["orders"])


def test_replies_and_notifications_are_doubled_delayed_and_dropped(simulator: RunningSimulator) -> None:
    with rpc(simulator) as client:
        client.call("private/subscribe", channels=["user.trades.any.any.raw"])
        simulator.control.set_faults(
            {"call": "buy", "kind": "duplicate", "times": 1},
            {"call": "push.user.trades", "kind": "duplicate", "times": 1},
        )
        client.call("private/buy", **BUY)
        assert len(client.on("user.trades.any.any.raw")) == 2
        assert len(simulator.control.truth("deribit", "sim-key-1")["fills"]) == 1
        simulator.control.set_faults({"call": "buy", "kind": "delay", "seconds": 0.2, "times": 1})
        late, soon = client.send("private/buy", **BUY), client.send("public/test")
        order = [message["id"] for message in (client.receive() for _ in range(3)) if "id" in message]
        assert order == [soon, late]


def test_a_stale_book_shows_the_past(simulator: RunningSimulator) -> None:
    simulator.control.advance(110)
    simulator.control.set_price("BTC", 70_000.0)
    with rpc(simulator) as client:
        simulator.control.set_faults({"call": "ticker", "kind": "stale_book", "times": 1})
        assert client.call("public/ticker", instrument_name=PERPETUAL)["last_price"] < 69_000
        assert client.call("public/ticker", instrument_name=PERPETUAL)["last_price"] == 70_000


def test_a_partial_fill_is_completed_by_later_ticks(simulator: RunningSimulator) -> None:
    with rpc(simulator) as client:
        simulator.control.set_faults({"call": "buy", "kind": "partial_fill", "times": 1})
        asked = BUY | {"amount": 1000} | legs(57_000, 66_000, trigger_fill_condition="incremental")
        placed = client.call("private/buy", **asked)["order"]
        assert 0 < placed["filled_amount"] < 1000
        assert placed["order_state"] == "open"
        (stop,) = client.call("private/get_order_state_by_label", currency="BTC", label="stop")
        assert stop["amount"] == placed["filled_amount"]
        simulator.control.advance(1)
        done = client.call("private/get_order_state", order_id=placed["order_id"])
        assert (done["order_state"], done["filled_amount"]) == ("filled", 1000)
        (stop,) = client.call("private/get_order_state_by_label", currency="BTC", label="stop")
        assert stop["amount"] == 1000
