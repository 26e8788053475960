"""What a hand asks of an open trade's levels, checked against the market and worked out. Nothing is saved here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from brokers.interface import Instrument
from brokers.rules.rounding import floor_to_tick
from trading.exits.exit_plans import atr_for, planned_stop, put, target_price, targets_left, work_out
from trading.models import StopMover, Trade
from trading.models.fields import to_price


class Keep(Enum):
    """In the place of a level: leave it as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
Level = Decimal | None | Keep


class InvalidChange(Exception):
    """What was asked for cannot be: the fields, each with the reason."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Asked:
    """Levels (prices per unit; None removes one) and parts of the exit plan (trading.exits.exit_plans.PARTS)."""

    stop_loss: Level = KEEP
    take_profit: Level = KEEP
    parts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The levels that were asked for, and where the plan then moves the stop at once, if it does."""

    stop: Decimal | None
    target: Decimal | None
    moved_stop: Decimal | None = None
    mover: StopMover | None = None


def work_out_change(trade: Trade, asked: Asked, instrument: Instrument, price: float, now: datetime) -> Outcome:
    """Put the asked plan on the trade (unsaved) and return the levels that it comes to at the current price.

    Raises InvalidChange.
    """
    _change_plan(trade, asked, instrument, price, now)
    target = _target(trade, asked, instrument, price)
    stop = _stop(trade, asked, instrument, price)
    moved, mover = planned_stop(trade, stop)
    if moved is None or mover is None:
        return Outcome(stop, target)
    _need_consent(asked, moved, mover)
    return Outcome(stop, target, moved, mover)


def _change_plan(trade: Trade, asked: Asked, instrument: Instrument, price: float, now: datetime) -> None:
    parts = asked.parts
    if not parts:
        return
    trailing = parts.get("trailing")
    atr = atr_for(trade, trailing)
    if trailing is not None and trailing.kind == "ATR" and atr is None:
        raise InvalidChange({"trailing": "There are too few candles to work the ATR out from."})
    # What the stop trails behind is the best price from now on; an earlier one may lie beyond the new distance.
    moves_anew = trade.best_price is None or "trailing" in parts or "break_even" in parts
    put(
        trade,
        work_out(trade, parts, atr=atr, instrument=instrument),
        best=to_price(price) if moves_anew else trade.best_price,
    )
    if "time_exit_minutes" in parts and trade.time_exit_at is not None and trade.time_exit_at <= now:
        raise InvalidChange({"time_exit_minutes": "The trade has been open for longer than that already."})
    if "targets" in parts:
        trade.targets_hit = 0
        for target in targets_left(trade):
            if trade.direction_sign * (target["price"] - price) <= 0.0:
                told = f"A target at {target['price']:.10g} has been passed: the price is {price:.10g}."
                raise InvalidChange({"targets": told})


def _target(trade: Trade, asked: Asked, instrument: Instrument, price: float) -> Decimal | None:
    wanted = asked.take_profit
    if wanted is KEEP:
        return target_price(trade) if "targets" in asked.parts else trade.take_profit
    if asked.parts.get("targets"):
        raise InvalidChange({"take_profit": "Either one target or a list of them, not both."})
    if wanted is None:
        if targets_left(trade):
            trade.exit_plan["targets"] = trade.exit_plan["targets"][: trade.targets_hit]
        return None
    target = _rounded(wanted, instrument)
    if trade.direction_sign * (float(target) - price) <= 0.0:
        side = "above" if trade.direction_sign > 0 else "below"
        raise InvalidChange({"take_profit": f"It must lie {side} the current price, {price:.10g}."})
    if left := targets_left(trade):
        entry = float(trade.entry_price or 0)
        left[0] |= {
            "price": float(target),
            "percent": round(100.0 * trade.direction_sign * (float(target) / entry - 1.0), 6),
        }
    return target


def _stop(trade: Trade, asked: Asked, instrument: Instrument, price: float) -> Decimal | None:
    wanted = asked.stop_loss
    if wanted is KEEP:
        return trade.stop_loss
    if wanted is None:
        if not trade.stop_waived:
            raise InvalidChange({"stop_loss": "It cannot be removed: the trade's session asks for a stop."})
        return None
    stop = _rounded(wanted, instrument)
    if trade.direction_sign * (price - float(stop)) <= 0.0:
        side = "below" if trade.direction_sign > 0 else "above"
        raise InvalidChange({"stop_loss": f"It must lie {side} the current price, {price:.10g}."})
    return stop


def _rounded(level: Decimal, instrument: Instrument) -> Decimal:
    """To the nearest tick, one at least."""
    tick = instrument.tick_size
    return to_price(max(floor_to_tick(float(level) + tick / 2, tick), tick))


def _need_consent(asked: Asked, moved: Decimal, mover: StopMover) -> None:
    """A hand's own move is not taken back at once by the plan that it leaves in force."""
    part = "trailing" if mover == StopMover.TRAIL else "break_even"
    if asked.stop_loss is not KEEP and part not in asked.parts:
        told = f"The trade's {part.replace('_', ' ')} would move it to {moved.normalize():f} at once"
        raise InvalidChange({"stop_loss": f"{told}; change that as well."})
