"""Ending a live trade: one exit in flight, the legs at the broker out of its way."""

import logging
from decimal import Decimal

from django.db import transaction

from brokers.edge import fit_quantity
from brokers.errors import BrokerError
from trading.brokerage import after
from trading.brokerage.alerts import alert
from trading.brokerage.apply import apply_report
from trading.brokerage.connections import live_broker
from trading.brokerage.exits import settle_part
from trading.brokerage.legs import STOP_REASONS, leg_of
from trading.brokerage.resolve import resolve_order
from trading.brokerage.submit import submit_order
from trading.exits.exit_plans import stop_reason
from trading.market import instrument_or_default
from trading.models import (
    PENDING_STATUSES,
    Account,
    ExitReason,
    Order,
    OrderPurpose,
    OrderStatus,
    StopHolder,
    Trade,
    TradeStatus,
)
from trading.order_ids import exit_order_id

logger = logging.getLogger(__name__)

ESCALATE_SECONDS = 5


class ContractNotDivisible(ValueError):
    """A contract is sold whole."""

    code = "contract_not_divisible"


@transaction.atomic
def request_exit(trade_id: int, reason: ExitReason, quantity: Decimal | None = None) -> Trade | None:
    """Take an OPEN trade to CLOSING; its exit is sent after the commit. None when another hand was first.

    With `quantity` (base units, rounded down to the lot) that much is closed, and the trade is open again once it has
    filled; all that is open, or more, is a whole exit. A whole exit overrides a partial one that is under way.
    Raises ContractNotDivisible, and ValueError for a quantity of less than a lot.
    """
    account_id = Trade.objects.values_list("account_id", flat=True).get(pk=trade_id)
    account = Account.objects.locked().get(pk=account_id)
    trade = Trade.objects.locked().filter(pk=trade_id, status__in=[TradeStatus.OPEN, TradeStatus.CLOSING]).first()
    if trade is None:
        return None
    part = None if quantity is None else _part(trade, quantity)
    if trade.status == TradeStatus.CLOSING and (trade.closing_goal is None or part is not None):
        return None
    trade.account = account
    after.exit_later(trade, reason, goal=None if part is None else trade.closed_quantity + part)
    return trade


def _part(trade: Trade, quantity: Decimal) -> Decimal | None:
    """What is to be closed; None: all."""
    if quantity >= trade.open_quantity:
        return None
    if trade.market_type == "CONTRACT":
        raise ContractNotDivisible("A contract is sold whole: it cannot be closed in part.")
    part = fit_quantity(quantity, instrument_or_default(trade.venue, trade.symbol, trade.market_type))
    if part <= 0:
        raise ValueError(f"quantity: {quantity} is less than a lot of {trade.symbol}")
    return part


def run_exit(trade_id: int) -> None:
    """Send what a CLOSING trade still needs. Safe to run twice or at once: there is one exit order in flight at most.

    On a spot market a resting stop holds the coins, so it is cancelled first (and put back for what is left of a part);
    elsewhere the exit goes first, because it can only reduce, and the legs are cancelled when the trade has closed.
    """
    trade = Trade.objects.select_related("account").get(pk=trade_id)
    if trade.status != TradeStatus.CLOSING:
        return
    _cancel_entries_rest(trade)
    if trade.market_type == "SPOT" and not cancel_legs(trade_id):
        return  # a leg that may still sell the coins: the sweeper comes back in a few seconds
    order_id = _exit_order(trade_id)
    if order_id is not None:
        submit_order(order_id)


@transaction.atomic
def _exit_order(trade_id: int) -> int | None:
    """The NEW exit order to send: one that waits, or one made now for what is open. None while one is on its way."""
    account_id = Trade.objects.values_list("account_id", flat=True).get(pk=trade_id)
    account = Account.objects.locked().get(pk=account_id)
    trade = Trade.objects.locked().get(pk=trade_id)
    if trade.status != TradeStatus.CLOSING or not trade.open_quantity or settle_part(trade):
        return None
    exits = Order.objects.filter(trade=trade, purpose=OrderPurpose.EXIT)
    pending = exits.filter(status__in=PENDING_STATUSES).first()
    if pending is not None:
        return pending.pk if pending.status == OrderStatus.NEW else None
    return Order.objects.create(
        account=account,
        trade=trade,
        client_order_id=exit_order_id(trade, exits.count()),
        purpose=OrderPurpose.EXIT,
        venue=trade.venue,
        symbol=trade.symbol,
        side="SELL" if trade.direction_sign > 0 else "BUY",
        quantity=trade.open_quantity if trade.closing_goal is None else trade.closing_goal - trade.closed_quantity,
        reduce_only=trade.market_type != "SPOT",
    ).pk


