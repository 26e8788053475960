"""What follows a booking, once it is committed."""

import logging
from decimal import Decimal
from functools import partial

from django.db import transaction

from trading import queueing
from trading.brokerage.legs import amend_later
from trading.models import Account, ExitReason, Trade, TradeStatus
from trading.stream import trigger_feed

logger = logging.getLogger(__name__)

CLOSING_FIELDS = ["status", "closing_reason", "closing_goal", "updated_at"]


def mark_closing(trade: Trade, reason: ExitReason, *, goal: Decimal | None = None) -> None:
    """CLOSING, unsaved: all of it, or until `goal` of it is closed. What filled late stays that: another trade may be
    live in its symbol and direction by now.
    """
    trade.status, trade.closing_goal = TradeStatus.CLOSING, goal
    if trade.closing_reason != ExitReason.LATE_FILL:
        trade.closing_reason = reason


def exit_later(trade: Trade, reason: ExitReason, *, goal: Decimal | None = None) -> None:
    """Mark the trade CLOSING, in the caller's transaction and under its locks, and send its exit after the commit."""
    mark_closing(trade, reason, goal=goal)
    trade.save(update_fields=CLOSING_FIELDS)
    run_exit_later(trade.pk)


def reopen_rest(trade: Trade) -> None:
    """OPEN again, unsaved: the part that was to go has gone, or its exit was refused. What rests at the broker is
    brought in line with what is left.
    """
    trade.status, trade.closing_goal = TradeStatus.OPEN, None
    if trade.closing_reason != ExitReason.LATE_FILL:
        trade.closing_reason = ""
    amend_later(trade.pk)
    transaction.on_commit(partial(trigger_feed.publish, [trade]))


def run_exit_later(trade_id: int) -> None:
    transaction.on_commit(partial(queueing.send, "trading.run_exit", trade_id))


def cancel_legs_later(trade_id: int) -> None:
    transaction.on_commit(partial(queueing.send, "trading.cancel_legs", trade_id))


def check_limits_later(account_id: int) -> None:
    """A trade has ended: its result may be one too many for the sessions' limits."""
    transaction.on_commit(partial(queueing.send, "trading.check_limits", account_id))


def reconcile_later(account_id: int) -> None:
    transaction.on_commit(partial(queueing.send, "trading.reconcile_account", account_id))


def reopen(account: Account, trade: Trade) -> None:
    """Take back a trade's end, when more of its entry turns out to have filled: the position is there all the same, and
    is to be closed at once.
    """
    logger.warning("trade %s was %s when more of its entry filled", trade.pk, trade.status)
    if trade.status == TradeStatus.CLOSED:
        account.total_trades -= 1
        account.winning_trades -= trade.realized_pnl > 0
        account.losing_trades -= trade.realized_pnl < 0
        account.save(update_fields=["total_trades", "winning_trades", "losing_trades"])
        trade.exit_price, trade.exit_reason = None, ""
        trade.closed_at = trade.closed_wall = None
    trade.status, trade.closing_reason, trade.closing_goal = TradeStatus.CLOSING, ExitReason.LATE_FILL, None
