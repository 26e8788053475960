"""A trade's stop and target at its broker follow those in our books: placed, moved, resized and taken away there.

Until the broker has confirmed a stop at its level it is ours to watch. What fails is tried again by the sweeper, and
the leg that rested there before rests there still.
"""

import logging
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.db import transaction

from brokers.edge import fit_quantity, fit_trigger
from brokers.errors import BrokerError, InvalidOrder
from brokers.interface import Instrument, LiveBroker, OrderChange, OrderReport
from brokers.rules.order_limits import stop_is_passed
from trading import quiet
from trading.brokerage import after, alerts, entries, legs
from trading.brokerage.apply import apply_report, locked
from trading.brokerage.closing import request_exit
from trading.brokerage.connections import live_broker
from trading.brokerage.turns import turn
from trading.exits.exit_plans import stop_reason
from trading.market import instrument_or_default
from trading.models import PENDING_STATUSES, Account, Order, OrderPurpose, StopHolder, Trade, TradeStatus
from trading.stream import trigger_feed

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 20
_TELL_EVERY_SECONDS = 600
_AT_ONCE = 100
_NEARLY = Decimal("0.999")


def unheld_trades(before: datetime) -> list[int]:
    """Trades at brokers, open since `before`, whose stop we watch or whose legs do not fit them; each at most every
    20 s.
    """
    trades = Trade.objects.filter(status=TradeStatus.OPEN, opened_wall__lt=before).exclude(account__broker="paper")
    bare = trades.filter(stop_held=StopHolder.US, stop_loss__isnull=False)
    bare = bare.exclude(market_type="CONTRACT", contract__multiplier=None)
    planned = trades.exclude(exit_plan={}).filter(orders__purpose="TARGET", orders__status__in=PENDING_STATUSES)
    found = {
        *bare.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE],
        *trades.filter(legs.unfitting()).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE],
        *(trade.pk for trade in planned.order_by("pk")[:_AT_ONCE] if not legs.fits(trade)),
    }
    return [pk for pk in sorted(found) if quiet.now_and_then(f"levels:{pk}", _EVERY_SECONDS)]


def amend_levels(trade_id: int) -> bool:
    """Have the broker hold the trade's stop and target as they are now. True when it does afterwards.

    Safe to repeat and to run at once: a leg that fits is left as it is. A broker that holds none leaves them to us.
    """
    with turn(f"levels:{trade_id}") as ours:
        if not ours:
            return False  # whoever is at it looks again when done
        trade = Trade.objects.select_related("account", "session").get(pk=trade_id)
        entry = Order.objects.filter(trade=trade, purpose=OrderPurpose.ENTRY).first()
        if entry is None or trade.status != TradeStatus.OPEN or trade.account.is_paper:
            return False
        before = (trade.stop_loss, trade.take_profit, trade.closed_quantity)
        done = _amend(trade, entry)
    _again_if_changed(trade_id, before)
    return done


def _again_if_changed(trade_id: int, before: tuple[object, ...]) -> None:
    trade = Trade.objects.get(pk=trade_id)
    if trade.status == TradeStatus.OPEN and (trade.stop_loss, trade.take_profit, trade.closed_quantity) != before:
        legs.amend_later(trade_id)


def _amend(trade: Trade, entry: Order) -> bool:
    try:
        broker = live_broker(trade.account)
        if not broker.capabilities().holds_stops:
            return False
        known = broker.get_order(entry.symbol, order_id=entry.broker_order_id, client_order_id=entry.client_order_id)
        if known is None:
            return False
        apply_report(entry.pk, known)
        _book_ended_legs(broker, trade, known)
    except BrokerError as error:
        logger.warning("trade %s: its stop and target could not be looked up (%s); we watch them", trade.pk, error)
        return False
    trade.refresh_from_db()
    if trade.status != TradeStatus.OPEN:
        return False
    instrument = instrument_or_default(trade.venue, trade.symbol, trade.market_type)
    change = _contract_change(trade, known) if trade.market_type == "CONTRACT" else _change(trade, known, instrument)
    if change is None:
        return _settle(entry.pk, known, trade)
    try:
        known = broker.amend_order(known, change, instrument)
    except BrokerError as error:
        _watch(trade.pk)
        _failed(trade, broker, error)
        return False
    return _settle(entry.pk, known, trade)


def _book_ended_legs(broker: LiveBroker, trade: Trade, known: OrderReport) -> None:
    """What became of each leg of our books that rests there no more: one that has filled is not to be placed again, on
    a position that is gone.
    """
    for purpose, resting in ((OrderPurpose.STOP, known.stop_order_id), (OrderPurpose.TARGET, known.target_order_id)):
        leg = legs.leg_of(trade, purpose)
        if leg is None or leg.broker_order_id in ("", resting):
            continue
        report = broker.get_order(leg.symbol, order_id=leg.broker_order_id, client_order_id=leg.client_order_id)
        if report is not None:
            apply_report(leg.pk, report)


def _change(trade: Trade, known: OrderReport, instrument: Instrument) -> OrderChange | None:
    """What is to be changed at the broker; None where it all fits."""
    wanted = legs.wanted_legs(trade)
    quantity = fit_quantity(wanted.quantity, instrument)
    if not quantity:
        return None  # less than a lot: no order is as small as that
    stop = None if wanted.stop is None else fit_trigger(wanted.stop, instrument)
    target = None if wanted.target is None else fit_trigger(wanted.target, instrument)
    stop_fits = known.stop_in_force == (stop is not None) and _is(
        (known.stop_level, stop), (known.stop_quantity, quantity)
    )
    target_fits = bool(known.target_order_id) == (target is not None) and _is(
        (known.target_level, target), (known.target_quantity, quantity)
    )
    if stop_fits and target_fits:
        return None
    return OrderChange(
        stop_loss=None if stop_fits else stop,
        take_profit=None if target_fits else target,
        leg_quantity=quantity,
        drop_stop=stop is None and not stop_fits,
        drop_target=target is None and not target_fits,
    )


