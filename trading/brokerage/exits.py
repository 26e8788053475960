"""What the fills of a trade's exits do to it: EXIT orders of ours, and the STOP and TARGET that the broker holds."""

from decimal import Decimal
from functools import partial

from django.db import transaction

from trading import ledger, quiet
from trading.alerts.trade_alerts import announce
from trading.brokerage import after, alerts
from trading.brokerage.legs import amend_later
from trading.brokerage.overclosed import pass_on
from trading.exits.exit_plans import stop_reason
from trading.feed import events
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
from trading.stream import trigger_feed

_TELL_EVERY_SECONDS = 30  # a stop that stays touched is tried every few seconds


def on_report(account: Account, order: Order, trade: Trade, new: list[Fill]) -> None:
    """Book the new fills; close the trade when all of it is gone; carry on with what is left when the order ended.

    A trade of which a part was to go is open again once that part has gone.
    """
    if new:
        _fill(account, order, trade, new)
    if settle_part(trade):
        return
    if trade.status != TradeStatus.CLOSED and order.status not in PENDING_STATUSES:
        _ended_short(order, trade)


def settle_part(trade: Trade) -> bool:
    """Whether the part that was to go has gone, and nothing more is on its way out: the trade is open again then."""
    goal = trade.closing_goal
    if trade.status != TradeStatus.CLOSING or goal is None or trade.closed_quantity < goal:
        return False
    if Order.objects.filter(trade=trade, purpose=OrderPurpose.EXIT, status__in=PENDING_STATUSES).exists():
        return False
    after.reopen_rest(trade)
    trade.save(update_fields=after.CLOSING_FIELDS)
    return True


def _reason(order: Order, trade: Trade) -> ExitReason:
    if order.purpose == OrderPurpose.STOP:
        return stop_reason(trade)
    if order.purpose == OrderPurpose.TARGET:
        return ExitReason.TAKE_PROFIT
    if order.purpose == OrderPurpose.EXTERNAL:
        return ExitReason.EXTERNAL
    return ExitReason(trade.closing_reason or ExitReason.MANUAL)


def _fill(account: Account, order: Order, trade: Trade, new: list[Fill]) -> None:
    before, closed = trade.open_quantity, trade.closed_quantity
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
    if trade.open_quantity:
        _carry_on(order, trade)
    elif before:
        _close(account, trade, _reason(order, trade), new)
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
    excess = sum((fill.quantity for fill in new), closed) - trade.closed_quantity
    if excess > 0:
        _beyond(account, trade, new[-1], excess)


def _beyond(account: Account, trade: Trade, last: Fill, excess: Decimal) -> None:
    """More was closed than was open of the trade: what of it ended other trades is booked there, the rest is told."""
    while excess > 0 and (passed := pass_on(account, trade, last, excess)) is not None:
        order, other, part = passed
        excess -= part.quantity
        on_report(account, order, other, [part])
        message = f"{trade}: an order of it closed {part.quantity:f} of {other}, at the same broker in the same symbol."
        alerts.alert(account, "overclosed", message, trade=other.pk)
    if excess > 0:
        message = f"{trade}: {excess:f} more was closed than was open. The position may be reversed."
        alerts.alert(account, "overclosed", message, trade=trade.pk)
    after.reconcile_later(account.pk)


def _carry_on(order: Order, trade: Trade) -> None:
    """Some of it is left. A stop or target that has begun to fill takes all of it, and excludes every other exit. What
    else was closed beside an exit of ours, by another hand or after all, leaves the rest open.
    """
    if order.purpose in (OrderPurpose.STOP, OrderPurpose.TARGET):
        after.mark_closing(trade, _reason(order, trade))
    elif trade.status == TradeStatus.OPEN:
        amend_later(trade.pk)


def _close_part(account: Account, trade: Trade, fill: Fill) -> list[ledger.Posting]:
    quantity = min(fill.quantity, trade.open_quantity)
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
    trade.status, trade.exit_reason = TradeStatus.CLOSED, reason
    trade.closing_reason, trade.closing_goal = "", None
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
        after.reopen_rest(trade)
        trade.save(update_fields=after.CLOSING_FIELDS)
    if quiet.now_and_then(f"exit-refused:{trade.pk}:{code}", _TELL_EVERY_SECONDS):
        after.reconcile_later(account.pk)
        message = f"{order} was refused: {reason}"
        alerts.alert(account, "exit_refused", message, cause=code, order=order.client_order_id, trade=trade.pk)


def _announce(account: Account, trade: Trade) -> None:
    kind = EventType.TRADE_CLOSED if trade.status == TradeStatus.CLOSED else EventType.TRADE_UPDATE
    if kind == EventType.TRADE_CLOSED:
        after.check_limits_later(account.pk)
    drafts = [
        events.Draft(kind, render_trades([trade])[0], account.pk),
        events.Draft(EventType.BALANCE_UPDATE, render_account(account), account.pk),
    ]
    announce(account.owner_id, drafts)
