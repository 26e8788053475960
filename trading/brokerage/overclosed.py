"""What an exit closed beyond its own trade, passed on to the trade whose position it was.

A leg that outlived its trade closes, at a broker that nets positions, what the next trade in that symbol holds.
"""

from decimal import Decimal

from trading.models import PENDING_STATUSES, Account, Fill, Order, OrderPurpose, OrderStatus, Trade, TradeStatus
from trading.order_ids import leg_order_id

_HELD = [TradeStatus.OPEN, TradeStatus.CLOSING]


def pass_on(account: Account, trade: Trade, fill: Fill, excess: Decimal) -> tuple[Order, Trade, Fill] | None:
    """An EXTERNAL order, filled, on the trade that the `excess` (its unit) of `fill` closed; None where none was open,
    or where more of the own entry may have filled than we know.

    The commission stays with the trade whose order it was. Under the account's lock.
    """
    if trade.orders.filter(purpose=OrderPurpose.ENTRY, status__in=PENDING_STATUSES).exists():
        return None
    held = Trade.objects.locked().filter(
        account=account,
        venue=trade.venue,
        symbol=trade.symbol,
        direction=trade.direction,
        status__in=_HELD,
        opened_at__lte=fill.market_time,
    )
    closed = held.exclude(pk=trade.pk).exclude(market_type__in=["SPOT", "CONTRACT"]).order_by("pk").first()
    if closed is None:
        return None
    closed.account = account
    quantity = min(excess, closed.open_quantity)
    order = Order.objects.create(
        account=account,
        trade=closed,
        client_order_id=leg_order_id(closed, OrderPurpose.EXTERNAL, f"fill:{fill.pk}"),
        purpose=OrderPurpose.EXTERNAL,
        venue=closed.venue,
        symbol=closed.symbol,
        side="SELL" if closed.direction_sign > 0 else "BUY",
        quantity=quantity,
        filled_quantity=quantity,
        average_price=fill.price,
        reduce_only=True,
        status=OrderStatus.FILLED,
        submitted_at=closed.opened_at,
    )
    part = Fill.objects.create(
        order=order,
        fill_id=f"fill:{fill.pk}",
        price=fill.price,
        quantity=quantity,
        market_time=fill.market_time,
        commission=Decimal(0),
    )
    return order, closed, part
