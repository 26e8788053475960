"""Delta Exchange's socket, which ccxt does not speak: the account's orders, positions and fills, and tickers.

docs.delta.exchange, "WebSocket": authenticate with a signature of "GET" + timestamp + "/live", subscribe to channels,
enable_heartbeat; a heartbeat comes every 30 seconds, and 35 seconds without one mean that the connection is dead.
"""

import hashlib
import hmac
import json
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import websocket

from brokers.errors import AuthenticationFailed

logger = logging.getLogger(__name__)

HEARTBEAT_LIMIT = 35.0
_CONNECT_TIMEOUT = 10.0
_LOOK = 1.0  # seconds that a read waits, so that the heartbeat's age is looked at in time
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
PRIVATE = ("orders", "positions", "user_trades")

Message = Mapping[str, Any]


class DeltaStream:
    """One socket on its own thread, connected again with back-off and jitter for as long as it is wanted.

    `on_ready` is called after each (re)connection, once the subscriptions stand: read what was missed over REST there.
    Messages that came meanwhile are kept, and told after it. `on_message` gets each channel message, `on_state` whether
    the connection stands, with the reason where it does not. All three run on the stream's thread.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str = "",
        secret: str = "",
        on_message: Callable[[Message], None],
        on_ready: Callable[[], None] = lambda: None,
        on_state: Callable[[bool, str], None] = lambda up, why: None,
        channels: Sequence[tuple[str, Sequence[str]]] = (),
        offset: Callable[[], float] = lambda: 0.0,
        heartbeat_limit: float = HEARTBEAT_LIMIT,
        clock: Callable[[], float] = time.time,
        jitter: random.Random | None = None,
        first_pause: float = _FIRST_PAUSE,
    ) -> None:
        self._url, self._key, self._secret = url, key, secret
        self._on_message, self._on_ready, self._on_state = on_message, on_ready, on_state
        self._channels: list[dict[str, Any]] = [{"name": name, "symbols": list(symbols)} for name, symbols in channels]
        self._offset, self._limit, self._clock = offset, heartbeat_limit, clock
        self._jitter, self._first_pause = jitter or random.Random(), first_pause
        self._ended = threading.Event()
        self._socket: websocket.WebSocket | None = None
        self._thread = threading.Thread(target=self._run, name="delta-stream", daemon=True)
        self._heard = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if (socket := self._socket) is not None:
            socket.close(timeout=1)
        if self._thread is not threading.current_thread() and self._thread.is_alive():
            self._thread.join(5)

    def _run(self) -> None:
        failures = 0
        while not self._ended.is_set():
            started = time.monotonic()
            try:
                self._session()
            except AuthenticationFailed as error:
                self._on_state(False, str(error))
                return
            except Exception as error:
                if self._ended.is_set():
                    return
                failures = 1 if time.monotonic() - started > _LONGEST_PAUSE else failures + 1
                self._on_state(False, type(error).__name__)
                pause = min(_LONGEST_PAUSE, self._first_pause * 2 ** min(failures - 1, 16))
                pause *= self._jitter.uniform(0.5, 1.0)
                logger.warning("Delta's stream broke (%s); again in %.1f s", type(error).__name__, pause)
                self._ended.wait(pause)
            finally:
                if self._socket is not None:
                    self._socket.close(timeout=1)

    def _session(self) -> None:
        self._socket = websocket.create_connection(self._url, timeout=_CONNECT_TIMEOUT)
        self._socket.settimeout(_LOOK)
        self._heard = time.monotonic()
        self._send({"type": "enable_heartbeat"})
        early: list[Message] = []
        if self._key:
            self._authenticate(early)
        self._send({"type": "subscribe", "payload": {"channels": self._channels}})
        self._until(lambda message: message.get("type") == "subscriptions", early)
        self._on_ready()
        self._on_state(True, "")
        for message in early:
            self._on_message(message)
        while not self._ended.is_set():
            told = self._receive()
            if told is not None and told.get("type") in self._names():
                self._on_message(told)

    def _authenticate(self, early: list[Message]) -> None:
        """key-auth, as the current documentation has it. Raises AuthenticationFailed where it is refused."""
        stamp = str(int(self._clock() + self._offset()))
        signature = hmac.new(self._secret.encode(), f"GET{stamp}/live".encode(), hashlib.sha256).hexdigest()
        payload = {"api-key": self._key, "signature": signature, "timestamp": stamp}
        self._send({"type": "key-auth", "payload": payload})
        answer = self._until(lambda message: message.get("type") in ("key-auth", "success", "error", "auth"), early)
        refused = answer.get("success") is False or answer.get("type") == "error"
        if refused and "expired" in json.dumps(answer).lower():
            raise ConnectionError("the signature came too late")
        if refused:
            raise AuthenticationFailed("Delta Exchange does not accept the credentials on its socket")

    def _until(self, wanted: Callable[[Message], bool], early: list[Message]) -> Message:
        """The first message that is wanted; channel messages before it are kept in `early`."""
        while not self._ended.is_set():
            message = self._receive()
            if message is None:
                continue
            if wanted(message):
                return message
            if message.get("type") in self._names():
                early.append(message)
        raise ConnectionAbortedError

    def _receive(self) -> Message | None:
        """The next message; None for a heartbeat, or a second of nothing. Raises TimeoutError on a dead socket."""
        if self._socket is None:
            raise ConnectionAbortedError
        try:
            text = self._socket.recv()
        except websocket.WebSocketTimeoutException:
            if time.monotonic() - self._heard > self._limit:
                raise TimeoutError(f"no heartbeat for {self._limit:g} s") from None
            return None
        if not text:
            raise ConnectionResetError
        message = json.loads(text)
        if not isinstance(message, dict):
            return None
        if message.get("type") == "heartbeat":
            self._heard = time.monotonic()
            return None
        # Tickers pour in on a socket whose private half may be dead: only heartbeats show that it lives.
        if time.monotonic() - self._heard > self._limit:
            raise TimeoutError(f"no heartbeat for {self._limit:g} s")
        return message

    def _send(self, message: Message) -> None:
        if self._socket is not None:
            self._socket.send(json.dumps(message))

    def _names(self) -> set[str]:
        return {str(channel["name"]) for channel in self._channels}
