"""Taking back an entry that has not filled."""

from decimal import Decimal

from trading.feed import events
from trading.models import Account, EventType, KillSwitch, Order, OrderStatus, SessionStatus, Trade, TradeStatus
from trading.serializers import render_trades

KILL_SWITCH_REASON = "The kill switch is engaged."


def why_withdraw(account: Account, trade: Trade) -> str:
    """Why the trade's entry is not to leave after all, or "": read in the transaction that would let it go, under the
    account's lock. What held when it was approved may not hold any more.
    """
    if KillSwitch.objects.engaged_for(account.owner_id).exists():
        return KILL_SWITCH_REASON
    if trade.session is not None and trade.session.status != SessionStatus.RUNNING:
        return f"Its session is {trade.session.status.lower()}."
    return ""


def withdraw(account: Account, order: Order, reason: str) -> None:
    """Cancel an entry that has not filled, and its trade with it; the margin is free again.

    It has not left, or the broker has cancelled it. All rows are locked by the caller.
    """
    trade = order.trade
    trade.account = account
    order.status, order.reason = OrderStatus.CANCELLED, reason[:200]
    order.save(update_fields=["status", "reason", "updated_at"])
    if trade.status == TradeStatus.PENDING:
        account.margin_used -= trade.margin
        account.save(update_fields=["margin_used"])
        trade.status, trade.margin = TradeStatus.CANCELLED, Decimal(0)
        trade.save(update_fields=["status", "margin", "updated_at"])
    events.emit(account.owner_id, [_told(account, trade)])


def _told(account: Account, trade: Trade) -> events.Draft:
    return events.Draft(EventType.TRADE_UPDATE, render_trades([trade])[0], account.pk)
