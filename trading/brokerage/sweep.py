"""Live orders and trades that say they are unfinished, picked up whatever became of their messages."""

from datetime import datetime

from trading import queueing
from trading.brokerage.levels import unheld_trades
from trading.brokerage.resolve import unresolved_orders
from trading.market import wall_now
from trading.models import PENDING_STATUSES, Order, OrderPurpose, OrderStatus, Trade, TradeStatus

_AT_ONCE = 200


def sweep_live(before: datetime) -> int:
    """Queue what is left to do: orders to send, to look up or to cancel, exits to carry on, and levels that brokers do
    not hold, untouched since `before` (wall time). Returns how many.
    """
    work = [
        *(("trading.submit_order", pk) for pk in _unsent(before)),
        *(("trading.resolve_order", pk) for pk in unresolved_orders(wall_now())),
        *(("trading.run_exit", pk) for pk in _closing(before)),
        *(("trading.cancel_legs", pk) for pk in _left_legs(before)),
        *(("trading.amend_levels", pk) for pk in unheld_trades(before)),
    ]
    for task, pk in work:
        queueing.send(task, pk)
    return len(work)


def _unsent(before: datetime) -> list[int]:
    orders = Order.objects.filter(status=OrderStatus.NEW, updated_at__lt=before).exclude(account__broker="paper")
    return list(orders.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])


def _closing(before: datetime) -> list[int]:
    """CLOSING trades without an exit on its way."""
    trades = Trade.objects.filter(status=TradeStatus.CLOSING, updated_at__lt=before).exclude(account__broker="paper")
    exits = Order.objects.filter(purpose=OrderPurpose.EXIT, status__in=PENDING_STATUSES)
    return list(trades.exclude(pk__in=exits.values("trade")).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])


def _left_legs(before: datetime) -> list[int]:
    """Trades that have ended while a stop or target of theirs still rests at the broker."""
    legs = Order.objects.filter(
        purpose__in=[OrderPurpose.STOP, OrderPurpose.TARGET],
        status__in=PENDING_STATUSES,
        updated_at__lt=before,
        trade__status=TradeStatus.CLOSED,
    )
    return list(legs.order_by("trade").values_list("trade", flat=True).distinct()[:_AT_ONCE])
