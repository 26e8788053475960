"""Writing down what the broker executed."""

from collections.abc import Iterable, Sequence
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


def average_price(parts: Iterable[tuple[Decimal, Decimal]], inverse: bool = False) -> Decimal:
    """The price at which (quantity, price) parts make what they made together: their mean, weighted by quantity; for an
    inverse contract the harmonic one, since it earns by 1/price.
    """
    listed = list(parts)
    quantity = sum((part[0] for part in listed), Decimal(0))
    if inverse:
        return (quantity / sum((part[0] / part[1] for part in listed), Decimal(0))).quantize(_PRICE_STEP)
    return (sum((part[0] * part[1] for part in listed), Decimal(0)) / quantity).quantize(_PRICE_STEP)


def summarize(
    executions: Sequence[Execution], intended: float, side: str, contract_size: Decimal, inverse: bool = False
) -> Filled:
    """Sum the executions. Slippage is their cost against `intended`, the price the order was meant for. Money is
    rounded execution by execution, so that their rows add up to it.
    """
    sign, meant = 1 if side == "BUY" else -1, Decimal(str(intended))

    def slipped(item: Execution) -> Decimal:
        apart = 1 / meant - 1 / item.price if inverse else item.price - meant
        return to_money(sign * apart * item.quantity * contract_size)

    return Filled(
        quantity=sum((item.quantity for item in executions), Decimal(0)),
        average_price=average_price(((item.quantity, item.price) for item in executions), inverse),
        commission=sum((to_money(item.commission) for item in executions), Decimal(0)),
        slippage=sum((slipped(item) for item in executions), Decimal(0)),
        market_time=datetime.fromtimestamp(max(item.time for item in executions), UTC),
    )


def fill_rows(order: Order, executions: Sequence[Execution], intended: float) -> list[Fill]:
    """Unsaved Fill rows, one an execution."""
    trade = order.trade
    each = [summarize([item], intended, order.side, trade.contract_size, trade.inverse) for item in executions]
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
    filled = summarize(report.executions, intended, order.side, order.trade.contract_size, order.trade.inverse)
    settle(order, report, filled)
    order.save()
    Fill.objects.bulk_create(fill_rows(order, report.executions, intended))
    return filled
