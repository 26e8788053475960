"""Streams: one at the broker for each topic, however many listen, and back again after a reconnect."""

import contextlib
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from brokers.adapters.deriv.connection import Connection
from brokers.adapters.deriv.errors import AlreadySubscribed
from brokers.adapters.deriv.frames import Frame, Message, forget
from brokers.errors import BrokerError
from brokers.interface import Subscription

Handler = Callable[[Message], None]


@dataclass(slots=True)
class _Stream:
    frame: Frame
    handlers: dict[int, Handler] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)  # Deriv's, as told in `subscription.id`


class SubscriptionBook:
    """Handlers run on the connection's thread of callbacks, in the order of the messages."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._streams: dict[str, _Stream] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()  # guards the table; never held during a call
        self._calling = threading.RLock()  # one subscribe or forget at a time

    def add(self, topic: str, frame: Frame, handler: Handler) -> Subscription:
        """Listen to a topic; the first to do so has Deriv start it. Raises what the call raises."""
        subscription = Subscription(next(self._numbers), topic)
        with self._calling:
            with self._lock:
                stream = self._streams.get(topic)
                is_new = stream is None
                if stream is None:
                    stream = self._streams[topic] = _Stream(frame)
                stream.handlers[subscription.number] = handler
            if is_new:
                try:
                    self._start(topic, frame)
                except BrokerError:
                    with self._lock:
                        self._streams.pop(topic, None)
                    raise
        return subscription

    def remove(self, subscription: Subscription) -> None:
        """Stop listening; the last to do so has Deriv forget the stream."""
        with self._calling:
            with self._lock:
                stream = self._streams.get(subscription.topic)
                if stream is None or stream.handlers.pop(subscription.number, None) is None or stream.handlers:
                    return
                del self._streams[subscription.topic]
            for stream_id in stream.ids:
                with contextlib.suppress(BrokerError):  # a connection that is gone has no streams
                    self._connection.call(forget(stream_id))

    def restore(self) -> None:
        with self._lock:
            streams = list(self._streams.items())
            for _, stream in streams:
                stream.ids.clear()
        for topic, stream in streams:
            self._start(topic, stream.frame)

    def topics(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._streams)

    def _start(self, topic: str, frame: Frame) -> None:
        with contextlib.suppress(AlreadySubscribed):  # its messages still come, under the number it was begun with
            self._connection.call(frame, listener=lambda message: self._heard(topic, message))

    def _heard(self, topic: str, message: Message) -> None:
        stream_id = message.get("subscription")
        with self._lock:
            stream = self._streams.get(topic)
            if stream is None:
                return
            if isinstance(stream_id, dict) and stream_id.get("id"):
                stream.ids.add(str(stream_id["id"]))
            handlers = list(stream.handlers.values())
        for handler in handlers:
            self._connection.post(lambda handler=handler: handler(message))  # type: ignore[misc]
