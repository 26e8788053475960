"""Listening to a topic: a Redis stream, read from where one left off, so that nothing is missed in between."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import redis

from brokers.gateway import codec, keys

logger = logging.getLogger(__name__)

WANT_MS = 30_000
_BLOCK_MS = 500
_RENEW_EVERY = 10  # reads between two renewals of interest, at most


class Listening:
    """Events from the moment this was made. While it runs, the server keeps the topic's stream going."""

    def __init__(self, client: "redis.Redis", account: str, topic: str, handler: Callable[[Any], None]) -> None:
        self._redis = client
        self._account = account
        self._topic = topic
        self._handler = handler
        self._stopped = threading.Event()
        self._last = _last_id(client, keys.events(account, topic))
        self._thread = threading.Thread(target=self._run, name=f"gateway-{topic}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is being handled is finished; nothing follows."""
        self._stopped.set()

    def join(self) -> None:
        """Wait for the end, unless it is a handler that asks."""
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=2 * _BLOCK_MS / 1000)

    def _run(self) -> None:
        reads = 0
        while not self._stopped.is_set():
            try:
                if reads % _RENEW_EVERY == 0:
                    want(self._redis, self._account, self._topic)
                key = keys.events(self._account, self._topic)
                found: Any = self._redis.xread({key: self._last}, block=_BLOCK_MS)
            except (redis.RedisError, OSError):
                logger.warning("gateway: events of %s cannot be read; trying again", self._topic)
                self._stopped.wait(1.0)
                continue
            reads += 1
            for number, fields in _entries(found):
                self._last = number
                if self._stopped.is_set():
                    return
                self._handle(fields[b"event"])

    def _handle(self, text: bytes) -> None:
        try:
            self._handler(codec.loads(text))
        except Exception as error:
            logger.warning("gateway: a handler of %s failed with %s", self._topic, type(error).__name__)


def want(client: "redis.Redis", account: str, topic: str) -> None:
    client.eval(keys.WANT, 1, keys.interest(account), topic, WANT_MS)


def _last_id(client: "redis.Redis", key: str) -> str:
    found: Any = client.xrevrange(key, count=1)
    return str(found[0][0].decode()) if found else "0-0"


def _entries(found: Any) -> list[tuple[str, dict[bytes, bytes]]]:
    """redis-py answers with a list of pairs, or with a dict of lists of lists, as the protocol's version has it."""
    if not found:
        return []
    batches = next(iter(found.values())) if isinstance(found, dict) else found[0][1]
    if batches and isinstance(batches[0], list):
        batches = batches[0]
    return [(number.decode(), fields) for number, fields in batches]
