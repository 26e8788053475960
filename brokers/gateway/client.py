"""The worker's side: a LiveBroker whose calls are requests to the process that holds the connection."""

import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import redis

from brokers.errors import BrokerUnavailable, OutcomeUnknown
from brokers.gateway import codec, keys
from brokers.gateway.events import Listening
from brokers.interface import (
    Balance,
    Candle,
    Capabilities,
    ConnectionState,
    ConnectionStatus,
    Instrument,
    OrderChange,
    OrderReport,
    OrderRequest,
    Position,
    PublicTrade,
    Quote,
    Subscription,
)

_CLAIM_KEPT_MS = 600_000
_WAIT_SECONDS = 1.0


class GatewayBroker:
    """`account` is the reference that the server resolves; `timeout` in seconds.

    A reply that does not come in time raises OutcomeUnknown for what may have changed something, BrokerUnavailable for
    a read. While no server holds the account, every call raises BrokerUnavailable: nothing was sent.
    """

    def __init__(self, client: "redis.Redis", account: str, *, timeout: float = 15.0) -> None:
        self._redis = client
        self._account = account
        self._timeout = timeout
        self._capabilities: Capabilities | None = None
        self._numbers = itertools.count(1)
        self._listening: dict[int, list[Listening]] = {}
        self._lock = threading.Lock()

    def capabilities(self) -> Capabilities:
        if self._capabilities is None:
            self._capabilities = self._ask("capabilities")
        return self._capabilities

    def connect(self) -> ConnectionStatus:
        """The state of the shared connection; making it is its server's own doing."""
        status: ConnectionStatus = self._ask("get_connection_status")
        return status

    def disconnect(self) -> None:
        """End what this object listens to; the shared connection stays."""
        with self._lock:
            parts = [part for group in self._listening.values() for part in group]
            self._listening.clear()
        _end(parts)

    def get_connection_status(self) -> ConnectionStatus:
        try:
            return self.connect()
        except BrokerUnavailable as error:
            return ConnectionStatus(ConnectionState.DISCONNECTED, error=str(error))

    def place_order(self, request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderReport:
        report: OrderReport = self._ask("place_order", request, quote, instrument)
        return report

    def amend_order(self, order: OrderReport, change: OrderChange, instrument: Instrument) -> OrderReport:
        report: OrderReport = self._ask("amend_order", order, change, instrument)
        return report

    def cancel_order(self, symbol: str, *, order_id: str = "", client_order_id: str = "") -> OrderReport:
        report: OrderReport = self._ask("cancel_order", symbol, order_id=order_id, client_order_id=client_order_id)
        return report

    def cancel_all_orders(self, symbol: str | None = None) -> list[OrderReport]:
        reports: list[OrderReport] = self._ask("cancel_all_orders", symbol)
        return reports

    def get_order(
        self, symbol: str, *, order_id: str = "", client_order_id: str = "", since: float | None = None
    ) -> OrderReport | None:
        found: OrderReport | None = self._ask(
            "get_order", symbol, order_id=order_id, client_order_id=client_order_id, since=since
        )
        return found

    def open_orders(self, symbol: str | None = None) -> list[OrderReport]:
        reports: list[OrderReport] = self._ask("open_orders", symbol)
        return reports

    def executions_since(self, since: float, symbol: str | None = None) -> list[OrderReport]:
        reports: list[OrderReport] = self._ask("executions_since", since, symbol)
        return reports

    def positions(self) -> list[Position]:
        found: list[Position] = self._ask("positions")
        return found

    def get_balance(self) -> list[Balance]:
        found: list[Balance] = self._ask("get_balance")
        return found

    def get_candles(
        self, symbol: str, timeframe: str, *, since_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        found: list[Candle] = self._ask("get_candles", symbol, timeframe, since_ms=since_ms, limit=limit)
        return found

    def get_instrument_info(self, symbol: str) -> Instrument:
        found: Instrument = self._ask("get_instrument_info", symbol)
        return found

    def quote(self, symbol: str) -> Quote:
        found: Quote = self._ask("quote", symbol)
        return found

    def subscribe_quotes(self, symbols: Sequence[str], handler: Callable[[Quote], None]) -> Subscription:
        return self._listen(keys.QUOTES, [f"{keys.QUOTES}:{symbol}" for symbol in dict.fromkeys(symbols)], handler)

    def subscribe_trades(self, symbols: Sequence[str], handler: Callable[[PublicTrade], None]) -> Subscription:
        return self._listen(keys.TRADES, [f"{keys.TRADES}:{symbol}" for symbol in dict.fromkeys(symbols)], handler)

    def subscribe_orders(self, handler: Callable[[OrderReport], None]) -> Subscription:
        return self._listen(keys.ORDERS, [keys.ORDERS], handler)

    def unsubscribe(self, subscription: Subscription) -> None:
        with self._lock:
            parts = self._listening.pop(subscription.number, [])
        _end(parts)

    def _listen(self, name: str, topics: list[str], handler: Callable[[Any], None]) -> Subscription:
        parts: list[Listening] = []
        try:
            for topic in topics:
                part = Listening(self._redis, self._account, topic, handler)  # from now on, then ask for the stream
                parts.append(part)
                self._ask(keys.WATCH, topic)
        except BaseException:
            _end(parts)
            raise
        for part in parts:
            part.start()
        with self._lock:
            subscription = Subscription(next(self._numbers), name)
            self._listening[subscription.number] = parts
        return subscription

    def _ask(self, method: str, *arguments: Any, **options: Any) -> Any:
        request_id = uuid.uuid4().hex
        body = codec.dumps(list(arguments)), {name: codec.dumps(value) for name, value in options.items()}
        request = json.dumps({"id": request_id, "account": self._account, "method": method, "arguments": body})
        text = self._reply_to(request_id, request, is_write=method in keys.WRITES)
        if text is None:
            if method in keys.WRITES:
                raise OutcomeUnknown(f"No answer to {method} came in time: it may have been done.")
            raise BrokerUnavailable(f"No answer to {method} came in time.")
        row = json.loads(text)
        if "error" in row:
            raise codec.load_error(row["error"])
        return codec.loads(row["result"])

    def _wait_for(self, key: str) -> Any:
        """In short waits: a client of Redis gives up on a command that takes longer than its socket timeout."""
        deadline = time.monotonic() + self._timeout
        answer: Any = None
        while answer is None and (left := deadline - time.monotonic()) > 0:
            answer = self._redis.blpop([key], timeout=max(0.01, min(_WAIT_SECONDS, left)))
        return answer

    def _reply_to(self, request_id: str, request: str, *, is_write: bool) -> bytes | None:
        """The reply, or None; after that the request is not executed any more, if it has not been."""
        milliseconds = int(self._timeout * 1000)
        sent = False
        try:
            served: Any = self._redis.eval(
                keys.PUSH, 2, keys.owner(self._account), keys.queue(self._account), request, milliseconds
            )
            if not served:
                raise BrokerUnavailable(f"No process holds the connection of account {self._account}.")
            sent = True
            answer = self._wait_for(keys.reply(request_id))
            if answer is None:
                self._redis.set(keys.claim(request_id), "withdrawn", nx=True, px=_CLAIM_KEPT_MS)
        except (redis.RedisError, OSError):
            if is_write:  # the request may have been queued although the answer to that was lost
                raise OutcomeUnknown("Redis was lost while the order was under way.") from None
            reached = "was lost" if sent else "cannot be reached"
            raise BrokerUnavailable(f"Redis {reached}.") from None
        return None if answer is None else bytes(answer[1])


def _end(parts: Sequence[Listening]) -> None:
    for part in parts:
        part.stop()
    for part in parts:
        part.join()
