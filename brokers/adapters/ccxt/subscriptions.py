"""Who listens to what: sessions are started with the first listener and end with the last."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from brokers.adapters.ccxt import convert
from brokers.adapters.ccxt.follow import Follower
from brokers.adapters.ccxt.polling import Poller
from brokers.adapters.ccxt.streams import Streams
from brokers.adapters.ccxt.watching import Watcher
from brokers.errors import BrokerError
from brokers.interface import OrderReport, PublicTrade, Quote, Subscription

if TYPE_CHECKING:
    from brokers.adapters.ccxt.adapter import CcxtBroker

logger = logging.getLogger(__name__)

T = TypeVar("T")
ORDERS, STOPS = "orders", "stops"


class Subscriptions:
    """Watches over ccxt.pro where the exchange's `has` says so, and polls where it does not."""

    def __init__(
        self,
        broker: "CcxtBroker",
        streams: Streams,
        follower: Follower,
        poll_seconds: float,
        silence: float,
        quiet: float,
    ) -> None:
        self._broker, self._streams, self._follower = broker, streams, follower
        self._poller = Poller(streams, every=poll_seconds)
        self._watcher = Watcher(streams, broker._pro, silence=silence, quiet=quiet)
        self._topics: dict[int, list[str]] = {}
        self._lock = threading.Lock()
        self._has: dict[str, Any] | None = None

    def quotes(self, number: int, symbols: Sequence[str], handler: Callable[[Quote], None]) -> Subscription:
        by_unified = {self._broker._book().unified(symbol): symbol for symbol in symbols}
        tell = _safely(handler)

        def told(answer: Any) -> None:
            tickers = answer.values() if "symbol" not in answer else [answer]
            for ticker in tickers:
                if (symbol := by_unified.get(str(ticker.get("symbol")))) is not None:
                    self._tell_quote(symbol, str(ticker["symbol"]), ticker, tell)

        method = self._method("watchBidsAsks", "watchTickers")
        if method is not None:
            topic = f"quotes {number}"
            arguments = (list(by_unified),)
            self._streams.start(topic, lambda: self._watcher.messages(topic, method, arguments, told))
            return self._note(number, [topic])
        if self._can("watchTicker"):
            return self._each(number, "quotes", by_unified, "watch_ticker", told)
        topic = f"quotes {number}"
        read, names = self._broker.quote, list(symbols)
        self._streams.start(topic, lambda: self._poller.quotes(topic, read, names, tell))
        return self._note(number, [topic])

    def trades(self, number: int, symbols: Sequence[str], handler: Callable[[PublicTrade], None]) -> Subscription:
        by_unified = {self._broker._book().unified(symbol): symbol for symbol in symbols}
        tell, venue = _safely(handler), self._broker.venue.broker_id

        def told(trades: Any) -> None:
            for item in trades:
                symbol = by_unified.get(str(item.get("symbol")))
                if symbol and (trade := convert.trade_of(venue, symbol, item)) is not None:
                    tell(trade)

        if self._can("watchTrades"):
            return self._each(number, "trades", by_unified, "watch_trades", told)
        topic, seen = f"trades {number}", dict[str, set[str]]()

        def look() -> None:
            """Those that were not there at the last look; at the first look, none: they are history."""
            for unified in by_unified:
                found = {_mark(item): item for item in self._broker._client.read("fetch_trades", unified)}
                known = seen.get(unified, set(found))
                told([item for mark, item in found.items() if mark not in known])
                seen[unified] = set(found)

        self._streams.start(topic, lambda: self._poller.repeat(topic, look))
        return self._note(number, [topic])

    def orders(self, number: int, handler: Callable[[OrderReport], None]) -> Subscription:
        self._follower.add(number, handler)
        topic = f"{ORDERS} {number}"
        with self._lock:
            running = any(name.startswith(ORDERS) for names in self._topics.values() for name in names)
        if not running:
            self.start_orders(topic)
            last, tell = self._broker._last, self._follower.tell
            self._streams.start(STOPS, lambda: self._poller.stops(self._broker.stops, last, tell))
        return self._note(number, [topic])

    def start_orders(self, topic: str) -> None:
        """The account's order stream, or its polling."""
        try:
            self._follower.begin()
        except BrokerError as error:
            logger.warning("%s: open orders could not be read at first (%s)", self._broker.venue.name, error.code)
        if self._can("watchOrders"):
            self._streams.start(topic, lambda: self._watcher.orders(topic, self._follower))
        else:
            self._streams.start(topic, lambda: self._poller.orders(topic, self._follower))

    def end(self, subscription: Subscription) -> None:
        with self._lock:
            topics = self._topics.pop(subscription.number, [])
        if any(topic.startswith(ORDERS) for topic in topics) and not self._follower.remove(subscription.number):
            with self._lock:  # others still listen: the session goes on under one of their numbers
                self._topics[next(iter(self._topics))].extend(topics)
            return
        for topic in [*topics, *([STOPS] if any(name.startswith(ORDERS) for name in topics) else [])]:
            self._streams.stop(topic)

    def _each(
        self, number: int, kind: str, by_unified: dict[str, str], method: str, told: Callable[[Any], None]
    ) -> Subscription:
        """A session for each symbol."""
        topics = []
        for unified, symbol in by_unified.items():
            topic = f"{kind} {number} {symbol}"

            async def session(name: str = topic, asked: str = unified) -> None:
                await self._watcher.messages(name, method, (asked,), told)

            self._streams.start(topic, session)
            topics.append(topic)
        return self._note(number, topics)

    def _tell_quote(self, symbol: str, unified: str, ticker: Any, tell: Callable[[Quote], None]) -> None:
        try:
            quote = convert.quote_of(self._broker.venue.broker_id, symbol, ticker, self._broker._clock())
        except BrokerError:
            return  # half a ticker: the next one is whole
        tell(quote)

    def _note(self, number: int, topics: list[str]) -> Subscription:
        with self._lock:
            self._topics[number] = topics
        return Subscription(number, topics[0] if topics else "")

    def _can(self, flag: str) -> bool:
        if self._has is None:
            self._has = self._broker._pro_has()
        return self._has.get(flag) is True

    def _method(self, *flags: str) -> str | None:
        """ccxt.pro's method of the first flag that the exchange has."""
        import re

        found = next((flag for flag in flags if self._can(flag)), None)
        return re.sub(r"([A-Z])", r"_\1", found).lower() if found else None


def _mark(trade: Any) -> str:
    """What tells a public trade from others, also where the exchange numbers none."""
    return str(trade.get("id") or [trade.get(name) for name in ("timestamp", "side", "price", "amount")])


def _safely(handler: Callable[[T], None]) -> Callable[[T], None]:
    """A handler whose own errors end nobody's stream."""

    def tell(value: T) -> None:
        try:
            handler(value)
        except Exception:
            logger.exception("a handler of a stream failed")

    return tell
