"""Carrying out an approved entry order."""

import logging
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from django.db import transaction

from brokers.interface import OrderReport, OrderRequest, Quote, Side
from brokers.registry import broker_for
from trading import ledger
from trading.accounts.paper_model import fill_model
from trading.alerts.trade_alerts import announce
from trading.brokerage.alerts import alert
from trading.exits import exit_plans
from trading.feed import events
from trading.fills import Filled, record_fills
from trading.killswitch.withdrawal import why_withdraw, withdraw
from trading.market import REPLAY_PREFIX, instrument_or_default, quotes, wall_now
from trading.models import (
    Account,
    EntryKind,
    EventType,
    Order,
    OrderPurpose,
    OrderStatus,
    Trade,
    TradeStatus,
)
from trading.models.fields import to_money
from trading.rules import sizing
from trading.rules.pnl import unit_value
from trading.serializers import render_account, render_trades
from trading.stream import trigger_feed

logger = logging.getLogger(__name__)


@transaction.atomic
def execute_order(order_id: int) -> OrderStatus:
    """Fill the entry order at the paper broker and open its trade. Safe to run twice or at once.

    The order is read again under its account's lock: one that is no longer NEW is left as it is.
    """
    account_id = Order.objects.values_list("account_id", flat=True).get(pk=order_id)
    account = Account.objects.locked().get(pk=account_id)
    order = Order.objects.select_related("trade__session", "trade__signal").get(pk=order_id)
    if order.status != OrderStatus.NEW or order.purpose != OrderPurpose.ENTRY:
        return OrderStatus(order.status)
    trade = order.trade
    trade.account = account
    if reason := why_withdraw(account, trade):
        withdraw(account, order, reason)
        return OrderStatus(order.status)
    quote = quotes().get(order.venue, order.symbol)
    if quote is None:
        _fail(order, trade, account, "the market has no quote", OrderStatus.REJECTED)
        return OrderStatus(order.status)
    report = _place(order, trade, account, quote)
    if report.executions:
        _open(order, trade, account, record_fills(order, report, quote.ask if order.side == "BUY" else quote.bid))
    else:
        _fail(order, trade, account, report.reason, OrderStatus(report.status.value))
    return OrderStatus(order.status)


def _place(order: Order, trade: Trade, account: Account, quote: Quote) -> OrderReport:
    instrument = instrument_or_default(order.venue, order.symbol, trade.market_type)
    request = OrderRequest(
        client_order_id=order.client_order_id, symbol=order.symbol, side=Side(order.side), quantity=order.quantity
    )
    return broker_for(account.broker, fill_model(account)).place_order(request, quote, instrument)


def _open(order: Order, trade: Trade, account: Account, filled: Filled) -> None:
    reserved = trade.margin
    trade.status = TradeStatus.OPEN
    trade.quantity = filled.quantity
    trade.entry_price = filled.average_price
    trade.fees = filled.commission
    trade.slippage = filled.slippage
    trade.realized_pnl = -filled.commission
    trade.opened_at, trade.opened_wall = filled.market_time, wall_now()
    each = unit_value(trade.inverse, float(filled.average_price), float(trade.contract_size))
    notional = float(filled.quantity) * each
    trade.margin = to_money(sizing.margin_required(notional, float(account.leverage)))
    exit_plans.attach_sessions(trade)
    trade.save()
    ledger.post(
        account,
        [
            ledger.Posting(
                EntryKind.COMMISSION,
                -filled.commission,
                f"commission:{order.client_order_id}",
                filled.market_time,
                trade.pk,
            )
        ],
    )
    account.margin_used += trade.margin - reserved
    account.fees_paid += filled.commission
    account.realized_pnl -= filled.commission
    account.save(update_fields=["margin_used", "fees_paid", "realized_pnl"])
    transaction.on_commit(partial(trigger_feed.publish, [trade]))
    _announce(account, trade, EventType.TRADE_EXECUTED)


def _fail(order: Order, trade: Trade, account: Account, reason: str, status: OrderStatus) -> None:
    order.status, order.reason = status, reason[:200]
    order.save(update_fields=["status", "reason", "updated_at"])
    trade.status = TradeStatus.FAILED
    account.margin_used -= trade.margin
    trade.margin = Decimal(0)
    trade.save(update_fields=["status", "margin", "updated_at"])
    account.save(update_fields=["margin_used"])
    message = f"{order.side} {order.symbol} was not filled: {reason}"
    about = f"{order.symbol}:{reason}"
    alert(account, "order_rejected", message, about=about, order=order.client_order_id, trade=trade.pk)


def _announce(account: Account, trade: Trade, kind: EventType) -> None:
    announce(
        account.owner_id,
        [
            events.Draft(kind, render_trades([trade])[0], account.pk),
            events.Draft(EventType.BALANCE_UPDATE, render_account(account), account.pk),
        ],
    )


def unsettled_orders(before: datetime) -> list[int]:
    """Paper entry orders that a crash left NEW before `before` (wall time), a replay's aside."""
    waiting = Order.objects.filter(status=OrderStatus.NEW, purpose=OrderPurpose.ENTRY, account__broker="paper")
    return list(
        waiting.filter(created_at__lt=before.astimezone(UTC))
        .exclude(venue__startswith=REPLAY_PREFIX)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
