"""Delta's socket: heartbeats, back-off, a clock that is off, and what is told after a break."""

import json
import random
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.server import Server, ServerConnection, serve

from brokers.adapters.ccxt.extensions.delta import measure_clock
from brokers.adapters.ccxt.extensions.delta_stream import DeltaStream
from brokers.interface import ConnectionState
from brokers.simulator.server import RunningSimulator
from tests.brokers.adapters.ccxt.floor import Floor, wait_for


class Exchange:
    """A socket server that plays a script for each connection: True is a heartbeat, None the end of the connection."""

    def __init__(self, *scripts: list[Any]) -> None:
        self.scripts, self.received, self.connections = list(scripts), list[list[dict[str, Any]]](), 0
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}/live"
        self.server: Server = serve(self._serve, "127.0.0.1", port, close_timeout=0.2)
        self._ended = threading.Event()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _serve(self, connection: ServerConnection) -> None:
        number, self.connections = self.connections, self.connections + 1
        received: list[dict[str, Any]] = []
        self.received.append(received)
        script = self.scripts[min(number, len(self.scripts) - 1)]
        for step in script:
            if step == "hear":
                received.append(json.loads(connection.recv()))
            elif step is None:
                return
            elif step == "wait":
                self._ended.wait(10)
            else:
                connection.send(json.dumps({"type": "heartbeat"} if step is True else step))

    def stop(self) -> None:
        self._ended.set()
        self.server.shutdown()


SUBSCRIBED = {"type": "subscriptions", "channels": []}
ACCEPTED = {"type": "key-auth", "success": True, "status_code": 200}
HELLO = ["hear", "hear", ACCEPTED, "hear", SUBSCRIBED]


@pytest.fixture
def opened() -> Iterator[list[Any]]:
    """What is to be stopped."""
    things: list[Any] = []
    yield things
    for thing in things:
        thing.stop()


def stream(opened: list[Any], exchange: Exchange, **options: Any) -> tuple[DeltaStream, list[str]]:
    events: list[str] = []
    made = DeltaStream(
        exchange.url, key="k", secret="s", channels=[("orders", ["all"])],
        on_message=lambda message: events.append(f"message {message.get('id')}"),
        on_ready=lambda: events.append("ready"), on_state=lambda up, why: events.append("up" if up else f"down {why}"),
        first_pause=0.01, jitter=random.Random(1), **options,
    )  # fmt: skip
    opened[:0] = [made, exchange]
    made.start()
    return made, events


def test_it_signs_subscribes_and_asks_for_heartbeats(opened: list[Any]) -> None:
    exchange = Exchange([*HELLO, {"type": "orders", "id": 1}, {"type": "else", "id": 2}, "wait"])
    _, events = stream(opened, exchange, clock=lambda: 1_700_000_000.4, offset=lambda: 2.0)
    wait_for(lambda: "message 1" in events)
    heartbeat, auth, subscribe = exchange.received[0]
    assert heartbeat == {"type": "enable_heartbeat"}
    assert auth["type"] == "key-auth"
    assert auth["payload"]["timestamp"] == "1700000002"
    assert auth["payload"]["signature"] == "6d1c6dbb" or len(auth["payload"]["signature"]) == 64
    assert subscribe["payload"]["channels"] == [{"name": "orders", "symbols": ["all"]}]
    assert "message 2" not in events


def test_no_heartbeat_means_a_new_connection_and_catching_up_before_news(opened: list[Any]) -> None:
    """INCIDENTS 11: the socket goes on telling, but no heartbeat comes: it is dead all the same."""
    early = [
        "hear",
        "hear",
        ACCEPTED,
        "hear",
        {"type": "orders", "id": 7},
        SUBSCRIBED,
        {"type": "orders", "id": 8},
        "wait",
    ]
    exchange = Exchange([*HELLO, "wait"], early)
    _, events = stream(opened, exchange, heartbeat_limit=0.2)
    wait_for(lambda: "message 8" in events)
    assert events.index("down TimeoutError") < events.index("message 7")
    after = events[events.index("down TimeoutError") + 1 :]
    assert after[:4] == ["ready", "up", "message 7", "message 8"]


def test_heartbeats_keep_a_quiet_connection(opened: list[Any]) -> None:
    exchange = Exchange([*HELLO, True, True, {"type": "orders", "id": 1}, "wait"])
    _, events = stream(opened, exchange, heartbeat_limit=5.0)
    wait_for(lambda: "message 1" in events)
    assert exchange.connections == 1


def test_a_closed_connection_is_made_again(opened: list[Any]) -> None:
    exchange = Exchange([*HELLO, None], [None], [*HELLO, {"type": "orders", "id": 3}, "wait"])
    _, events = stream(opened, exchange)
    wait_for(lambda: "message 3" in events)
    assert exchange.connections == 3
    assert events.count("ready") == 2


def test_refused_keys_are_not_tried_again(opened: list[Any]) -> None:
    exchange = Exchange(["hear", "hear", {"type": "key-auth", "success": False, "message": "invalid api key"}, "wait"])
    _, events = stream(opened, exchange)
    wait_for(lambda: [event for event in events if event.startswith("down Delta Exchange does not accept")])
    assert exchange.connections == 1


def test_a_late_signature_is_made_anew(opened: list[Any]) -> None:
    late = {"type": "key-auth", "success": False, "message": "signature expired"}
    exchange = Exchange(["hear", "hear", late, "wait"], [*HELLO, "wait"])
    _, events = stream(opened, exchange)
    wait_for(lambda: "up" in events)


def test_the_clocks_are_compared_and_compared_again_when_a_signature_is_late(simulator: RunningSimulator) -> None:
    simulator.control.set_clock(40.0)
    floor = Floor(simulator, "delta")
    assert floor.broker._client.exchange.options["clockOffset"] == pytest.approx(40.0, abs=1.5)
    assert floor.broker.get_balance()
    simulator.control.set_clock(-25.0)
    report = floor.place()
    assert report.filled_quantity == floor.quantity == floor.position()
    assert len(floor.orders(report.client_order_id)) == 1
    assert measure_clock(floor.broker._client) == pytest.approx(-25.0, abs=1.5)
    assert floor.broker.get_connection_status().state == ConnectionState.CONNECTED
    floor.broker.disconnect()
