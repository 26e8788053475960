"""Ending trades, paper and live alike: paper ones are filled here and now, live ones at their broker."""

from collections.abc import Iterable, Sequence
from typing import Any

from brokers.interface import Quote
from trading import queueing
from trading.brokerage.closing import ESCALATE_SECONDS, request_exit
from trading.exits import Exit, close_trades
from trading.models import PENDING_STATUSES, ExitReason, Order, OrderPurpose, StopHolder, Trade, TradeStatus

_LEVELS = (ExitReason.STOP_LOSS, ExitReason.TAKE_PROFIT)


def close(exits: Sequence[Exit]) -> int:
    """Close the trades that are still OPEN. Returns how many were closed (paper) or set CLOSING (live).

    A level that rests at the broker is the broker's to act on: it is looked at some seconds later.
    """
    wanted = {item.trade_id: item for item in exits}
    live = Trade.objects.filter(pk__in=wanted, status=TradeStatus.OPEN).exclude(account__broker="paper")
    at_brokers = {trade.pk: trade for trade in live}
    count = len(close_trades([item for item in exits if item.trade_id not in at_brokers]))
    for trade in at_brokers.values():
        count += _close_live(trade, wanted[trade.pk].reason)
    return count


def _close_live(trade: Trade, reason: ExitReason) -> bool:
    if reason in _LEVELS and _broker_holds(trade, reason):
        queueing.send("trading.check_broker_exit", trade.pk, reason.value, after=ESCALATE_SECONDS)
        return False
    return request_exit(trade.pk, reason) is not None


def _broker_holds(trade: Trade, reason: ExitReason) -> bool:
    if trade.market_type == "CONTRACT" or (reason == ExitReason.STOP_LOSS and trade.stop_held == StopHolder.BROKER):
        return trade.stop_held == StopHolder.BROKER
    purpose = OrderPurpose.STOP if reason == ExitReason.STOP_LOSS else OrderPurpose.TARGET
    return Order.objects.filter(trade=trade, purpose=purpose, status__in=PENDING_STATUSES).exists()


def close_triggered(hits: Iterable[tuple[int, str, float]], quote: dict[str, Any]) -> int:
    """Close the trades that one tick set off: `hits` are (trade id, exit reason, fill price), `quote` its fields."""
    market = Quote(**quote)
    return close([Exit(trade_id, ExitReason(reason), market, price) for trade_id, reason, price in hits])
