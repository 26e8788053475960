"""What the fills of an entry order do to its trade."""

import logging
from datetime import UTC
from decimal import Decimal
from functools import partial

import redis
from django.db import transaction

from brokers.interface import OrderReport
from trading import ledger, queueing
from trading.alerts.trade_alerts import announce
from trading.brokerage import after, alerts, legs
from trading.exits import exit_plans
from trading.feed import events
from trading.killswitch.withdrawal import why_withdraw, withdraw
from trading.market import wall_now
from trading.models import (
    PENDING_STATUSES,
    Account,
    EntryKind,
    EventType,
    ExitReason,
    Fill,
    KillSwitch,
    Order,
    OrderPurpose,
    OrderStatus,
    StopHolder,
    Trade,
    TradeStatus,
)
from trading.models.fields import to_money
from trading.order_ids import leg_order_id
from trading.rules import sizing
from trading.rules.pnl import unit_value
from trading.serializers import render_account, render_trades
from trading.stream import trigger_feed

logger = logging.getLogger(__name__)


def on_report(account: Account, order: Order, trade: Trade, report: OrderReport, new: list[Fill]) -> None:
    """Open the trade, or enlarge it, by the new fills; fail it when the order ended without any."""
    if new:
        _fill(account, order, trade, report, new)
    elif order.status == OrderStatus.CANCELLED and not order.filled_quantity and (why := why_withdraw(account, trade)):
        withdraw(account, order, why)
    elif order.status in (OrderStatus.CANCELLED, OrderStatus.REJECTED) and not order.filled_quantity:
        fail(account, order, trade, report.reason or "the broker cancelled it", "order_rejected")
    elif trade.status == TradeStatus.OPEN and (report.stop_order_id or report.target_order_id):
        legs.hold(trade, report)
        trade.save()


def _fill(account: Account, order: Order, trade: Trade, report: OrderReport, new: list[Fill]) -> None:
    opened = trade.status == TradeStatus.PENDING
    late = trade.status in (TradeStatus.FAILED, TradeStatus.CANCELLED, TradeStatus.CLOSED)
    if late:
        after.reopen(account, trade)
    before, commission = trade.margin, sum((fill.commission for fill in new), Decimal(0))
    trade.quantity, trade.entry_price = order.filled_quantity, order.average_price
    trade.fees += commission
    trade.slippage += sum((fill.slippage for fill in new), Decimal(0))
    trade.realized_pnl -= commission
    value = unit_value(trade.inverse, float(order.average_price or 0), float(trade.contract_size))
    trade.margin = to_money(sizing.margin_required(float(trade.open_quantity) * value, float(account.leverage)))
    if trade.opened_at is None:
        trade.opened_at, trade.opened_wall = new[0].market_time.astimezone(UTC), wall_now()
    if opened:
        trade.status = TradeStatus.OPEN
    if not late:
        legs.hold(trade, report)  # at the levels that the order took along
    if opened:
        attach_plan(trade)
    trade.save()
    _book(account, trade, new, commission, trade.margin - before)
    transaction.on_commit(partial(trigger_feed.publish, [trade]))
    _announce(account, trade, EventType.TRADE_EXECUTED if opened else EventType.TRADE_UPDATE)
    if late:
        message = f"{trade}: more of its entry filled after it had ended; that is closed at the market."
        alerts.alert(account, "late_fill", message, trade=trade.pk)
        after.run_exit_later(trade.pk)
    elif order.status not in PENDING_STATUSES or opened:
        guard(account, trade, report)
    _follow_up(trade, opened)


def attach_plan(trade: Trade) -> None:
    """The session's exit plan is in force from here on; what the broker holds is brought in line with it."""
    try:
        exit_plans.attach_sessions(trade)
    except (redis.RedisError, OSError) as error:  # the position is there all the same
        logger.warning("trade %s: its exit plan could not be worked out (%s)", trade.pk, type(error).__name__)
        trade.initial_stop = trade.stop_loss


def _follow_up(trade: Trade, opened: bool) -> None:
    """A trade that was to end as soon as it began is closed; one whose legs do not fit it has them changed."""
    if trade.status != TradeStatus.OPEN:
        return
    if opened and (reason := end_at_once(trade)):
        after.exit_later(trade, reason)
    elif trade.stop_held == StopHolder.BROKER and not legs.fits(trade):
        legs.amend_later(trade.pk)


def end_at_once(trade: Trade) -> ExitReason | None:
    """Why the trade is to end as soon as it begins: its session, or its owner, was killed meanwhile."""
    if trade.closing_reason:
        return ExitReason(trade.closing_reason)
    killed = KillSwitch.objects.engaged_for(trade.account.owner_id).filter(close_positions=True).exists()
    return ExitReason.KILL_SWITCH if killed else None


def _book(account: Account, trade: Trade, new: list[Fill], commission: Decimal, margin: Decimal) -> None:
    postings = [
        ledger.Posting(EntryKind.COMMISSION, -fill.commission, f"commission:fill:{fill.pk}", fill.market_time, trade.pk)
        for fill in new
    ]
    ledger.post(account, postings)
    account.margin_used += margin
    account.fees_paid += commission
    account.realized_pnl -= commission
    account.save(update_fields=["margin_used", "fees_paid", "realized_pnl"])


def guard(account: Account, trade: Trade, report: OrderReport) -> None:
    """A stop that the broker was asked to hold and refused ends the trade at once: better flat than bare.

    Where the adapter has sent the exit already, that one is followed; another beside it would be one too many.
    """
    if not report.stop_refused or trade.status != TradeStatus.OPEN:
        return
    message = f"{trade}: the broker refused its stop ({report.reason}); the position is closed at the market."
    alerts.alert(account, "emergency_exit", message, trade=trade.pk)
    if report.stop_order_id:
        sent = Order.objects.create(
            account=account,
            trade=trade,
            client_order_id=leg_order_id(trade, OrderPurpose.EXIT, report.stop_order_id),
            broker_order_id=report.stop_order_id,
            purpose=OrderPurpose.EXIT,
            venue=trade.venue,
            symbol=trade.symbol,
            side="SELL" if trade.direction_sign > 0 else "BUY",
            quantity=trade.open_quantity,
            reduce_only=True,
            status=OrderStatus.SUBMITTED,
            submitted_at=wall_now(),
        )
        transaction.on_commit(partial(queueing.send, "trading.resolve_order", sent.pk))
    after.exit_later(trade, ExitReason.EMERGENCY)


def fail(account: Account, order: Order, trade: Trade, reason: str, code: str) -> None:
    """The entry came to nothing: its trade has failed, its margin is free again."""
    if trade.status != TradeStatus.PENDING:
        return
    trade.status = TradeStatus.FAILED
    account.margin_used -= trade.margin
    trade.margin = Decimal(0)
    trade.save(update_fields=["status", "margin", "updated_at"])
    account.save(update_fields=["margin_used"])
    message = f"{order.side} {order.symbol} was not filled: {reason}"
    more = {"cause": code, "order": order.client_order_id, "trade": trade.pk}
    alerts.alert(account, "order_rejected", message, about=f"{order.symbol}:{code}", **more)


def _announce(account: Account, trade: Trade, kind: EventType) -> None:
    drafts = [
        events.Draft(kind, render_trades([trade])[0], account.pk),
        events.Draft(EventType.BALANCE_UPDATE, render_account(account), account.pk),
    ]
    announce(account.owner_id, drafts)
