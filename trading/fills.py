"""Writing down what the broker executed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from brokers.interface import Execution, OrderReport
from trading.models import Fill, Order, OrderStatus
from trading.models.fields import to_money

_PRICE_STEP = Decimal(1).scaleb(-12)


@dataclass(frozen=True, slots=True)
class Filled:
    """An order's executions together: base units, price per unit, account currency."""

    quantity: Decimal
    average_price: Decimal
    commission: Decimal
    slippage: Decimal
    market_time: datetime


def summarize(executions: Sequence[Execution], intended: float, side: str, contract_size: Decimal) -> Filled:
    """Sum the executions. Slippage is their cost against `intended`, the price the order was meant for."""
    quantity = sum((item.quantity for item in executions), Decimal(0))
    cost = sum((item.quantity * item.price for item in executions), Decimal(0))
    sign = 1 if side == "BUY" else -1
    return Filled(
        quantity=quantity,
        average_price=(cost / quantity).quantize(_PRICE_STEP),
        commission=to_money(sum((item.commission for item in executions), Decimal(0))),
        slippage=to_money(sign * (cost - quantity * Decimal(str(intended))) * contract_size),
        market_time=datetime.fromtimestamp(max(item.time for item in executions), UTC),
    )


def fill_rows(order: Order, executions: Sequence[Execution], intended: float) -> list[Fill]:
    """Unsaved Fill rows, one an execution."""
    size = order.trade.contract_size
    each = [summarize([item], intended, order.side, size) for item in executions]
    return [
        Fill(
            order=order,
            fill_id=item.fill_id,
            quantity=item.quantity,
            price=item.price,
            commission=one.commission,
            slippage=one.slippage,
            market_time=one.market_time,
        )
        for item, one in zip(executions, each, strict=True)
    ]


def settle(order: Order, report: OrderReport, filled: Filled) -> None:
    """Set the order's outcome from its fills, not from what was asked."""
    order.status = OrderStatus(report.status.value)
    order.reason = report.reason[:200]
    order.filled_quantity = filled.quantity
    order.average_price = filled.average_price


def record_fills(order: Order, report: OrderReport, intended: float) -> Filled:
    """Store the report's executions and the order's outcome; returns their sum."""
    filled = summarize(report.executions, intended, order.side, order.trade.contract_size)
    settle(order, report, filled)
    order.save()
    Fill.objects.bulk_create(fill_rows(order, report.executions, intended))
    return filled
