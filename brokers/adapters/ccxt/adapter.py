"""Any crypto exchange that ccxt speaks, as a LiveBroker."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt import convert
from brokers.adapters.ccxt.brackets import Brackets
from brokers.adapters.ccxt.capabilities import capabilities_of
from brokers.adapters.ccxt.client import TIMEOUT_MS, Client, make_exchange
from brokers.adapters.ccxt.escalation import StopWatch
from brokers.adapters.ccxt.follow import Follower
from brokers.adapters.ccxt.history import executions_since, needs_symbol
from brokers.adapters.ccxt.instruments import instrument_of
from brokers.adapters.ccxt.leverage import Leverage
from brokers.adapters.ccxt.lookup import Lookup
from brokers.adapters.ccxt.orders import OrderDesk
from brokers.adapters.ccxt.profiles import venue_for
from brokers.adapters.ccxt.streams import Streams
from brokers.adapters.ccxt.subscriptions import Subscriptions
from brokers.adapters.ccxt.symbols import SymbolBook
from brokers.adapters.ccxt.venue import SPOT, Venue
from brokers.errors import AuthenticationFailed, BrokerError, InvalidOrder
from brokers.interface import (
    Balance,
    Candle,
    Capabilities,
    ConnectionState,
    ConnectionStatus,
    Credentials,
    Instrument,
    OrderChange,
    OrderReport,
    OrderRequest,
    Position,
    PublicTrade,
    Quote,
    Subscription,
)


class CcxtBroker:
    """One account at one exchange, on one market type: FUTURES or SPOT, as given, else as the credentials' field
    `market_type` says, else the broker's own first (mostly futures).

    `margin_mode`: cross or isolated, set with the leverage. `stop_patience`: seconds after which a stop that the market
    has passed is escalated. Raises UnknownBroker, BrokerClosed, and InvalidOrder for a test side that is not there.
    """

    def __init__(
        self,
        broker_id: str,
        credentials: Credentials,
        *,
        market_type: str = "",
        margin_mode: str = "cross",
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        timeout_ms: int = TIMEOUT_MS,
        stop_patience: float = 10.0,
        poll_seconds: float = 2.0,
        silence: float = 30.0,
        quiet: float = 20.0,
    ) -> None:
        market_type = (market_type or credentials.get("market_type")).upper()
        venue = venue_for(broker_id, market_type, credentials.environment)
        self.venue: Venue = replace(venue, margin_mode=margin_mode)
        self._credentials, self._clock, self._timeout_ms = credentials, clock, timeout_ms
        self._client = Client(self.venue, credentials, clock=clock, timeout_ms=timeout_ms)
        self._symbols: SymbolBook | None = None
        self._book_lock = threading.Lock()
        self._lookup = Lookup(self._client, self._book, clock)
        self._leverage = Leverage(self._client, margin_mode)
        self._brackets = Brackets(self._client, self._lookup, self._held, sleep=sleep)
        self._desk = OrderDesk(self._client, self._lookup, self._book, self._leverage, self._brackets, sleep=sleep)
        self.stops = StopWatch(self._client, self._lookup, seconds=stop_patience, clock=clock)
        self._follower = Follower(self._lookup, self._brackets, self.stops, self.executions_since, self._known, clock)
        self._streams = Streams(clock=clock)
        self._subscriptions = Subscriptions(self, self._streams, self._follower, poll_seconds, silence, quiet)
        self._numbers = itertools.count(1)
        self._state, self._error = ConnectionState.DISCONNECTED, ""
        self._connected_at: float | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.venue.broker_id}>"

    # --- connection

    def connect(self) -> ConnectionStatus:
        """Read the markets, then the balance: that shows whether the keys are accepted. Wrong keys are REFUSED."""
        self._state, self._error = ConnectionState.CONNECTING, ""
        try:
            self._client.markets()
            self.venue.prepared(self._client)
            self._client.read("fetch_balance")
        except AuthenticationFailed as error:
            self._state, self._error = ConnectionState.REFUSED, str(error)
        except BrokerError as error:
            self._state, self._error = ConnectionState.DISCONNECTED, str(error)
        else:
            self._state, self._connected_at = ConnectionState.CONNECTED, self._clock()
            self._leverage.forget()
        return self.get_connection_status()

    def disconnect(self) -> None:
        self._streams.close()
        self._client.close()
        self._state = ConnectionState.DISCONNECTED

    def get_connection_status(self) -> ConnectionStatus:
        health, state = self._streams.health, self._state
        if state == ConnectionState.CONNECTED:
            state = health.state
        latency = self._client.session.latency_ms
        return ConnectionStatus(
            state=state,
            latency_ms=None if latency is None else round(latency, 1),
            connected_at=self._connected_at,
            last_reconnect_at=health.last_reconnect_at,
            reconnects=health.reconnects,
            error=self._error or health.error,
        )

    def capabilities(self) -> Capabilities:
        """Read off ccxt without asking the exchange."""
        return capabilities_of(self.venue, self._pro_has(), own_stream=self._own_stream)

    _own_stream = False

    # --- orders

    def place_order(self, request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderReport:
        return self._desk.place(request, quote, instrument)

    def amend_order(self, order: OrderReport, change: OrderChange, instrument: Instrument) -> OrderReport:
        """An entry's report with stop_loss or take_profit moves its bracket, and fits it to what has filled by now."""
        return self._desk.amend(order, change, instrument)

    def cancel_order(self, symbol: str, *, order_id: str = "", client_order_id: str = "") -> OrderReport:
        return self._desk.cancel(symbol, order_id, client_order_id)

    def cancel_all_orders(self, symbol: str | None = None) -> list[OrderReport]:
        return self._desk.cancel_all(symbol)

    def get_order(
        self, symbol: str, *, order_id: str = "", client_order_id: str = "", since: float | None = None
    ) -> OrderReport | None:
        return self._desk.get(symbol, order_id, client_order_id, since)

    def open_orders(self, symbol: str | None = None) -> list[OrderReport]:
        unified = None if symbol is None else self._book().unified(symbol)
        return [self._lookup.report(found.order) for found in self._lookup.open_orders(unified)]

    def executions_since(self, since: float, symbol: str | None = None) -> list[OrderReport]:
        """Without a symbol, where the exchange tells fills by symbol only: of all symbols asked about or held."""
        if symbol is not None:
            symbols: set[str] | None = {self._book().unified(symbol)}
        elif needs_symbol(self._client.exchange.features, self.venue.market_type):
            symbols = self._book().asked() | {self._book().unified(item.symbol) for item in self.positions()}
        else:
            symbols = None
        return executions_since(self._lookup, since, symbols)

    # --- the account

    def positions(self) -> list[Position]:
        """Open positions; none on spot, where there are balances instead."""
        if self.venue.market_type == SPOT or not self._client.exchange.has.get("fetchPositions"):
            return []
        book = self._book()
        told = self._client.read("fetch_positions")
        found = (convert.position_of(item, book.ours(item.get("symbol"))) for item in told)
        return [position for position in found if position is not None]

    def get_balance(self) -> list[Balance]:
        return convert.balances_of(self._client.read("fetch_balance"))

    # --- the market

    def get_candles(
        self, symbol: str, timeframe: str, *, since_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        """Raises InvalidOrder for a timeframe that the exchange does not have."""
        if timeframe not in (self._client.exchange.timeframes or {}):
            raise InvalidOrder(f"timeframe: {self.venue.name} has no {timeframe!r} candles")
        unified = self._book().unified(symbol)
        return convert.candles_of(self._client.read("fetch_ohlcv", unified, timeframe, since_ms, limit))

    def get_instrument_info(self, symbol: str) -> Instrument:
        import ccxt

        book = self._book()
        unified = book.unified(symbol)
        mode = self._client.exchange.precisionMode
        last = self._last(unified) if mode == ccxt.SIGNIFICANT_DIGITS else 0.0
        return instrument_of(self.venue, book.market(unified), symbol, mode, last_price=last)

    def quote(self, symbol: str) -> Quote:
        """Raises BrokerUnavailable where the exchange tells no price."""
        unified = self._book().unified(symbol)
        ticker = self._client.read("fetch_ticker", unified)
        if not (ticker.get("bid") and ticker.get("ask")) and self._client.exchange.has.get("fetchBidsAsks") is True:
            told = self._client.read("fetch_bids_asks", [unified]).get(unified) or {}
            ticker = {**ticker, "bid": told.get("bid"), "ask": told.get("ask")}
        return convert.quote_of(self.venue.broker_id, symbol, ticker, self._clock())

    def _last(self, unified: str) -> float:
        ticker = self._client.read("fetch_ticker", unified)
        return float(ticker.get("last") or ticker.get("close") or ticker.get("mark") or 0.0)

    # --- subscriptions

    def subscribe_quotes(self, symbols: Sequence[str], handler: Callable[[Quote], None]) -> Subscription:
        return self._subscriptions.quotes(next(self._numbers), symbols, handler)

    def subscribe_trades(self, symbols: Sequence[str], handler: Callable[[PublicTrade], None]) -> Subscription:
        return self._subscriptions.trades(next(self._numbers), symbols, handler)

    def subscribe_orders(self, handler: Callable[[OrderReport], None]) -> Subscription:
        return self._subscriptions.orders(next(self._numbers), handler)

    def unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions.end(subscription)

    # --- inside

    def _book(self) -> SymbolBook:
        with self._book_lock:
            if self._symbols is None:
                markets = self._client.markets().values()
                own = self.venue.own_symbols
                self._symbols = SymbolBook(self.venue.name, markets, self.venue.market_type, own=own)
            return self._symbols

    def _held(self, unified: str) -> Decimal:
        """The size of the position, long or short."""
        sizes = (item.quantity for item in self.positions() if self._book().unified(item.symbol) == unified)
        return sum(sizes, Decimal(0))

    def _known(self) -> set[str]:
        """Unified symbols that were asked about."""
        return self._book().asked()

    def _pro(self) -> Any:
        """A ccxt.pro exchange that knows the markets already. Made for a session, closed with it."""
        exchange = make_exchange("ccxt.pro", self.venue, self._credentials, self._timeout_ms)
        exchange.set_markets(list(self._client.markets().values()))
        return exchange

    def _pro_has(self) -> dict[str, Any]:
        import ccxt.pro

        pro = getattr(ccxt.pro, self.venue.ccxt_id, None)
        return {**self._client.exchange.has, **(pro().has if pro is not None else {})}
