"""One WebSocket connection: requests and replies matched by req_id, streams, pings, and silence taken for an end.

Deriv closes a connection after 2 minutes without a message; a ping every 30 s also shows that the other side lives.
"""

import itertools
import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import websocket

from brokers.adapters.deriv.frames import Frame, Message, ping
from brokers.errors import BrokerUnavailable
from brokers.interface import Secret

logger = logging.getLogger(__name__)

Listener = Callable[[Message], None]


class NotSentError(Exception):
    """The request never left."""


class NoReplyError(Exception):
    """The request was sent, and no reply has come."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: between pings, without a message until the connection is given up, to connect, to wait for a reply."""

    ping: float = 30.0
    silence: float = 45.0
    connect: float = 10.0
    reply: float = 10.0


class Wire:
    """A connection from its opening to its end. `on_end` is called once, with the reason, on the reader's thread.

    Listeners are called there too, and must not block.
    """

    def __init__(self, url: Secret, timing: Timing, on_end: Callable[["Wire", str], None]) -> None:
        self._timing = timing
        self._on_end = on_end
        self._numbers = itertools.count(1)
        self._pending: dict[int, Future[Message]] = {}
        self._listeners: dict[int, Listener] = {}
        self._ended = threading.Event()
        self._heard = self._pinged = time.monotonic()
        self._ping_number = 0
        self.latency_ms: float | None = None
        try:
            self._socket = websocket.create_connection(url.reveal(), timeout=timing.connect, enable_multithread=True)
        except (websocket.WebSocketException, OSError, ValueError):
            raise BrokerUnavailable("Deriv's socket cannot be reached.") from None
        self._socket.settimeout(min(1.0, timing.ping / 4, timing.silence / 4))
        self._reader = threading.Thread(target=self._read, name="deriv-reader", daemon=True)
        self._reader.start()

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def call(self, frame: Frame, listener: Listener | None = None) -> Message:
        """Send a request and wait for its reply; `listener` gets that and all that follows under the same req_id.

        Raises NotSentError, or NoReplyError when the reply does not come in time or the connection ends before.
        """
        number, future = next(self._numbers), Future[Message]()
        if listener is not None:
            self._listeners[number] = listener
        self._pending[number] = future
        started = time.monotonic()
        try:
            self._send(frame | {"req_id": number})
            reply = future.result(self._timing.reply)
        except (TimeoutError, CancelledError):
            raise NoReplyError from None
        finally:
            self._pending.pop(number, None)
        self.latency_ms = (time.monotonic() - started) * 1000
        if "error" in reply:
            self._listeners.pop(number, None)
        return reply

    def close(self) -> None:
        """End the connection; whoever waits for a reply is told at once."""
        self._ended.set()
        try:
            self._socket.shutdown()
        except (websocket.WebSocketException, OSError):
            logger.debug("deriv: the socket was closed already")
        self._drop_pending()

    def _send(self, frame: Frame) -> None:
        if self.ended:
            raise NotSentError
        text = json.dumps(frame, separators=(",", ":"))
        try:
            self._socket.send(text)
        except (websocket.WebSocketException, OSError):
            self._ended.set()
            raise NoReplyError from None  # part of it, or all, may have left

    def _read(self) -> None:
        reason = "closed"
        try:
            while not self.ended:
                if not self._keep_alive():
                    reason = "silent"
                    break
                try:
                    text = self._socket.recv()
                except websocket.WebSocketTimeoutException:
                    continue
                if not text:
                    break
                self._heard = time.monotonic()
                self._route(text)
        except (websocket.WebSocketException, OSError, AttributeError):
            reason = "lost"  # AttributeError: websocket-client, when another thread shuts its socket down
        finally:
            self._ended.set()
            self._on_end(self, reason)  # before those who wait are told, so that they find it known
            self.close()

    def _keep_alive(self) -> bool:
        """Ping when it is time; whether the other side has been heard of late."""
        now = time.monotonic()
        if now - self._heard > self._timing.silence:
            return False
        if now - self._pinged >= self._timing.ping:
            self._pinged = now
            self._ping_number = next(self._numbers)
            try:
                self._send(ping() | {"req_id": self._ping_number})
            except (NotSentError, NoReplyError):
                return False
        return True

    def _route(self, text: str | bytes) -> None:
        try:
            message: Any = json.loads(text, parse_float=Decimal)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            logger.warning("deriv: a message that is no JSON object was ignored")
            return
        number = message.get("req_id")
        if number == self._ping_number:
            self.latency_ms = (self._heard - self._pinged) * 1000
            return
        if not isinstance(number, int):
            return
        listener = self._listeners.get(number)
        if listener is not None and "error" not in message:
            listener(message)
        future = self._pending.get(number)
        if future is not None and not future.done():
            future.set_result(message)

    def _drop_pending(self) -> None:
        for future in list(self._pending.values()):
            future.cancel()