def _is(*pairs: tuple[object, object]) -> bool:
    """Whether what the broker tells is what is wanted; what it does not tell is taken to be."""
    return all(told is None or told == wanted for told, wanted in pairs)


def _contract_change(trade: Trade, known: OrderReport) -> OrderChange | None:
    """A multiplier's limit_order; None where nothing is open, or the contract holds no levels.

    Its stop is a loss of money. One on the winning side of the entry is not to be had, and stays ours to watch; one
    beyond the stake is put just before it, where the contract ends.
    """
    state = known.contract
    if trade.stop_held == StopHolder.BROKER or state is None or state.multiplier is None:
        return None
    entry, stop = state.entry_spot or trade.entry_price, trade.stop_loss
    if entry is not None and stop is not None:
        furthest = entry * (1 - trade.direction_sign * _NEARLY / state.multiplier)
        stop = max(stop, furthest) if trade.direction_sign > 0 else min(stop, furthest)
    return OrderChange(
        stop_loss=None if _is_winning(trade) else stop,
        take_profit=trade.take_profit,
        drop_stop=trade.stop_loss is None and state.stop_loss is not None,
        drop_target=trade.take_profit is None and state.take_profit is not None,
    )


def _is_winning(trade: Trade) -> bool:
    """Whether the stop lies where the trade wins."""
    if trade.stop_loss is None or trade.entry_price is None:
        return False
    return trade.direction_sign * (trade.stop_loss - trade.entry_price) >= 0


@transaction.atomic
def _settle(entry_id: int, report: OrderReport, meant: Trade) -> bool:
    """Write down what rests at the broker now. A trade that ended meanwhile has it taken away again."""
    account, _, trade = locked(entry_id)
    if trade.market_type == "CONTRACT":
        return _settle_contract(trade, report, meant)
    legs.hold(trade, report)
    for purpose, order_id, level in (
        (OrderPurpose.STOP, report.stop_order_id, trade.stop_loss),
        (OrderPurpose.TARGET, report.target_order_id, trade.take_profit),
    ):
        if not order_id and not report.stop_refused and (level is None or purpose == OrderPurpose.TARGET):
            legs.gone(trade, purpose)
    trade.save(update_fields=["stop_held", "updated_at"])
    if trade.status != TradeStatus.OPEN:
        _make_way(trade)
        return False
    entries.guard(account, trade, report)
    transaction.on_commit(partial(trigger_feed.publish, [trade]))
    return trade.stop_held == StopHolder.BROKER


def _make_way(trade: Trade) -> None:
    """An exit came in between. What was placed beside it goes when the trade has ended; on a spot market at once, since
    it holds the coins that are to be sold.
    """
    if trade.status != TradeStatus.CLOSING:
        after.cancel_legs_later(trade.pk)
    elif trade.market_type == "SPOT":
        after.run_exit_later(trade.pk)


def _settle_contract(trade: Trade, report: OrderReport, meant: Trade) -> bool:
    """The broker's to act on again where it holds the stop that we asked for, and nothing was changed since."""
    same = (trade.stop_loss, trade.take_profit) == (meant.stop_loss, meant.take_profit)
    held = report.stop_in_force or trade.stop_loss is None
    if trade.status != TradeStatus.OPEN or not same or not held or _is_winning(trade):
        return False
    trade.stop_held = StopHolder.BROKER
    trade.save(update_fields=["stop_held", "updated_at"])
    return True


@transaction.atomic
def _watch(trade_id: int) -> None:
    """What was asked for may rest there by now or not: the stop is ours to watch."""
    account_id = Trade.objects.values_list("account_id", flat=True).get(pk=trade_id)
    Account.objects.locked().get(pk=account_id)
    trade = Trade.objects.locked().get(pk=trade_id)
    if trade.status == TradeStatus.OPEN and trade.stop_held != StopHolder.US:
        trade.stop_held = StopHolder.US
        trade.save(update_fields=["stop_held", "updated_at"])


def _failed(trade: Trade, broker: LiveBroker, error: BrokerError) -> None:
    """A stop that the price has passed already ends the trade at once; anything else is tried again, and told."""
    logger.warning("trade %s: its stop and target could not be changed (%s)", trade.pk, error)
    if isinstance(error, InvalidOrder) and _is_passed(trade, broker):
        _end_passed(trade, error)
    elif quiet.now_and_then(f"amend-failed:{trade.pk}:{error.code}", _TELL_EVERY_SECONDS):
        message = (
            f"{trade}: the broker did not take its changed stop or target ({error}). What it held before stays there; "
            "Signalist watches the new level, and tries again."
        )
        alerts.alert(trade.account, "amend_failed", message, trade=trade.pk)


def _is_passed(trade: Trade, broker: LiveBroker) -> bool:
    if trade.stop_loss is None:
        return False
    try:
        last = broker.quote(trade.symbol).last
    except BrokerError:
        return False
    return stop_is_passed(trade.direction_sign < 0, float(trade.stop_loss), last)


def _end_passed(trade: Trade, error: BrokerError) -> None:
    """INCIDENTS 6."""
    if request_exit(trade.pk, stop_reason(trade)) is not None:
        message = f"{trade}: the price had passed its new stop ({error}); the position is closed at the market."
        alerts.alert(trade.account, "emergency_exit", message, trade=trade.pk)
