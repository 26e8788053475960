"""Following the account's orders: each change is told once, a leg that fills takes its sibling along."""

import logging
import threading
import time
from collections.abc import Callable
from decimal import Decimal

from brokers.adapters.ccxt.brackets import Brackets
from brokers.adapters.ccxt.client_ids import Role, leg_of, parse_leg
from brokers.adapters.ccxt.escalation import StopWatch
from brokers.adapters.ccxt.lookup import Lookup, Order
from brokers.errors import BrokerError, BrokerUnavailable, RateLimited
from brokers.interface import OrderReport, OrderStatus

logger = logging.getLogger(__name__)

_DONE = frozenset({"closed", "canceled", "expired"})
_MARGIN = 5.0  # seconds that are read twice: a fill in the moment of the break is told late, never not
_MOST_REMEMBERED = 5000

Handler = Callable[[OrderReport], None]


class Follower:
    """`executions_since` reads the account's fills over REST, `known_symbols` are unified.

    Handlers run one at a time, on the caller's thread.
    """

    def __init__(
        self,
        lookup: Lookup,
        brackets: Brackets,
        stops: StopWatch,
        executions_since: Callable[[float], list[OrderReport]],
        known_symbols: Callable[[], set[str]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._lookup, self._brackets, self._stops = lookup, brackets, stops
        self._executions_since, self._known_symbols, self._clock = executions_since, known_symbols, clock
        self._handlers: dict[int, Handler] = {}
        self._told: dict[str, tuple[OrderStatus, Decimal, Decimal | None]] = {}
        self._open: dict[str, str] = {}
        self._unsettled: dict[str, Order] = {}
        self._lock = threading.RLock()
        self.last_known = clock()

    def add(self, number: int, handler: Handler) -> None:
        with self._lock:
            if not self._handlers:
                self.last_known = self._clock()
            self._handlers[number] = handler

    def remove(self, number: int) -> bool:
        """Whether nobody listens any more."""
        with self._lock:
            self._handlers.pop(number, None)
            return not self._handlers

    def saw(self, order: Order) -> None:
        """An order as the exchange pushed it; its fills are read over REST.

        One that is said to be done, but whose fills do not show it yet, is read again, now and as long as it takes.
        """
        order = self._lookup.waiting_self(order)
        order_id = str(order["id"])
        try:
            report = self._lookup.report(order)
            if order.get("status") in _DONE and not report.status.is_final:
                found = self._lookup.by_id(str(order["symbol"]), order_id)
                if found is not None:
                    order, report = found.order, self._lookup.report(found.order)
        except (BrokerUnavailable, RateLimited) as error:
            logger.warning("%s: an order's fills could not be read (%s)", self._lookup.venue.name, error.code)
            self._unsettled[order_id] = order
            return
        if order.get("status") in _DONE and not report.status.is_final:
            self._unsettled[order_id] = order
        else:
            self._unsettled.pop(order_id, None)
        self.tell(report, order)

    @property
    def unsettled(self) -> bool:
        """Whether an order is done whose fills are still to be told."""
        return bool(self._unsettled)

    def settle(self) -> None:
        for order in list(self._unsettled.values()):
            self.saw(order)

    def catch_up(self) -> None:
        """Tell what happened since the last known moment: fills, then what became of orders that were open.

        Raises what reading raises: the moment then stays as it was, and the next time reads from there.
        """
        started = self._clock()
        for report in self._executions_since(self.last_known - _MARGIN):
            self.tell(report)
        # By symbol: asked for all at once, some exchanges charge as for forty calls.
        symbols = sorted({*self._open.values(), *self._known_symbols()})
        shown = [item for symbol in symbols for item in self._lookup.open_orders(symbol)]
        still_open = {str(item.order["id"]) for item in shown}
        for order_id, unified in list(self._open.items()):
            if order_id not in still_open and (found := self._lookup.by_id(unified, order_id)) is not None:
                self.saw(found.order)
            elif order_id not in still_open:
                self._open.pop(order_id, None)
        for item in shown:
            self.saw(item.order)
        self.last_known = started

    def begin(self) -> None:
        """Take note of the orders that are open as we start to follow."""
        for item in self._lookup.open_orders(None):
            report = self._lookup.report(item.order)
            self._remember(report, item.order)

    def tell(self, report: OrderReport, order: Order | None = None) -> None:
        with self._lock:
            if not self._remember(report, order):
                return
            for handler in list(self._handlers.values()):
                try:
                    handler(report)
                except Exception:
                    logger.exception("a handler of order reports failed")
        if report.executions and not report.reduce_only and order is not None:
            self._grow(report, str(order["symbol"]))
        if report.status == OrderStatus.FILLED or (report.status.is_final and report.executions):
            self._untie(report, order)

    def _remember(self, report: OrderReport, order: Order | None) -> bool:
        """Whether the report says something new."""
        state = (report.status, report.filled_quantity, report.stop_price)
        if self._told.get(report.order_id) == state:
            return False
        self._told.pop(report.order_id, None)
        self._told[report.order_id] = state
        while len(self._told) > _MOST_REMEMBERED:
            self._told.pop(next(iter(self._told)))
        if report.status.is_final:
            self._open.pop(report.order_id, None)
        elif order is not None:
            self._open[report.order_id] = str(order["symbol"])
        self._stops.see(report, None if order is None else str(order["symbol"]))
        return True

    def _grow(self, entry: OrderReport, unified: str) -> None:
        """An entry has filled further: the legs that we tied to it grow along."""
        venue = self._lookup.venue
        if venue.native_bracket or not venue.holds_stops or parse_leg(entry.client_order_id) is not None:
            return
        try:
            self._brackets.grow(entry, unified)
        except BrokerError as error:
            logger.warning("%s: an entry's legs could not be fitted to its fills (%s)", venue.name, error.code)

    def _untie(self, report: OrderReport, order: Order | None) -> None:
        """A stop, a target or another exit has filled: what it leaves behind goes."""
        venue = self._lookup.venue
        wire = venue.raw_client_id(order) if order is not None else ""
        wire = wire or (venue.wire_id(report.client_order_id) if report.client_order_id else "")
        named = leg_of(wire, venue.id_format) if wire else None
        ours = named is not None and named[0] in (Role.STOP, Role.TARGET)
        if not ours and not report.reduce_only:
            return
        try:
            unified = str(order["symbol"]) if order is not None else self._lookup.unified(report.symbol)
            self._brackets.sweep(unified, wire if ours else "")
        except BrokerError as error:
            logger.warning("%s: a filled leg's sibling could not be cancelled (%s)", venue.name, error.code)
