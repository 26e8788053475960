"""Open trades changed by hand: stop, target and exit plan moved, a part of the position closed."""

import copy
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction

from brokers.interface import Instrument
from brokers.rules.rounding import floor_to_lot
from signals.models import MarketType
from trading.accounts import paper
from trading.audit import audit
from trading.brokerage.closing import ContractNotDivisible
from trading.exits.advance import follow_at_broker, lock_open, settle, tell
from trading.exits.exit_plans import PARTS, instrument_of
from trading.exits.level_changes import change, moment
from trading.exits.plan_changes import KEEP, Asked, InvalidChange, Keep, Level, Outcome, work_out_change
from trading.market import market_now
from trading.models import Contract, LevelChange, StopMover, Trade, TradeStatus
from trading.models.fields import to_price
from trading.sessions.session_settings import ExitPlan
from trading.stream import trigger_feed

__all__ = ["KEEP", "ContractNotDivisible", "InvalidChange", "close_part", "modify", "set_plan"]

_CHANGED = ("stop_loss", "take_profit", "exit_plan", "time_exit_at")
_SAVED = (
    "stop_loss",
    "take_profit",
    "stop_held",
    "stop_moved_by",
    "levels_since",
    "exit_plan",
    "targets_hit",
    "best_price",
    "worst_price",
    "time_exit_at",
    "updated_at",
)


def modify(
    *,
    trade_id: int,
    stop_loss: Level = KEEP,
    take_profit: Level = KEEP,
    exit_plan: Mapping[str, Any] | Keep = KEEP,
) -> Trade:
    """Move an open trade's stop and target (prices per unit, rounded to the tick; None removes one), and change the
    parts of its exit plan that are given: trailing, break_even, targets, time_exit_minutes (None or () removes one).

    A stop may be moved either way but stays on the losing side of the current price; a plan's stop follows the best
    price from now on. Raises paper.TradeNotOpen, paper.NoQuote and InvalidChange naming the field.
    """
    trade = Trade.objects.get(pk=trade_id)
    if trade.status == TradeStatus.OPEN:
        settle(trade)
    parts = {} if isinstance(exit_plan, Keep) else exit_plan
    return _modify(trade_id, Asked(stop_loss, take_profit, parts))


def set_plan(*, trade_id: int, plan: ExitPlan) -> Trade:
    """Give an open trade this exit plan in the place of the one it has. Raises as `modify`."""
    return modify(trade_id=trade_id, exit_plan={name: getattr(plan, name) for name in PARTS})


@transaction.atomic
def _modify(trade_id: int, asked: Asked) -> Trade:
    trade = _locked(trade_id)
    _need_levels(trade, asked)
    quote = paper.fresh_quote(trade)
    before = copy.deepcopy(audit.state(trade, _CHANGED))
    now = market_now(trade.venue, quote)
    outcome = work_out_change(trade, asked, instrument_of(trade), quote.last, now)
    rows = _change_levels(trade, asked, outcome, moment(int(quote.time * 1000)))
    if rows and (before["stop_loss"], before["take_profit"]) != (trade.stop_loss, trade.take_profit):
        follow_at_broker(trade)
    trade.save(update_fields=_SAVED)
    LevelChange.objects.bulk_create(rows)
    transaction.on_commit(partial(trigger_feed.publish, [trade]))
    tell([trade])
    _record(trade, "trade.modified", before, audit.state(trade, _CHANGED))
    return trade


def _need_levels(trade: Trade, asked: Asked) -> None:
    """Of contracts only multipliers have a stop and a target."""
    if trade.market_type != MarketType.CONTRACT or Contract.objects.filter(trade=trade, multiplier__gt=0).exists():
        return
    levels = {name: getattr(asked, name) for name in ("stop_loss", "take_profit")}
    given = [*(name for name, level in levels.items() if level is not KEEP), *asked.parts]
    if wrong := [name for name in given if name != "time_exit_minutes"]:
        raise InvalidChange({wrong[0]: "This contract has no stop and no target: its stake is its risk."})


def _change_levels(trade: Trade, asked: Asked, outcome: Outcome, at: datetime) -> list[LevelChange]:
    rows: list[LevelChange] = []
    changed = (outcome.stop, outcome.target) != (trade.stop_loss, trade.take_profit)
    if changed or asked.parts:
        rows += change(trade, stop=outcome.stop, target=outcome.target, moved_by=StopMover.MANUAL, at=at)
    if outcome.mover is not None:
        rows += change(trade, stop=outcome.moved_stop, target=outcome.target, moved_by=outcome.mover, at=at)
    return rows


def close_part(*, trade_id: int, percent: Decimal | None = None, quantity: Decimal | None = None) -> Trade:
    """Close `percent` (0-100) of what is open of a trade, or `quantity` base units of it, at the market; without
    either, all of it. Rounded down to the lot; it only ever reduces.

    Raises paper.TradeNotOpen, paper.NoQuote, InvalidChange naming the field, and ContractNotDivisible.
    """
    with transaction.atomic():
        trade = _locked(trade_id)
        before = audit.state(trade, ("status", "closed_quantity"))
        part = _part(trade, percent, quantity)
        closed = paper.close_by_hand(trade_id, part)
        action = "trade.closed" if part is None else "trade.reduced"
        _record(closed, action, before, audit.state(closed, ("status", "closed_quantity")))
    return closed


def _locked(trade_id: int) -> Trade:
    found = lock_open([trade_id])
    if not found:
        paper.need_open(Trade.objects.get(pk=trade_id))
        raise paper.TradeNotOpen(f"Trade {trade_id} was changed a moment ago.")
    return found[0]


def _part(trade: Trade, percent: Decimal | None, quantity: Decimal | None) -> Decimal | None:
    """Base units in whole lots; None for all of it."""
    if percent is None and quantity is None:
        return None
    name = "percent" if quantity is None else "quantity"
    available = trade.open_quantity
    wanted = available * (percent or Decimal(0)) / 100 if quantity is None else quantity
    if wanted > available:
        raise InvalidChange({name: f"Only {available.normalize():f} is open."})
    if wanted == available:
        return None
    if trade.market_type == MarketType.CONTRACT:
        raise ContractNotDivisible("A contract is sold whole: it cannot be closed in part.")
    return _whole_lots(wanted, available, instrument_of(trade), name)


def _whole_lots(wanted: Decimal, available: Decimal, instrument: Instrument, name: str) -> Decimal:
    part = to_price(floor_to_lot(float(wanted), instrument.lot_size))
    least = to_price(max(instrument.min_quantity, instrument.lot_size))
    if part < least:
        raise InvalidChange({name: f"The market trades {least.normalize():f} at least."})
    if available - part < least:
        left = f"{(available - part).normalize():f} would stay open"
        told = f"{left}, and the market trades {least.normalize():f} at least. Close all of it, or less."
        raise InvalidChange({name: told})
    return part


def _record(trade: Trade, action: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    audit.record(
        owner_id=trade.account.owner_id,
        action=action,
        subject=f"trade {trade.pk}",
        before=before,
        after=after,
        account_id=trade.account_id,
    )
