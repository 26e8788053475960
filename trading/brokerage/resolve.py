"""Orders whose outcome is not known: looked up at the broker, and settled by what it knows. Never sent again."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from brokers.errors import BrokerError
from brokers.interface import OrderReport
from trading.brokerage import after
from trading.brokerage.apply import apply_report, locked, refuse_order
from trading.brokerage.connections import live_broker
from trading.market import wall_now
from trading.models import Order, OrderPurpose, OrderStatus, TradeStatus

logger = logging.getLogger(__name__)

LOOK_AFTER = timedelta(seconds=5)
NEVER_ARRIVED = timedelta(seconds=30)  # beyond every request timeout and signature window: it is not on its way
_OVERLAP = timedelta(seconds=60)
_AT_ONCE = 200


def unresolved_orders(now: datetime) -> list[int]:
    """Orders sent at least 5 s ago that have not ended, the resting legs aside; each looked at every 5 s at most."""
    before = now - LOOK_AFTER
    waiting = Order.objects.filter(
        Q(status=OrderStatus.UNKNOWN) | Q(status__in=[OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED]),
        Q(checked_at=None) | Q(checked_at__lte=before),
        purpose__in=[OrderPurpose.ENTRY, OrderPurpose.EXIT],
        submitted_at__lte=before,
    ).exclude(account__broker="paper")
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])


def resolve_order(order_id: int) -> OrderStatus:
    """Look the order up and book what the broker knows of it. Safe to run twice or at once.

    An order that the broker has never seen 30 s after it was sent will not arrive any more: an entry is refused, an
    exit is ended and its trade goes on to its next attempt.
    """
    order = Order.objects.select_related("account", "trade").get(pk=order_id)
    if OrderStatus(order.status) not in (OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED, OrderStatus.UNKNOWN):
        return OrderStatus(order.status)
    try:
        report = _look_up(order)
    except BrokerError as error:
        logger.warning("order %s could not be looked up: %s", order_id, error)
        return OrderStatus(order.status)
    Order.objects.filter(pk=order_id).update(checked_at=wall_now())
    if report is not None:
        return apply_report(order_id, report)
    if order.submitted_at is not None and wall_now() - order.submitted_at > NEVER_ARRIVED:
        return _never_arrived(order)
    return OrderStatus(order.status)


def _look_up(order: Order) -> OrderReport | None:
    since = (order.submitted_at or order.created_at) - _OVERLAP
    return live_broker(order.account).get_order(
        order.symbol,
        order_id=order.broker_order_id,
        client_order_id=order.client_order_id,
        since=since.timestamp(),
    )


def _never_arrived(order: Order) -> OrderStatus:
    if order.purpose == OrderPurpose.ENTRY:
        return refuse_order(order.pk, "The broker has never seen it.", "never_arrived")
    return _end_exit(order.pk)


@transaction.atomic
def _end_exit(order_id: int) -> OrderStatus:
    _, order, trade = locked(order_id)
    if order.status in (OrderStatus.SUBMITTED, OrderStatus.UNKNOWN):
        order.status, order.reason = OrderStatus.CANCELLED, "The broker has never seen it."
        order.save(update_fields=["status", "reason", "updated_at"])
        if trade.status == TradeStatus.CLOSING:
            after.run_exit_later(trade.pk)
    return OrderStatus(order.status)
