"""Which order of ours a broker's report is about."""

from django.db import transaction
from django.db.models import Q

from brokers.adapters.ccxt.client_ids import Leg, Role, parse_leg
from brokers.interface import OrderReport
from trading.brokerage import after
from trading.market import wall_now
from trading.models import (
    PENDING_STATUSES,
    Account,
    Contract,
    ExitReason,
    Order,
    OrderPurpose,
    OrderStatus,
    OrderType,
    Trade,
    TradeStatus,
)

# What an adapter sends for an entry of ours, by its role. An escalation takes the place of the stop that did not fill.
_PURPOSES = {
    Role.STOP: (OrderPurpose.STOP, OrderType.STOP),
    Role.TARGET: (OrderPurpose.TARGET, OrderType.TAKE_PROFIT),
    Role.ESCALATION: (OrderPurpose.STOP, OrderType.MARKET),
    Role.EXIT: (OrderPurpose.EXIT, OrderType.MARKET),
}


def find_order(account: Account, report: OrderReport) -> Order | None:
    """Our order behind the report, by either id; a leg that its adapter made for an entry of ours is taken in."""
    own = Order.objects.filter(account=account)
    if report.client_order_id and (order := own.filter(client_order_id=report.client_order_id).first()):
        return order
    if report.order_id and (order := own.filter(broker_order_id=report.order_id).first()):
        return order
    if report.contract is not None:
        bought = Contract.objects.filter(account=account, contract_id=report.contract.contract_id).first()
        return None if bought is None else own.filter(trade=bought.trade_id, purpose=OrderPurpose.ENTRY).first()
    leg = parse_leg(report.client_order_id)
    return _take_in(account, report, leg) if leg is not None else None


@transaction.atomic
def _take_in(account: Account, report: OrderReport, leg: Leg) -> Order | None:
    """A row for the leg, in the place of the one that it replaced, or behind the one that has replaced it. None where
    its entry is not ours.
    """
    locked = Account.objects.locked().get(pk=account.pk)
    entry = Order.objects.filter(
        account=locked, purpose=OrderPurpose.ENTRY, client_order_id__startswith=f"sg{leg.stem}"
    ).first()
    if entry is None:
        return None
    by_either = Q(client_order_id=report.client_order_id) | Q(broker_order_id=report.order_id, symbol=report.symbol)
    if known := Order.objects.filter(by_either, account=locked).first():
        return known  # written down while we waited for the lock
    trade = Trade.objects.locked().get(pk=entry.trade_id)
    purpose, kind = _PURPOSES[leg.role]
    pending = Order.objects.filter(trade=trade, purpose=purpose, status__in=PENDING_STATUSES).first()
    begins: dict[str, str] = {"status": OrderStatus.SUBMITTED}
    if pending is not None and purpose == OrderPurpose.EXIT:
        purpose = OrderPurpose.EXTERNAL  # our own exit is on its way: this one is booked beside it
    elif pending is not None and (_is_older(leg, pending) or report.status.is_final):
        # It was replaced, or has ended: what filled of it counts, and the one of our books is looked up, not given up.
        begins = {"status": OrderStatus.CANCELLED}
    elif pending is not None:
        replaced = {"status": OrderStatus.CANCELLED, "reason": "Replaced at the broker."}
        Order.objects.filter(pk=pending.pk).update(**replaced, updated_at=wall_now())
    if leg.role == Role.EXIT and trade.status == TradeStatus.OPEN:
        after.mark_closing(trade, ExitReason.EMERGENCY)
        trade.save(update_fields=after.CLOSING_FIELDS)
    if trade.status == TradeStatus.CLOSED:
        after.cancel_legs_later(trade.pk)
    return Order.objects.create(
        account=locked,
        trade=trade,
        client_order_id=report.client_order_id,
        broker_order_id=report.order_id,
        purpose=purpose,
        type=kind,
        venue=trade.venue,
        symbol=trade.symbol,
        side="SELL" if trade.direction_sign > 0 else "BUY",
        quantity=report.quantity or trade.quantity,
        stop_price=report.stop_price,
        intended_price=report.stop_price,
        reduce_only=True,
        submitted_at=wall_now(),
        **begins,
    )


def _is_older(leg: Leg, pending: Order) -> bool:
    """Whether the leg was placed before the one that rests there by our books: its adapter counts them up."""
    known = parse_leg(pending.client_order_id)
    return known is not None and known.role == leg.role and known.generation > leg.generation
