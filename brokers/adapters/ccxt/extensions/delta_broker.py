"""Delta Exchange with its private stream."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from brokers.adapters.ccxt import convert
from brokers.adapters.ccxt.adapter import CcxtBroker
from brokers.adapters.ccxt.extensions.delta_stream import PRIVATE, DeltaStream, Message
from brokers.endpoints import delta_socket
from brokers.errors import BrokerError
from brokers.interface import Credentials, OrderReport, Quote, Subscription

logger = logging.getLogger(__name__)


class DeltaBroker(CcxtBroker):
    """CcxtBroker, but for the streams: those of its orders and tickers are ours."""

    _own_stream = True

    def __init__(
        self, broker_id: str, credentials: Credentials, *, heartbeat_limit: float = 35.0, **options: Any
    ) -> None:
        super().__init__(broker_id, credentials, **options)
        self._limit = heartbeat_limit
        self._sockets: dict[int, DeltaStream] = {}
        self._listening: set[int] = set()
        self._account_socket: DeltaStream | None = None

    def subscribe_orders(self, handler: Callable[[OrderReport], None]) -> Subscription:
        number = next(self._numbers)
        self._follower.add(number, handler)
        self._listening.add(number)
        if self._account_socket is None:
            self._book()
            self._follower.begin()
            channels = [(name, ["all"]) for name in PRIVATE]
            # After every reconnect the account is read over REST first, before anything new is told.
            self._account_socket = self._socket(
                "orders", channels, self._account_message, on_ready=self._caught_up, signed=True
            )
            last, tell = self._last, self._follower.tell
            self._streams.start("stops", lambda: self._subscriptions._poller.stops(self.stops, last, tell))
        return Subscription(number, "orders")

    def subscribe_quotes(self, symbols: Sequence[str], handler: Callable[[Quote], None]) -> Subscription:
        number, book = next(self._numbers), self._book()
        names = {str(book.market(book.unified(symbol))["id"]): symbol for symbol in symbols}

        def told(message: Message) -> None:
            symbol = names.get(str(message.get("symbol")))
            if symbol is None:
                return
            try:
                ticker = self._client.exchange.parse_ticker(dict(message), book.market(book.unified(symbol)))
                quote = convert.quote_of(self.venue.broker_id, symbol, ticker, self._clock())
            except BrokerError:
                return
            handler(quote)

        self._sockets[number] = self._socket(f"quotes {number}", [("v2/ticker", list(names))], told)
        return Subscription(number, f"quotes {number}")

    def unsubscribe(self, subscription: Subscription) -> None:
        if (socket := self._sockets.pop(subscription.number, None)) is not None:
            socket.stop()
            self._streams.health.ended(subscription.topic)
        elif subscription.number in self._listening:
            self._listening.discard(subscription.number)
            if self._follower.remove(subscription.number):
                self._end_account_socket()
        else:
            super().unsubscribe(subscription)

    def disconnect(self) -> None:
        for socket in self._sockets.values():
            socket.stop()
        self._sockets.clear()
        self._end_account_socket()
        super().disconnect()

    def _end_account_socket(self) -> None:
        if self._account_socket is not None:
            self._account_socket.stop()
            self._account_socket = None
            self._streams.health.ended("orders")
            self._streams.stop("stops")

    def _socket(
        self,
        topic: str,
        channels: Sequence[tuple[str, Sequence[str]]],
        on_message: Callable[[Message], None],
        *,
        on_ready: Callable[[], None] = lambda: None,
        signed: bool = False,
    ) -> DeltaStream:
        health = self._streams.health

        def state(up: bool, why: str) -> None:
            health.works(topic) if up else health.broke(topic, f"{topic}: {why}")

        stream = DeltaStream(
            delta_socket(self._credentials.environment),
            key=self._credentials.get("api_key") if signed else "",
            secret=self._credentials.get("api_secret") if signed else "",
            on_message=on_message,
            on_ready=on_ready,
            on_state=state,
            channels=channels,
            offset=lambda: float(self._client.exchange.options.get("clockOffset") or 0.0),
            heartbeat_limit=self._limit,
            clock=self._clock,
        )
        stream.start()
        return stream

    def _caught_up(self) -> None:
        self.venue.prepared(self._client)  # the clocks may have drifted apart while we were away
        self._follower.catch_up()

    def _account_message(self, message: Message) -> None:
        """An order or a fill: the order is read again, so that what is told is whole."""
        kind = message.get("type")
        order_id = message.get("order_id") or (message.get("id") if kind == "orders" else None)
        symbol = message.get("symbol") or message.get("product_symbol")
        if kind not in ("orders", "user_trades") or not order_id or not symbol:
            return
        try:
            unified = self._book().unified(str(symbol))
            found = self._lookup.by_id(unified, str(order_id))
            if found is not None:
                self._follower.saw(found.order)
        except BrokerError as error:
            logger.warning("an order of Delta's stream could not be read (%s)", error.code)
            self._follower.catch_up()
