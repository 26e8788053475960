"""What the fills of a trade's exits do to it: EXIT orders of ours, and the STOP and TARGET that the broker holds."""

from decimal import Decimal
from functools import partial

from django.db import transaction

from trading import events, ledger, quiet, trigger_feed
from trading.brokerage import after, alerts
from trading.fills import average_price
from trading.market import wall_now
from trading.models import (
    PENDING_STATUSES,
    Account,
    EntryKind,
    EventType,
    ExitReason,
    Fill,
    Order,
    OrderPurpose,
    Trade,
    TradeStatus,
)
from trading.models.fields import to_money
from trading.rules.pnl import position_pnl
from trading.serializers import render_account, render_trades

_TELL_EVERY_SECONDS = 30  # a stop that stays touched is tried every few seconds
_REASONS = {
    OrderPurpose.STOP: ExitReason.STOP_LOSS,
    OrderPurpose.TARGET: ExitReason.TAKE_PROFIT,
    OrderPurpose.EXTERNAL: ExitReason.EXTERNAL,
}


def on_report(account: Account, order: Order, trade: Trade, new: list[Fill]) -> None:
    """Book the new fills; close the trade when all of it is gone; carry on with what is left when the order ended."""
    if new:
        _fill(account, order, trade, new)
    if trade.status != TradeStatus.CLOSED and order.status not in PENDING_STATUSES:
        _ended_short(order, trade)


def _fill(account: Account, order: Order, trade: Trade, new: list[Fill]) -> None:
    before = trade.open_quantity
    postings: list[ledger.Posting] = []
    for fill in new:
        postings += _close_part(account, trade, fill)
    for posting in postings:
        account.realized_pnl += posting.amount
        trade.realized_pnl += posting.amount
    commission = sum((fill.commission for fill in new), Decimal(0))
    account.fees_paid += commission
    trade.fees += commission
    trade.slippage += sum((fill.slippage for fill in new), Decimal(0))
    freed = trade.margin if not trade.open_quantity else to_money(trade.margin * (1 - trade.open_quantity / before))
    trade.margin -= freed
    account.margin_used -= freed
    ledger.post(account, postings)
    reason = _REASONS.get(OrderPurpose(order.purpose), ExitReason(trade.closing_reason or ExitReason.MANUAL))
    if trade.open_quantity:
        after.mark_closing(trade, reason)  # a started exit excludes every other
    elif before:
        _close(account, trade, reason, new)
    trade.save()
    account.save(
        update_fields=[
            "margin_used",
            "fees_paid",
            "realized_pnl",
            "total_trades",
            "winning_trades",
            "losing_trades",
        ]
    )
    transaction.on_commit(partial(trigger_feed.publish, [trade]))
    _announce(account, trade)


def _close_part(account: Account, trade: Trade, fill: Fill) -> list[ledger.Posting]:
    quantity = min(fill.quantity, trade.open_quantity)
    if quantity < fill.quantity:
        message = f"{trade}: {fill.quantity - quantity:f} more was closed than was open. The position may be reversed."
        alerts.alert(account, "overclosed", message, trade=trade.pk)
        after.reconcile_later(account.pk)
    trade.closed_quantity += quantity
    pnl = to_money(
        position_pnl(
            trade.inverse,
            trade.direction_sign,
            float(quantity),
            float(trade.entry_price or 0),
            float(fill.price),
            float(trade.contract_size),
        )
    )
    pairs = ((EntryKind.TRADE_PNL, pnl, "pnl"), (EntryKind.COMMISSION, -fill.commission, "commission"))
    return [
        ledger.Posting(kind, amount, f"{name}:fill:{fill.pk}", fill.market_time, trade.pk)
        for kind, amount, name in pairs
    ]


def _close(account: Account, trade: Trade, reason: ExitReason, new: list[Fill]) -> None:
    fills = Fill.objects.filter(order__trade=trade).exclude(order__purpose=OrderPurpose.ENTRY)
    trade.status, trade.exit_reason, trade.closing_reason = TradeStatus.CLOSED, reason, ""
    trade.exit_price = average_price(((fill.quantity, fill.price) for fill in fills), trade.inverse)
    trade.closed_at, trade.closed_wall = max(fill.market_time for fill in new), wall_now()
    account.total_trades += 1
    account.winning_trades += trade.realized_pnl > 0
    account.losing_trades += trade.realized_pnl < 0
    after.cancel_legs_later(trade.pk)


def _ended_short(order: Order, trade: Trade) -> None:
    """The order ended and some of the trade is still open: its exit goes on, or its stop is ours to watch again."""
    if order.purpose == OrderPurpose.EXIT and trade.status == TradeStatus.CLOSING:
        after.run_exit_later(trade.pk)
    elif order.purpose == OrderPurpose.STOP and trade.status in (TradeStatus.OPEN, TradeStatus.CLOSING):
        if trade.status == TradeStatus.CLOSING:
            after.run_exit_later(trade.pk)
        trade.stop_held = "US"
        trade.save(update_fields=["stop_held", "updated_at"])
        transaction.on_commit(partial(trigger_feed.publish, [trade]))


def refused(account: Account, order: Order, trade: Trade, reason: str, code: str) -> None:
    """The broker refused an exit: the trade is open again, and its account is compared with the broker's."""
    if order.purpose == OrderPurpose.EXIT and trade.status == TradeStatus.CLOSING:
        trade.status = TradeStatus.OPEN
        trade.save(update_fields=["status", "updated_at"])
        transaction.on_commit(partial(trigger_feed.publish, [trade]))
    if quiet.now_and_then(f"exit-refused:{trade.pk}:{code}", _TELL_EVERY_SECONDS):
        after.reconcile_later(account.pk)
        message = f"{order} was refused: {reason}"
        alerts.alert(account, "exit_refused", message, cause=code, order=order.client_order_id, trade=trade.pk)


def _announce(account: Account, trade: Trade) -> None:
    kind = EventType.TRADE_CLOSED if trade.status == TradeStatus.CLOSED else EventType.TRADE_UPDATE
    drafts = [
        events.Draft(kind, render_trades([trade])[0], account.pk),
        events.Draft(EventType.BALANCE_UPDATE, render_account(account), account.pk),
    ]
    events.emit(account.owner_id, drafts)
