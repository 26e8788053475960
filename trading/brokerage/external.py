"""Executions at the broker that no order of ours explains: another hand closed what we hold."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from brokers.interface import Execution, OrderReport, OrderStatus, Side
from trading.brokerage.apply import apply_report
from trading.brokerage.matching import find_order
from trading.models import PENDING_STATUSES, Account, Order, OrderPurpose, Trade, TradeStatus
from trading.order_ids import leg_order_id

logger = logging.getLogger(__name__)


def take_over(account: Account, reports: Sequence[OrderReport], net: Mapping[str, Decimal]) -> int:
    """Book foreign executions as the end of the trades that they closed. Returns how many were booked.

    They count only as far as the broker's position (`net`, signed, by symbol) is smaller than our trades' sum: who buys
    and sells beside us has closed nothing of ours. What else they did shows as a difference.
    """
    booked = 0
    for report in sorted(reports, key=_first_moment):
        if report.side is None or not report.executions or report.contract is not None:
            continue
        if (own := find_order(account, report)) is not None and own.purpose != OrderPurpose.EXTERNAL:
            apply_report(own.pk, report)  # a leg, whose entry was booked after it had been looked at
            continue
        found = _adopt(account.pk, report, net.get(report.symbol, Decimal(0)))
        if found is not None:
            order_id, quantity = found
            apply_report(order_id, replace(report, executions=first_part(report.executions, quantity)))
            booked += 1
    return booked


def _first_moment(report: OrderReport) -> float:
    return min((execution.time for execution in report.executions), default=0.0)


@transaction.atomic
def _adopt(account_id: int, report: OrderReport, net: Decimal) -> tuple[int, Decimal] | None:
    """An EXTERNAL order row on the trade that the report closed, and how much of it; None where it closed none."""
    account = Account.objects.locked().get(pk=account_id)
    moving = Order.objects.filter(account=account, symbol=report.symbol, status__in=PENDING_STATUSES)
    if moving.filter(purpose__in=[OrderPurpose.ENTRY, OrderPurpose.EXIT]).exists():
        return None  # it may be a leg of an order whose answer is being booked: the next look will tell
    held = Trade.objects.locked().filter(
        account=account, symbol=report.symbol, status__in=[TradeStatus.OPEN, TradeStatus.CLOSING]
    )
    trades = [trade for trade in held if trade.market_type != "SPOT"]
    ours = sum((trade.direction_sign * trade.open_quantity for trade in trades), Decimal(0))
    sign = 1 if report.side == Side.SELL else -1
    missing = sign * (ours - net)
    for trade in trades:
        opened_before = trade.opened_at is not None and trade.opened_at.timestamp() <= _first_moment(report)
        quantity = min(missing, report.filled_quantity, trade.open_quantity)
        if trade.direction_sign != sign or not opened_before or quantity <= 0:
            continue
        logger.warning("trade %s was closed at the broker by another hand", trade.pk)
        return _row(account, trade, report, quantity).pk, quantity
    return None


def _row(account: Account, trade: Trade, report: OrderReport, quantity: Decimal) -> Order:
    return Order.objects.create(
        account=account,
        trade=trade,
        client_order_id=leg_order_id(trade, OrderPurpose.EXTERNAL, report.order_id),
        broker_order_id=report.order_id,
        purpose=OrderPurpose.EXTERNAL,
        venue=trade.venue,
        symbol=trade.symbol,
        side=str(report.side),
        quantity=quantity,
        reduce_only=True,
        status=OrderStatus.SUBMITTED,
        submitted_at=trade.opened_at,
    )


def first_part(executions: Sequence[Execution], quantity: Decimal) -> tuple[Execution, ...]:
    """The first `quantity` of the executions, the last one cut, its commission in proportion."""
    part: list[Execution] = []
    for execution in sorted(executions, key=lambda item: item.time):
        left = quantity - sum((item.quantity for item in part), Decimal(0))
        if left <= 0:
            break
        if execution.quantity <= left:
            part.append(execution)
        else:
            part.append(replace(execution, quantity=left, commission=execution.commission * left / execution.quantity))
    return tuple(part)
