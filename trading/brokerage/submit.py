"""Sending an order to its broker, once."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from brokers.errors import BrokerError, BrokerUnavailable, OutcomeUnknown, RateLimited
from brokers.interface import Instrument, OrderRequest, Quote
from trading.brokerage.alerts import alert
from trading.brokerage.apply import apply_report, refuse_order
from trading.brokerage.connections import live_broker
from trading.brokerage.requests import request_of
from trading.killswitch.withdrawal import why_withdraw, withdraw
from trading.market import entry_as_quote, instrument_or_default, market_now, quotes, seen_quotes, wall_now
from trading.models import Account, AccountMode, Order, OrderPurpose, OrderStatus
from trading.models.fields import to_price

logger = logging.getLogger(__name__)

ENTRY_PATIENCE = timedelta(seconds=30)  # an entry that could not be sent by then is too late for its signal


@dataclass(frozen=True, slots=True)
class _Ready:
    account: Account
    request: OrderRequest
    quote: Quote
    instrument: Instrument


def submit_order(order_id: int) -> OrderStatus:
    """Send a NEW order and book what the broker answers. Safe to run twice or at once: only one caller sends it.

    An outcome that is not known leaves the order UNKNOWN, for `resolve` to look up. An order that surely was not sent
    (rate limit, no connection) is NEW again, and the sweeper tries once more.
    """
    ready = _claim(order_id)
    if ready is None:
        return OrderStatus(Order.objects.values_list("status", flat=True).get(pk=order_id))
    try:
        broker = live_broker(ready.account)
    except Exception as error:
        logger.warning("order %s waits: its broker cannot be reached (%s)", order_id, type(error).__name__)
        return _put_back(order_id, error)
    try:
        report = broker.place_order(ready.request, ready.quote, ready.instrument)
    except OutcomeUnknown as error:
        return _mark_unknown(order_id, str(error))
    except (RateLimited, BrokerUnavailable) as error:
        return _put_back(order_id, error)
    except BrokerError as error:
        return refuse_order(order_id, str(error), error.code)
    except Exception as error:
        logger.exception("order %s: the adapter failed; its outcome is not known", order_id)
        return _mark_unknown(order_id, f"the adapter failed ({type(error).__name__})")
    return apply_report(order_id, report)


@transaction.atomic
def _claim(order_id: int) -> _Ready | None:
    """Take the order from NEW to SUBMITTED, on record before anything leaves; None when there is nothing to send."""
    account_id = Order.objects.values_list("account_id", flat=True).get(pk=order_id)
    account = Account.objects.locked().get(pk=account_id)
    order = Order.objects.select_related("trade__session", "trade__signal").get(pk=order_id)
    if order.status != OrderStatus.NEW:
        return None
    trade = order.trade
    trade.account = account
    if order.purpose == OrderPurpose.ENTRY:
        if reason := why_withdraw(account, trade):
            withdraw(account, order, reason)
            return None
        quote = quotes().get(order.venue, order.symbol)
        if reason := _why_not(account, order, quote):
            refuse_order(order_id, reason, "not_sent")
            return None
    else:  # an exit goes out without Redis, too
        market = (order.venue, order.symbol)
        quote = seen_quotes([market]).get(market)
    quote = quote or entry_as_quote(trade)
    instrument = instrument_or_default(order.venue, order.symbol, trade.market_type)
    order.status, order.submitted_at = OrderStatus.SUBMITTED, wall_now()
    order.intended_price = order.stop_price or to_price(quote.ask if order.side == "BUY" else quote.bid)
    try:
        request = request_of(order, trade, account)
    except (ValueError, KeyError) as error:
        refuse_order(order_id, f"The order cannot be made: {error}", "invalid_order")
        return None
    order.save(update_fields=["status", "submitted_at", "intended_price", "updated_at"])
    return _Ready(account, request, quote, instrument)


def _why_not(account: Account, order: Order, quote: Quote | None) -> str:
    """The reason not to send an entry after all, or "". What held when it was approved may not hold any more."""
    if not account.is_enabled:
        return "The account is disabled."
    if account.mode == AccountMode.LIVE and not account.live_trading_enabled:
        return "Live trading is not switched on for this account."
    if wall_now() - order.created_at > ENTRY_PATIENCE:
        return f"It could not be sent within {ENTRY_PATIENCE.seconds} s."
    if quote is None:
        return "The market has no quote."
    age = market_now(order.venue, quote).timestamp() - quote.time
    if age > settings.QUOTE_MAX_AGE:
        return f"The quote is {age:.0f} s old."
    return ""


@transaction.atomic
def _mark_unknown(order_id: int, reason: str) -> OrderStatus:
    account_id = Order.objects.values_list("account_id", flat=True).get(pk=order_id)
    account = Account.objects.locked().get(pk=account_id)
    order = Order.objects.get(pk=order_id)
    if order.status == OrderStatus.SUBMITTED:
        order.status, order.reason = OrderStatus.UNKNOWN, reason[:200]
        order.save(update_fields=["status", "reason", "updated_at"])
        alert(
            account,
            "order_unknown",
            f"{order}: the broker did not answer. It is being looked up, and not sent again.",
            order=order.client_order_id,
        )
    return OrderStatus(order.status)


@transaction.atomic
def _put_back(order_id: int, error: Exception) -> OrderStatus:
    account_id = Order.objects.values_list("account_id", flat=True).get(pk=order_id)
    account = Account.objects.locked().get(pk=account_id)
    order = Order.objects.get(pk=order_id)
    if order.status == OrderStatus.SUBMITTED:
        first = not order.reason
        # Only a broker's error is known to be fit to be shown.
        why = str(error) if isinstance(error, BrokerError) else f"its broker cannot be reached ({type(error).__name__})"
        order.status, order.reason = OrderStatus.NEW, why[:200]
        order.save(update_fields=["status", "reason", "updated_at"])
        if first and order.purpose != OrderPurpose.ENTRY:
            alert(account, "exit_delayed", f"{order} could not be sent yet: {why}", trade=order.trade_id)
    return OrderStatus(order.status)
