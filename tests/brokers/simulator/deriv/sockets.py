"""A plain client of the simulated Deriv, over real sockets. Frames are checked on their way out."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from websockets.sync.client import ClientConnection, connect

from brokers.simulator.server import RunningSimulator

OPTIONS = "/deriv/trading/v1/options"
PAT = {"Authorization": "Bearer sim-token-1", "Deriv-App-ID": "1089"}
_TIMEOUT = 10


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._numbers = itertools.count(1)

    def send(self, **frame: Any) -> int:
        number = next(self._numbers)
        self.connection.send(json.dumps(frame | {"req_id": number}))
        return number

    def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.connection.recv(timeout=_TIMEOUT))
        return message

    def answer(self, number: int) -> dict[str, Any]:
        """The reply to a frame; what streams meanwhile is passed over."""
        while True:
            message = self.receive()
            if message.get("req_id") == number:
                return message

    def ask(self, **frame: Any) -> dict[str, Any]:
        return self.answer(self.send(**frame))

    def error(self, **frame: Any) -> str:
        """The code that the frame is refused with."""
        code: str = self.ask(**frame)["error"]["code"]
        return code

    def until(self, msg_type: str) -> dict[str, Any]:
        while True:
            message = self.receive()
            if message["msg_type"] == msg_type:
                return message


def otp_url(simulator: RunningSimulator, account: str = "VRTC9000001") -> str:
    reply = requests.post(f"{simulator.url}{OPTIONS}/accounts/{account}/otp", headers=PAT, timeout=_TIMEOUT)
    url: str = reply.json()["data"]["url"]
    return url


@contextmanager
def trading(simulator: RunningSimulator, account: str = "VRTC9000001") -> Iterator[Socket]:
    with connect(otp_url(simulator, account)) as connection:
        yield Socket(connection)


@contextmanager
def public(simulator: RunningSimulator) -> Iterator[Socket]:
    with connect(f"{simulator.ws_url}{OPTIONS}/ws/public") as connection:
        yield Socket(connection)


def settings(simulator: RunningSimulator, **values: Any) -> requests.Response:
    return requests.put(f"{simulator.url}/control/deriv/settings", json=values, timeout=_TIMEOUT)


def terms(contract_type: str, **more: Any) -> dict[str, Any]:
    """The parameters of a contract on R_100, current API."""
    shared = {"amount": 10, "basis": "stake", "currency": "USD", "underlying_symbol": "R_100"}
    return shared | {"contract_type": contract_type} | more
