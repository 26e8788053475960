"""The topics of one account that somebody wants: subscribed at its broker, and told through Redis streams."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import redis

from brokers.errors import BrokerError, InvalidOrder
from brokers.gateway import codec, keys
from brokers.gateway.events import want
from brokers.interface import LiveBroker, Subscription

logger = logging.getLogger(__name__)

KEPT_EVENTS = {keys.ORDERS: 5_000, keys.QUOTES: 200, keys.TRADES: 1_000}
_STREAM_KEPT_MS = 86_400_000


class Publisher:
    """Follows what is wanted, so that a server that takes over brings every stream back by itself."""

    def __init__(self, client: "redis.Redis", account: str) -> None:
        self._redis = client
        self._account = account
        self._running: dict[str, tuple[LiveBroker, Subscription]] = {}
        self._lock = threading.Lock()

    def watch(self, broker: LiveBroker, topic: str) -> bool:
        """Begin the topic, for a listener that has just come. Raises what the broker raises."""
        want(self._redis, self._account, topic)
        with self._lock:
            self._begin(broker, topic)
        return True

    def follow(self, broker_of: Callable[[], LiveBroker]) -> None:
        """Begin what is wanted, on the adapter of now, and end what is not wanted any more."""
        found: Any = self._redis.eval(keys.WANTED, 1, keys.interest(self._account))
        wanted = {topic.decode() for topic in found}
        with self._lock:
            for topic in [topic for topic in self._running if topic not in wanted]:
                self._end(topic)
            for topic in sorted(wanted):
                try:
                    self._begin(broker_of(), topic)
                except BrokerError as error:
                    logger.warning("gateway: %s cannot be streamed (%s)", topic, type(error).__name__)

    def end(self) -> None:
        with self._lock:
            for topic in list(self._running):
                self._end(topic)

    def _begin(self, broker: LiveBroker, topic: str) -> None:
        running = self._running.get(topic)
        if running is not None and running[0] is broker:
            return
        self._running[topic] = (broker, self._subscribe(broker, topic))

    def _end(self, topic: str) -> None:
        broker, subscription = self._running.pop(topic)
        broker.unsubscribe(subscription)

    def _subscribe(self, broker: LiveBroker, topic: str) -> Subscription:
        name, _, symbol = topic.partition(":")
        tell = self._teller(name, topic)
        if name == keys.ORDERS:
            return broker.subscribe_orders(tell)
        if name == keys.QUOTES:
            return broker.subscribe_quotes([symbol], tell)
        if name == keys.TRADES:
            return broker.subscribe_trades([symbol], tell)
        raise InvalidOrder(f"topic: there is no stream {topic!r}")

    def _teller(self, name: str, topic: str) -> Callable[[Any], None]:
        key = keys.events(self._account, topic)

        def tell(event: Any) -> None:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.xadd(key, {"event": codec.dumps(event)}, maxlen=KEPT_EVENTS[name], approximate=True)
                pipe.pexpire(key, _STREAM_KEPT_MS)
                pipe.execute()

        return tell
