"""Ending trades, paper and live alike: paper ones are filled here and now, live ones at their broker."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from trading import queueing
from trading.brokerage.closing import ESCALATE_SECONDS, request_exit
from trading.brokerage.legs import broker_acts
from trading.exits.exit_fills import extent_of
from trading.exits.exit_plans import arm_next_target, stop_reason
from trading.exits.exits import Exit, close_trades
from trading.exits.level_changes import moment
from trading.models import Account, ExitReason, LevelChange, Trade, TradeStatus
from trading.stream import trigger_feed

_LEVELS = (ExitReason.STOP_LOSS, ExitReason.TAKE_PROFIT)


def close(exits: Sequence[Exit]) -> int:
    """Close what is asked for of the trades that are still OPEN, one exit each. Returns how many exits were carried out
    (paper) or begun (live).

    A level that rests at the broker is the broker's to act on: it is looked at some seconds later.
    """
    wanted = {item.trade_id: item for item in exits}
    live = Trade.objects.watched().filter(pk__in=wanted).exclude(account__broker="paper")
    at_brokers = {trade.pk: trade for trade in live}
    count = len(close_trades([item for item in exits if item.trade_id not in at_brokers]))
    for trade in at_brokers.values():
        count += _close_live(trade, wanted[trade.pk])
    return count


def _close_live(trade: Trade, exit_: Exit) -> bool:
    if exit_.reason in _LEVELS and broker_acts(trade, exit_.reason):
        queueing.send("trading.check_broker_exit", trade.pk, exit_.reason.value, after=ESCALATE_SECONDS)
        return False
    if trade.status == TradeStatus.CLOSING:  # a part is on its way out: a stop takes the rest along
        return exit_.reason == ExitReason.STOP_LOSS and request_exit(trade.pk, stop_reason(trade)) is not None
    return _request(trade.pk, exit_)


@transaction.atomic
def _request(trade_id: int, exit_: Exit) -> bool:
    """Begin the exit; a target that closes a portion gives way to the next one at once, so that it is taken once."""
    account_id = Trade.objects.values_list("account_id", flat=True).get(pk=trade_id)
    account = Account.objects.locked().get(pk=account_id)
    trade = Trade.objects.locked().filter(pk=trade_id, status=TradeStatus.OPEN).first()
    extent = None if trade is None else extent_of(trade, exit_)
    if trade is None or extent is None:
        return False
    trade.account = account
    if extent.targets and extent.quantity < trade.open_quantity:
        changes = arm_next_target(trade, extent.targets, at=moment(int(exit_.quote.time * 1000)))
        LevelChange.objects.bulk_create(changes)
        trade.save(update_fields=["take_profit", "targets_hit", "levels_since", "updated_at"])
        if not extent.quantity:
            transaction.on_commit(partial(trigger_feed.publish, [trade]))
            return True
    reason = stop_reason(trade) if exit_.reason == ExitReason.STOP_LOSS else exit_.reason
    part = extent.quantity if extent.quantity < trade.open_quantity else None
    return request_exit(trade_id, reason, quantity=part) is not None
