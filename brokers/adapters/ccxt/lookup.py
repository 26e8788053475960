"""Reading orders and fills back: by the exchange's id, by ours, and those that are open."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.client import Client
from brokers.adapters.ccxt.errors import OrderMissing
from brokers.adapters.ccxt.reports import decimal_of, executions_of, report_of
from brokers.adapters.ccxt.symbols import SymbolBook
from brokers.errors import BrokerError, InvalidOrder
from brokers.interface import Execution, OrderReport

logger = logging.getLogger(__name__)

_MARGIN = 10.0  # seconds that an exchange's clock and ours may differ when fills are asked for
_HISTORY = 3 * 86_400.0
_MOST_PAGES = 50
_PRICE_LASTS = 60.0

Order = Mapping[str, Any]
_TRADED_AS = "tradedAs"  # the id under which an order's fills are told, where it is not its own


@dataclass(frozen=True, slots=True)
class Found:
    """An order, and the parameters under which it was found: a waiting trigger lives apart at some exchanges."""

    order: Order
    params: Mapping[str, Any]


class Lookup:
    """Raises BrokerUnavailable, RateLimited and AuthenticationFailed; an order that is not there is None."""

    def __init__(self, client: Client, book: Callable[[], SymbolBook], clock: Callable[[], float] = time.time) -> None:
        self.client, self.venue = client, client.venue
        self._book, self._clock = book, clock
        self._prices: dict[tuple[str, str], tuple[float, Decimal]] = {}

    def unified(self, symbol: str) -> str:
        """ccxt's symbol for ours. Raises InvalidOrder."""
        return self._book().unified(symbol)

    # --- one order

    def by_id(self, symbol: str, order_id: str) -> Found | None:
        params = dict(self.venue.find_params)
        if (order := self._fetch(order_id, symbol, params)) is not None:
            return Found(self._followed(order), {})
        for pending in self.venue.pending:
            if self.venue.fetches_pending and (order := self._fetch(order_id, symbol, {**params, **pending})):
                return Found(self._followed(order), pending)
        return next((found for found in self._waiting(symbol) if str(found.order.get("id")) == order_id), None)

    def by_client_id(self, symbol: str, client_order_id: str, since: float | None = None) -> Found | None:
        """The order that carries our id: the exchange's own look-up, else its open, closed and cancelled orders."""
        if (found := self._asked_for(symbol, client_order_id)) is not None:
            return found
        wire, venue = venue_id(self.venue, client_order_id), self.venue
        waiting = () if venue.fetches_pending and venue.find_by else self._waiting(symbol)
        for found in waiting:
            if venue.raw_client_id(found.order) == wire:
                return found
        if (venue.find_by or venue.finds_itself) and not venue.searches:
            return None
        started = self._clock() - _HISTORY if since is None else since - _MARGIN
        for order in self._history(symbol, started):
            if venue.raw_client_id(order) == wire:
                return Found(order, {})
        return None

    def _asked_for(self, symbol: str, client_order_id: str) -> Found | None:
        venue = self.venue
        if venue.finds_itself:
            try:
                own = venue.find(self.client, symbol, client_order_id)
            except OrderMissing:
                return None
            return Found(self.waiting_self(own), {}) if own else None
        if not venue.find_by:
            return None
        request = venue.find_request(client_order_id)
        if (order := self._fetch(None, symbol, request)) is not None:
            return Found(order, {})
        for pending in venue.pending if venue.fetches_pending else ():
            if order := self._fetch(None, symbol, {**request, **pending}):
                return Found(self._followed(order), pending)
        return None

    def _followed(self, order: Order) -> Order:
        """A triggered order with what the order that it became has done, under its own id."""
        successor = self.venue.successor(self.client, order)
        return order if successor is None else _as(order, successor)

    def waiting_self(self, order: Order) -> Order:
        """The other way round: what a triggered order became, under the id of the one that waited."""
        origin = self.venue.came_from(order)
        return {**order, "id": origin, _TRADED_AS: order["id"]} if origin else order

    def _fetch(self, order_id: str | None, symbol: str, params: dict[str, Any]) -> Order | None:
        try:
            order: Order = self.client.read("fetch_order", order_id, symbol, params)
        except (OrderMissing, InvalidOrder):  # some say "invalid" of an id that they do not know
            return None
        if not order or not order.get("id") or (order_id is not None and str(order["id"]) != order_id):
            return None
        return order

    # --- many orders

    def open_orders(self, symbol: str | None) -> list[Found]:
        """Working orders and waiting triggers, each once."""
        listed = self.venue.all_open(self.client) if symbol is None else None
        if listed is None:
            listed = self._list("fetch_open_orders", symbol, None, {})
        found = {str(order["id"]): Found(order, {}) for order in listed}
        for item in self._waiting(symbol):
            found.setdefault(str(item.order["id"]), item)
        return list(found.values())

    def _waiting(self, symbol: str | None) -> Iterator[Found]:
        for pending in self.venue.pending:
            for order in self._list("fetch_open_orders", symbol, None, dict(pending)):
                yield Found(order, pending)

    def _history(self, symbol: str, since: float) -> Iterator[Order]:
        """Open orders, then whatever lists of past ones the exchange has."""
        yield from self._list("fetch_open_orders", symbol, None, {})
        has = self.client.exchange.has
        if has.get("fetchOrders") is True:
            yield from self._list("fetch_orders", symbol, since, {})
            return
        for flag, method in (
            ("fetchClosedOrders", "fetch_closed_orders"),
            ("fetchCanceledOrders", "fetch_canceled_orders"),
        ):
            if has.get(flag):
                yield from self._list(method, symbol, since, {})

    def _list(self, method: str, symbol: str | None, since: float | None, params: dict[str, Any]) -> list[Order]:
        moment = None if since is None else int(since * 1000)
        return list(self.client.read(method, symbol, moment, None, params))

    # --- fills

    def fills(self, order: Order) -> tuple[Execution, ...]:
        """The order's fills, as far as the exchange tells them; also those of the order that a triggered one became."""
        told = executions_of(order.get("trades") or (), self._market(order), self.price_of)
        filled = decimal_of(order.get("filled"))
        if filled == 0 or (filled and sum(item.quantity for item in told) >= filled):
            return told
        # By the exchange's own clock where it told the order's time: then a second is margin enough.
        placed = float(order.get("timestamp") or 0) / 1000
        started = placed - 1.0 if placed else self._clock() - _HISTORY
        trades = self._trades(str(order["symbol"]), str(order.get(_TRADED_AS) or order["id"]), started)
        return executions_of([*(order.get("trades") or ()), *trades], self._market(order), self.price_of)

    def _trades(self, symbol: str, order_id: str, since: float) -> list[Order]:
        if self.venue.order_trades:
            return list(self.client.read("fetch_order_trades", order_id, symbol))
        if request := self.venue.trades_request(order_id):
            trades = self.client.read("fetch_my_trades", symbol, None, None, request)
        else:
            trades = self.my_trades(symbol, since)
        return [trade for trade in trades if str(trade.get("order")) == order_id]

    def my_trades(self, symbol: str | None, since: float) -> list[Order]:
        """The account's fills since an epoch time, page by page."""
        found: dict[str, Order] = {}
        start = cursor = round(since * 1000)
        for _ in range(_MOST_PAGES):
            page = self.client.read("fetch_my_trades", symbol, cursor, None, {})
            new = [trade for trade in page if str(trade.get("id")) not in found]
            found.update((str(trade.get("id")), trade) for trade in new)
            latest = max((int(trade["timestamp"]) for trade in new), default=cursor)
            if not new or latest <= cursor:
                break
            cursor = latest
        return [trade for trade in found.values() if float(trade.get("timestamp") or 0) >= start]

    # --- reports

    def report(
        self, order: Order, *, client_order_id: str = "", fills: tuple[Execution, ...] | None = None
    ) -> OrderReport:
        """The order with all its fills. Raises what reading them raises: no fills are not the same as none told."""
        if fills is None:
            try:
                fills = self.fills(order)
            except OrderMissing:
                fills = ()
        symbol = self._book().ours(order.get("symbol"))
        return report_of(self.venue, order, fills, symbol, client_order_id=client_order_id)

    def price_of(self, currency: str, quote: str) -> Decimal:
        """What a fee's currency is worth, from the exchange's own ticker, kept for a minute; 0 where it has none."""
        now = self._clock()
        moment, price = self._prices.get((currency, quote), (0.0, Decimal(0)))
        if now - moment < _PRICE_LASTS:
            return price
        symbol = next(
            (name for name in (f"{currency}/{quote}", f"{currency}/USDT") if name in self.client.markets()), ""
        )
        try:
            ticker = self.client.read("fetch_ticker", symbol) if symbol else {}
        except BrokerError:
            ticker = {}
        price = decimal_of(ticker.get("last")) or Decimal(0)
        if not price:
            logger.warning("%s: no price for a commission in %s", self.client.name, currency)
        self._prices[currency, quote] = (now, price)
        return price

    def _market(self, order: Order) -> Mapping[str, Any]:
        return self._book().market(str(order["symbol"]))


def _as(waiting: Order, successor: Order) -> Order:
    kept = ("id", "clientOrderId", "info", "type", "triggerPrice", "stopLossPrice", "takeProfitPrice", "reduceOnly")
    return {**successor, **{name: waiting.get(name) for name in kept}, _TRADED_AS: successor["id"]}


def venue_id(venue: Any, client_order_id: str) -> str:
    """Our id in the exchange's form."""
    return str(venue.wire_id(client_order_id))
