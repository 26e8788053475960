"""A stop that the market has passed and that does not fill: closed at market instead."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from brokers.adapters.ccxt.client import Client
from brokers.adapters.ccxt.client_ids import Role, leg_id, parse_leg
from brokers.adapters.ccxt.errors import OrderMissing
from brokers.adapters.ccxt.lookup import Lookup, Order
from brokers.errors import BrokerError, InvalidOrder
from brokers.interface import OrderReport, OrderType, Side
from brokers.rules.order_limits import stop_is_passed

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Watched:
    report: OrderReport
    unified: str
    passed_since: float | None = None
    left: Decimal | None = None  # once it is taken away: what is to be closed
    sent: bool = False


class StopWatch:
    """Our own stops that wait at the exchange. One whose trigger the last price has passed for `seconds`, and which has
    still not filled, is cancelled, and what it leaves open is closed at market, reduce-only.
    """

    def __init__(
        self, client: Client, lookup: Lookup, *, seconds: float = 10.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._client, self._lookup = client, lookup
        self._seconds, self._clock = seconds, clock
        self._stops: dict[str, _Watched] = {}
        self._lock = threading.Lock()

    def see(self, report: OrderReport, unified: str | None) -> None:
        """Watch a stop of ours that is open, and leave one that is done."""
        leg = parse_leg(report.client_order_id)
        ours = report.client_order_id.startswith("sg") or (leg is not None and leg.role == Role.STOP)
        with self._lock:
            known = self._stops.get(report.order_id)
            if report.status.is_final and (known is None or known.left is None):
                self._stops.pop(report.order_id, None)
            elif ours and unified and report.type == OrderType.STOP and report.stop_price and report.side:
                known = self._stops.setdefault(report.order_id, _Watched(report, unified))
                known.report = report

    def symbols(self) -> set[str]:
        """Unified symbols with a stop to watch."""
        with self._lock:
            return {item.unified for item in self._stops.values()}

    def price(self, unified: str, last: float) -> list[OrderReport]:
        """The last price: the stops that were escalated upon it."""
        now, late = self._clock(), []
        with self._lock:
            for item in self._stops.values():
                if item.unified != unified or item.report.stop_price is None:
                    continue
                if not stop_is_passed(item.report.side == Side.BUY, float(item.report.stop_price), last):
                    item.passed_since = None
                elif item.passed_since is None:
                    item.passed_since = now
                elif now - item.passed_since >= self._seconds:
                    late.append(item)
        return [report for item in late if (report := self._escalate(item)) is not None]

    def _escalate(self, item: _Watched) -> OrderReport | None:
        """Take the stop away and close what it left open. What fails is tried again at the next price."""
        venue = self._client.venue
        try:
            if item.left is None:
                item.left = self._take_away(item)
            if item.left <= 0 or item.report.side is None:
                self._forget(item.report.order_id)
                return None
            order, new_id = self._close(item, item.left)
        except BrokerError as error:
            logger.warning("%s: a late stop on %s is not escalated yet: %s", venue.name, item.report.symbol, error)
            return None
        self._forget(item.report.order_id)
        logger.error(
            "%s: the stop at %s on %s did not fill for %g s: closed at market",
            venue.name, item.report.stop_price, item.report.symbol, self._seconds,
        )  # fmt: skip
        return self._lookup.report(dict(order) | {"symbol": item.unified}, client_order_id=new_id, fills=())

    def _take_away(self, item: _Watched) -> Decimal:
        """Cancel the stop: the quantity that it left open, 0 where it was done already."""
        order_id = item.report.order_id
        found = self._lookup.by_id(item.unified, order_id)
        report = self._lookup.report(found.order) if found else item.report
        if found is None or report.status.is_final:
            return Decimal(0)
        try:
            self._client.act("cancel_order", order_id, item.unified, dict(found.params))
        except (OrderMissing, InvalidOrder):
            return Decimal(0)  # it has filled in this very moment
        return (report.quantity or item.report.quantity or Decimal(0)) - report.filled_quantity

    def _close(self, item: _Watched, left: Decimal) -> tuple[Order, str]:
        """The market order in the stop's place: one that a try before this one has sent already, or a new one."""
        venue, new_id = self._client.venue, leg_id(item.report.client_order_id, Role.ESCALATION)
        if item.sent and (found := self._lookup.by_client_id(item.unified, new_id)) is not None:
            return found.order, new_id
        params = venue.exit_params(new_id)
        item.sent = True
        side = str(item.report.side).lower()
        return self._client.act("create_order", item.unified, "market", side, float(left), None, params), new_id

    def _forget(self, order_id: str) -> None:
        with self._lock:
            self._stops.pop(order_id, None)
