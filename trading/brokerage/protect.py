"""A position whose stop should rest at its broker and does not: placed again, and watched by us until it is."""

import logging
from datetime import datetime
from functools import partial

from django.db import transaction

from brokers.errors import BrokerError
from brokers.interface import OrderChange, OrderReport
from trading import quiet, trigger_feed
from trading.brokerage import entries
from trading.brokerage.apply import apply_report, locked
from trading.brokerage.connections import live_broker
from trading.market import instrument_or_default
from trading.models import Order, OrderPurpose, StopHolder, Trade, TradeStatus

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 20
_AT_ONCE = 100


def bare_trades(before: datetime) -> list[int]:
    """Open trades at brokers whose stop we watch, untouched since `before`; each at most every 20 s."""
    trades = Trade.objects.filter(
        status=TradeStatus.OPEN, stop_held=StopHolder.US, stop_loss__isnull=False, updated_at__lt=before
    ).exclude(account__broker="paper")
    found = trades.exclude(market_type="CONTRACT").order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]
    return [pk for pk in found if quiet.now_and_then(f"protect:{pk}", _EVERY_SECONDS)]


def protect_trade(trade_id: int) -> bool:
    """Ask the broker to hold the trade's stop and target. True when its stop rests there afterwards.

    Safe to repeat: a leg that rests already is left as it is. A broker that holds none leaves it to us.
    """
    trade = Trade.objects.select_related("account").get(pk=trade_id)
    entry = Order.objects.filter(trade=trade, purpose=OrderPurpose.ENTRY).first()
    if entry is None or trade.status != TradeStatus.OPEN or trade.stop_loss is None:
        return False
    broker = live_broker(trade.account)
    if not broker.capabilities().holds_stops:
        return False
    try:
        known = broker.get_order(entry.symbol, order_id=entry.broker_order_id, client_order_id=entry.client_order_id)
        if known is None:
            return False
        apply_report(entry.pk, known)
        if not known.stop_in_force:
            instrument = instrument_or_default(trade.venue, trade.symbol, trade.market_type)
            change = OrderChange(stop_loss=trade.stop_loss, take_profit=trade.take_profit)
            known = broker.amend_order(known, change, instrument)
    except BrokerError as error:
        logger.warning("trade %s: its stop could not be placed (%s); we watch it", trade_id, error)
        return False
    return _hold(entry.pk, known)


@transaction.atomic
def _hold(entry_id: int, report: OrderReport) -> bool:
    account, _, trade = locked(entry_id)
    if trade.status != TradeStatus.OPEN:
        return False
    entries.hold(trade, report)
    trade.save(update_fields=["stop_held", "updated_at"])
    entries.guard(account, trade, report)
    transaction.on_commit(partial(trigger_feed.publish, [trade]))
    return trade.stop_held == StopHolder.BROKER
