"""Booking what a broker reports of an order: fills once each, states forward only."""

from collections.abc import Sequence

from django.db import transaction

from brokers.interface import Execution, OrderReport
from trading.brokerage import contracts, entries, exits
from trading.brokerage.alerts import alert
from trading.fills import average_price, fill_rows
from trading.models import Account, Fill, Order, OrderPurpose, OrderStatus, Trade
from trading.rules import order_states

_CODES = {status: getattr(order_states, status.value) for status in OrderStatus}
_STATUSES = {code: status for status, code in _CODES.items()}


@transaction.atomic
def apply_report(order_id: int, report: OrderReport) -> OrderStatus:
    """Book the report. Safe to repeat and to call out of order: a fill counts once, by the broker's own id for it."""
    account, order, trade = locked(order_id)
    if report.order_id and not order.broker_order_id:
        order.broker_order_id = report.order_id
    if report.contract is not None or trade.market_type == "CONTRACT":
        contracts.on_report(account, order, trade, report)
        return OrderStatus(order.status)
    new = _new_fills(order, report.executions)
    _move(account, order, report)
    if order.purpose == OrderPurpose.ENTRY:
        entries.on_report(account, order, trade, report, new)
    else:
        exits.on_report(account, order, trade, new)
    return OrderStatus(order.status)


@transaction.atomic
def refuse_order(order_id: int, reason: str, code: str) -> OrderStatus:
    """The broker (or we, before sending) refused the order: nothing of it will ever fill."""
    account, order, trade = locked(order_id)
    if order.status in (OrderStatus.NEW, OrderStatus.SUBMITTED, OrderStatus.UNKNOWN) and not order.filled_quantity:
        order.status, order.reason = OrderStatus.REJECTED, reason[:200]
        order.save(update_fields=["status", "reason", "updated_at"])
        if order.purpose == OrderPurpose.ENTRY:
            entries.fail(account, order, trade, reason, code)
        else:
            exits.refused(account, order, trade, reason, code)
    return OrderStatus(order.status)


def locked(order_id: int) -> tuple[Account, Order, Trade]:
    """The order, its trade and its account, locked in the house's order: account first, then trade."""
    ids = Order.objects.values_list("account_id", "trade_id").get(pk=order_id)
    account = Account.objects.locked().get(pk=ids[0])
    trade = Trade.objects.locked().get(pk=ids[1])
    order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
    trade.account = order.account = account
    order.trade = trade
    return account, order, trade


def _new_fills(order: Order, executions: Sequence[Execution]) -> list[Fill]:
    # Of the trade, not of the order alone: what a triggered leg became may be told as an order of its own.
    known = set(Fill.objects.filter(order__trade=order.trade_id).values_list("fill_id", flat=True))
    fresh = {item.fill_id: item for item in executions if item.fill_id not in known}
    intended = order.intended_price or (next(iter(fresh.values())).price if fresh else 0)
    return Fill.objects.bulk_create(fill_rows(order, list(fresh.values()), float(intended)))


def _move(account: Account, order: Order, report: OrderReport) -> None:
    """The order's state and totals, from all its fills; what was asked plays no part in what happened."""
    fills = list(order.fills.all())
    order.filled_quantity = sum((fill.quantity for fill in fills), order.filled_quantity * 0)
    if fills:
        order.average_price = average_price(((fill.quantity, fill.price) for fill in fills), order.trade.inverse)
    if order.filled_quantity > order.quantity:
        message = f"{order} filled {order.filled_quantity:f}, more than was asked."
        order.quantity = order.filled_quantity
        transaction.on_commit(lambda: alert(account, "overfilled", message, order=order.client_order_id))
    reported = _CODES[OrderStatus(report.status.value)]
    code = order_states.next_state(
        _CODES[OrderStatus(order.status)], reported, float(order.filled_quantity), float(order.quantity)
    )
    order.status = _STATUSES[code]
    if report.reason:
        order.reason = report.reason[:200]
    order.save()
