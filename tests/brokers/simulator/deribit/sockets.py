"""A plain JSON-RPC client of the simulated Deribit, over a real socket."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from brokers.simulator.server import RunningSimulator

PERPETUAL = "BTC-PERPETUAL"
CREDENTIALS = {"grant_type": "client_credentials", "client_id": "sim-key-1", "client_secret": "sim-secret-1"}
_TIMEOUT = 10


class Rpc:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []  # notifications that came between
        self._numbers = itertools.count(1)

    def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.connection.recv(timeout=_TIMEOUT))
        return message

    def send(self, method: str, **params: Any) -> int:
        number = next(self._numbers)
        self.connection.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        return number

    def answer(self, number: int) -> dict[str, Any]:
        while True:
            message = self.receive()
            if message.get("id") == number:
                return message
            self.heard.append(message)

    def call(self, method: str, **params: Any) -> Any:
        reply = self.answer(self.send(method, **params))
        assert "error" not in reply, reply
        return reply["result"]

    def error(self, method: str, **params: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.answer(self.send(method, **params))["error"]
        return found

    def on(self, channel: str) -> list[Any]:
        """What was heard on a channel, all that was sent before now included."""
        self.call("public/test")
        return [item["params"]["data"] for item in self.heard if item.get("params", {}).get("channel") == channel]


@contextmanager
def rpc(simulator: RunningSimulator, *, login: bool = True) -> Iterator[Rpc]:
    with connect(f"{simulator.ws_url}/deribit/ws/api/v2") as connection:
        found = Rpc(connection)
        if login:
            found.call("public/auth", **CREDENTIALS)
        yield found


def legs(stop: float, target: float, **more: Any) -> dict[str, Any]:
    rows = [
        {"direction": "sell", "type": "stop_market", "trigger_price": stop, "trigger": "last_price", "label": "stop"},
        {"direction": "sell", "type": "limit", "price": target, "reduce_only": True, "label": "target"},
    ]
    return {"linked_order_type": "one_triggers_one_cancels_other", "otoco_config": rows} | more
