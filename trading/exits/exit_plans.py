"""Exit plans of trades: percents of the entry, worked out as prices when the trade is entered, and what they ask for.

A trade keeps its plan as JSON: the settings (trading/sessions/session_settings.py) and beside them what they came to
for this trade. `trailing` adds `distance` (price units, null where a percent does it), `activation_price` and `step`
(fraction); `break_even` adds `trigger_price` and `stop_price`; each of `targets` its `price`; `tick_size`, `lot_size`
and `min_quantity` are the instrument's. A part that is not wanted is null.
"""

import dataclasses
import logging
import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from brokers.interface import Instrument
from brokers.rules.rounding import ceil_to_tick, floor_to_tick
from signals.models import MarketType
from trading.candles import average_range
from trading.exits.level_changes import change
from trading.market import instrument_or_default
from trading.models import AutoTradingSession, ExitReason, LevelChange, StopMover, Trade
from trading.models.fields import to_price
from trading.rules.exit_plan import (
    BREAK_EVEN,
    NO_PLAN,
    TRAIL,
    UNMOVED,
    PlanLevels,
    move_level,
    next_stop,
    plan_levels,
    portion_quantity,
)
from trading.rules.sizing import target_from_percent
from trading.sessions.algorithms import current_settings
from trading.sessions.session_settings import BreakEven, ExitPlan, Target, Trailing

logger = logging.getLogger(__name__)

MOVERS = {TRAIL: StopMover.TRAIL, BREAK_EVEN: StopMover.BREAK_EVEN}
PARTS = ("trailing", "break_even", "targets", "time_exit_minutes")
NO_EXIT_PLAN = ExitPlan()
_WHOLE = 1 - 1e-9  # portions that sum to 1 but for float noise
_NAN = math.nan


def plan_of(session: AutoTradingSession | None) -> ExitPlan:
    """The plan that the session's trades are entered with."""
    return NO_EXIT_PLAN if session is None else current_settings(session).exit_plan


def attach(trade: Trade, plan: ExitPlan, *, atr: float | None) -> None:
    """Put the plan in force on a trade that was just entered, unsaved; `atr` (price units) is for trailing by ATR.

    With targets the first one becomes `take_profit`; without, the one that the signal brought stays. A stop that trails
    more closely than the signal's is in force at once.
    """
    if plan != NO_EXIT_PLAN:
        wanted = {name: getattr(plan, name) for name in PARTS}
        put(trade, work_out(trade, wanted, atr=atr, instrument=instrument_of(trade)), best=trade.entry_price)
        if trade.exit_plan["targets"]:
            trade.take_profit = target_price(trade)
        stop, mover = planned_stop(trade, trade.stop_loss)
        if mover is not None:
            trade.stop_loss, trade.stop_moved_by = stop, mover
    trade.initial_stop = trade.stop_loss


def attach_sessions(trade: Trade) -> None:
    """Put the plan of the trade's session in force, with the ATR as it is now."""
    plan = plan_of(trade.session)
    atr = atr_for(trade, plan.trailing)
    if atr is None and plan.trailing is not None and plan.trailing.kind == "ATR":
        logger.warning("trade %s: too few candles for an ATR; its stop does not trail", trade.pk)
    attach(trade, plan, atr=atr)


def put(trade: Trade, worked_out: dict[str, Any], *, best: Decimal | None) -> None:
    """Make this the trade's plan, unsaved; `best` is the best price that counts for its stop so far."""
    trade.exit_plan = worked_out
    minutes = worked_out["time_exit_minutes"]
    trade.time_exit_at = None
    if minutes is not None and trade.opened_at is not None:
        trade.time_exit_at = trade.opened_at + timedelta(minutes=minutes)
    trade.best_price = trade.worst_price = best if _needs_watching(worked_out) else None


def _needs_watching(worked_out: Mapping[str, Any]) -> bool:
    """Whether the trade's levels change on the way, so that prices between them count, too."""
    targets = worked_out["targets"]
    partial = bool(targets) and (len(targets) > 1 or targets[0]["portion"] < _WHOLE)
    return partial or worked_out["break_even"] is not None or worked_out["trailing"] is not None