def cancel_entry(order_id: int) -> None:
    """Take back an entry that was sent, or see that it has filled; one whose outcome is not known is looked up first.

    What cannot be done now is left as it is, for the next try.
    """
    order = Order.objects.select_related("account").get(pk=order_id)
    if order.status == OrderStatus.UNKNOWN:
        order.status = resolve_order(order_id)
    if order.status in (OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED):
        cancel_at_broker(order.account, order)


def _cancel_entries_rest(trade: Trade) -> None:
    """What of the entry has not filled yet is not wanted any more."""
    entry = Order.objects.filter(
        trade=trade, purpose=OrderPurpose.ENTRY, status__in=[OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED]
    ).first()
    if entry is not None:
        cancel_at_broker(trade.account, entry)


def cancel_legs(trade_id: int) -> bool:
    """Cancel the stop and target that rest at the broker; what has filled of them meanwhile is booked.

    True when none rests there any more.
    """
    trade = Trade.objects.select_related("account").get(pk=trade_id)
    legs = Order.objects.filter(
        trade=trade, purpose__in=[OrderPurpose.STOP, OrderPurpose.TARGET], status__in=PENDING_STATUSES
    )
    for leg in legs.all():
        cancel_at_broker(trade.account, leg)
    return not legs.all().exists()


def cancel_at_broker(account: Account, order: Order) -> None:
    """Take an order away at its broker and book what it says; where that fails, it is logged, and tried again later."""
    try:
        report = live_broker(account).cancel_order(
            order.symbol, order_id=order.broker_order_id, client_order_id=order.client_order_id
        )
    except Exception as error:
        # The order is still pending in our books: the sweeper and the reconciliation come back to it.
        logger.warning("order %s could not be cancelled (%s)", order.pk, _told(error))
        return
    apply_report(order.pk, report)


def _told(error: Exception) -> str:
    """Only a broker's error is known to be fit to be logged whole."""
    return str(error) if isinstance(error, BrokerError) else type(error).__name__


def check_broker_exit(trade_id: int, reason: str) -> None:
    """Some seconds after a level was touched that the broker holds: see what it did, and act where it did not.

    A stop that has not filled is escalated to the market; a target is left to wait, since the price came to it.
    """
    trade = Trade.objects.select_related("account").get(pk=trade_id)
    if trade.status not in (TradeStatus.OPEN, TradeStatus.CLOSING):
        return
    is_stop = ExitReason(reason) in STOP_REASONS
    leg = leg_of(trade, OrderPurpose.STOP if is_stop else OrderPurpose.TARGET)
    if leg is not None:
        try:
            report = live_broker(trade.account).get_order(
                leg.symbol, order_id=leg.broker_order_id, client_order_id=leg.client_order_id
            )
        except BrokerError as error:
            logger.warning("the stop of trade %s could not be looked up: %s", trade_id, error)
            report = None
        if report is not None:
            apply_report(leg.pk, report)
    if is_stop:
        _escalate(trade_id)


@transaction.atomic
def _escalate(trade_id: int) -> None:
    account_id = Trade.objects.values_list("account_id", flat=True).get(pk=trade_id)
    account = Account.objects.locked().get(pk=account_id)
    trade = Trade.objects.locked().get(pk=trade_id)
    if trade.status not in (TradeStatus.OPEN, TradeStatus.CLOSING) or not trade.open_quantity:
        return
    if Order.objects.filter(trade=trade, purpose=OrderPurpose.EXIT, status__in=PENDING_STATUSES).exists():
        if trade.closing_goal is not None:
            after.exit_later(trade, stop_reason(trade))  # what is left of it goes as well
        return
    trade.stop_held = StopHolder.US
    trade.save(update_fields=["stop_held"])
    after.exit_later(trade, stop_reason(trade))
    message = (
        f"{trade}: the stop at the broker was touched and did not fill in {ESCALATE_SECONDS} s; closing at market."
    )
    alert(account, "stop_escalated", message, trade=trade.pk)