def atr_for(trade: Trade, trailing: Trailing | None) -> float | None:
    """The average true range (price units) that this way of trailing needs, of the session's candles (else of minutes).

    None where it needs none, and while there are too few candles for it.
    """
    if trailing is None or trailing.kind != "ATR":
        return None
    timeframe, period = trade.session.timeframe if trade.session else "1m", trailing.atr_period
    return average_range(trade.venue, trade.symbol, timeframe, period)


def instrument_of(trade: Trade) -> Instrument:
    return instrument_or_default(trade.venue, trade.symbol, trade.market_type)


# --- prices


def work_out(trade: Trade, wanted: Mapping[str, Any], *, atr: float | None, instrument: Instrument) -> dict[str, Any]:
    """The parts in `wanted` (Trailing, BreakEven, Targets, minutes, or None) as the trade's prices; other parts as the
    trade has them. Raises ValueError for a trade without an entry price.
    """
    if trade.entry_price is None:
        raise ValueError(f"trade {trade.pk} has no entry price to work its exit plan out from")
    entry, sign = float(trade.entry_price), trade.direction_sign
    parts: dict[str, Any] = {name: trade.exit_plan.get(name) for name in PARTS}
    parts["targets"] = parts["targets"] or []
    if "trailing" in wanted:
        parts["trailing"] = _trailing(wanted["trailing"], sign, entry, atr)
    if "break_even" in wanted:
        parts["break_even"] = _break_even(wanted["break_even"], sign, entry, instrument.tick_size)
    if "targets" in wanted:
        targets = _divisible(trade, wanted["targets"] or ())
        parts["targets"] = [_target(item, sign, entry, instrument.tick_size) for item in targets]
    if "time_exit_minutes" in wanted:
        parts["time_exit_minutes"] = wanted["time_exit_minutes"]
    steps = {name: getattr(instrument, name) for name in ("tick_size", "lot_size", "min_quantity")}
    return {**parts, **steps}


def _divisible(trade: Trade, targets: Iterable[Target]) -> list[Target]:
    """The targets, nearest first. A contract is sold whole, at the first."""
    nearest_first = sorted(targets, key=lambda target: target.percent)
    if trade.market_type == MarketType.CONTRACT:
        return [dataclasses.replace(target, portion=1.0) for target in nearest_first[:1]]
    return nearest_first


def _trailing(trailing: Trailing | None, sign: int, entry: float, atr: float | None) -> dict[str, Any] | None:
    if trailing is None:
        return None
    distances = {"DISTANCE": trailing.value, "ATR": trailing.value * atr if atr else None}
    distance = distances.get(trailing.kind)
    percent = trailing.value if trailing.kind == "PERCENT" else _NAN
    found = plan_levels(
        sign, entry, percent, _nan(distance), trailing.activation_percent, trailing.step_percent, _NAN, _NAN
    )
    prices = {"distance": distance, "activation_price": found.trail_activation, "step": found.trail_step}
    return dataclasses.asdict(trailing) | prices


def _break_even(even: BreakEven | None, sign: int, entry: float, tick: float) -> dict[str, Any] | None:
    if even is None:
        return None
    found = plan_levels(sign, entry, _NAN, _NAN, _NAN, 0.0, even.trigger_percent, even.offset_percent, tick)
    prices = {"trigger_price": found.break_even_trigger, "stop_price": found.break_even_stop}
    return dataclasses.asdict(even) | prices


def _target(target: Target, sign: int, entry: float, tick: float) -> dict[str, Any]:
    """Rounded to the tick away from the entry, so that it pays what it promises."""
    price = target_from_percent(sign, entry, target.percent)
    return dataclasses.asdict(target) | {"price": (ceil_to_tick if sign > 0 else floor_to_tick)(price, tick)}


def _nan(value: float | None) -> float:
    return _NAN if value is None else float(value)


def levels(trade: Trade) -> PlanLevels:
    """What moves the trade's stop, for the rule book."""
    if trade.best_price is None:
        return NO_PLAN
    trailing, even = trade.exit_plan.get("trailing") or {}, trade.exit_plan.get("break_even") or {}
    percent = trailing.get("value") if trailing.get("kind") == "PERCENT" else None
    return PlanLevels(
        _nan(percent),
        _nan(trailing.get("distance")),
        _nan(trailing.get("activation_price")),
        float(trailing.get("step", 0.0)),
        _nan(even.get("trigger_price")),
        _nan(even.get("stop_price")),
    )


def tick_of(trade: Trade) -> float:
    return float(trade.exit_plan.get("tick_size", 0.0))


def planned_stop(trade: Trade, stop: Decimal | None) -> tuple[Decimal | None, StopMover | None]:
    """Where the plan moves the trade's stop from `stop`, by the best price so far, and what does; None: it stays."""
    if trade.best_price is None or trade.entry_price is None:
        return stop, None
    moved, mover = next_stop(
        trade.direction_sign,
        _nan(None if stop is None else float(stop)),
        float(trade.entry_price),
        float(trade.best_price),
        levels(trade),
        tick_of(trade),
    )
    return (stop, None) if mover == UNMOVED else (to_price(moved), MOVERS[mover])


def move_price(trade: Trade) -> float | None:
    """The price at which the plan would next move the trade's stop; None where it never will."""
    if trade.best_price is None or trade.entry_price is None:
        return None
    level = move_level(
        trade.direction_sign,
        _nan(None if trade.stop_loss is None else float(trade.stop_loss)),
        float(trade.entry_price),
        float(trade.best_price),
        levels(trade),
        tick_of(trade),
    )
    return None if math.isnan(level) else level


# --- targets


def targets_left(trade: Trade) -> list[dict[str, Any]]:
    """The plan's targets still to be reached, nearest first; none where a single target closes all."""
    return list((trade.exit_plan.get("targets") or [])[trade.targets_hit :])


def target_price(trade: Trade) -> Decimal | None:
    """The next of the plan's targets."""
    left = targets_left(trade)
    return to_price(left[0]["price"]) if left else None


def targets_reached(trade: Trade, price: float) -> int:
    """How many of the plan's next targets a price has reached."""
    count = 0
    for target in targets_left(trade):
        if trade.direction_sign * (price - target["price"]) < 0.0:
            break
        count += 1
    return count


def portion(trade: Trade, count: int) -> Decimal:
    """What is to be closed, base units, when the next `count` targets are reached: in lots, never less than the
    instrument's minimum, and all of it where less than that would be left.
    """
    targets = trade.exit_plan["targets"]
    whole = sum(target["portion"] for target in targets) >= _WHOLE
    quantity, closed = float(trade.quantity), float(trade.closed_quantity)
    for index in range(trade.targets_hit, trade.targets_hit + count):
        last = whole and index == len(targets) - 1
        closed += portion_quantity(quantity, closed, targets[index]["portion"], trade.exit_plan["lot_size"], last)
    part = to_price(closed - float(trade.closed_quantity))
    least = to_price(trade.exit_plan["min_quantity"])
    if trade.open_quantity - part < least:
        return trade.open_quantity
    return part if part >= least else Decimal(0)


def arm_next_target(trade: Trade, count: int, *, at: datetime) -> list[LevelChange]:
    """The next `count` targets are done with; from `at` (market time) on the one after them is in force. Unsaved."""
    trade.targets_hit += count
    return change(trade, stop=trade.stop_loss, target=target_price(trade), moved_by=StopMover.TARGET, at=at)


def resting_target(trade: Trade) -> Decimal | None:
    """The target that a broker may hold for the trade, also before its entry: one that closes all of it.

    None where the next target closes a portion only: those are ours to watch.
    """
    if trade.exit_plan:
        left = targets_left(trade)
        portions = [target["portion"] for target in trade.exit_plan.get("targets") or []]
    else:
        planned = plan_of(trade.session).targets
        left, portions = [dataclasses.asdict(target) for target in planned], [target.portion for target in planned]
    if not left:
        return trade.take_profit
    return trade.take_profit if len(left) == 1 and sum(portions) >= _WHOLE else None


def stop_reason(trade: Trade) -> ExitReason:
    """What an exit at the trade's stop is called: by what moved the stop there."""
    return {
        StopMover.TRAIL: ExitReason.TRAILING_STOP,
        StopMover.BREAK_EVEN: ExitReason.BREAK_EVEN,
    }.get(StopMover(trade.stop_moved_by), ExitReason.STOP_LOSS)
