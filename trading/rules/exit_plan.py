"""How a trade's stop moves: trailing and break-even. A tick is a bar of one price.

Inside a bar: (1) the open is judged by the stop and target as they stand, then the stop follows it; (2) the rest of the
bar is judged by that stop, the worst first; (3) only then do the bar's extremes move the stop, and of the bar's prices
only the close is sure to come after, so it alone is judged by the moved stop. So a trade ends in a bar only where it
would have ended on every path through it. What may have happened, and need not, is that a moved stop was hit inside the
bar and left behind again: with `worst_case` that is taken to have happened, at the bar's worst price.

The stop is the tightest that entry, plan and best price have ever allowed, and depends on nothing else: ticks and the
bar that they make leave the same stop behind. Prices per unit; NaN stands for "none".
"""

import math
from typing import NamedTuple

from brokers.rules.rounding import ceil_to_tick, floor_to_lot, floor_to_tick, from_steps, step_count, whole
from trading.rules.exits import NO_EXIT, STOP_LOSS, TAKE_PROFIT, exit_on_bar, exit_on_entry_bar
from trading.rules.pnl import position_pnl

UNMOVED, TRAIL, BREAK_EVEN = 0, 1, 2


class PlanLevels(NamedTuple):
    """What moves the stop, as floats; NaN: not so."""

    trail_percent: float = math.nan  # distance from the best price, percent (0-100) of it
    trail_distance: float = math.nan  # the same as a price; goes before the percent
    trail_activation: float = math.nan  # best price from which it trails; NaN: from the entry on
    trail_step: float = 0.0  # fraction of the distance (as at the entry) by which it moves at least; 0: any
    break_even_trigger: float = math.nan  # best price at which the stop goes to break_even_stop
    break_even_stop: float = math.nan


NO_PLAN = PlanLevels()


def next_stop(
    direction: int, stop: float, entry: float, best: float, plan: PlanLevels, tick: float = 0.0
) -> tuple[float, int]:
    """(stop price, what moved it: UNMOVED, TRAIL or BREAK_EVEN) once the best price since the entry is `best`.

    Never looser than `stop`, and never at or beyond `best`. The trailing stop is rounded to `tick` (0: not at all),
    away from the price.
    """
    best = entry if math.isnan(best) else best
    moved, mover = stop, UNMOVED
    trailing = _trailing_stop(direction, entry, best, plan, tick)
    if _is_tighter(direction, moved, trailing, best):
        moved, mover = trailing, TRAIL
    if direction * (best - plan.break_even_trigger) >= 0.0 and _is_tighter(
        direction, moved, plan.break_even_stop, best
    ):
        moved, mover = plan.break_even_stop, BREAK_EVEN
    return moved, mover


def move_level(direction: int, stop: float, entry: float, best: float, plan: PlanLevels, tick: float = 0.0) -> float:
    """The price at which next_stop would next move the stop; NaN: none.

    Where the stop trails without steps or ticks, or would break even at its trigger, it is the price beyond which it
    moves.
    """
    best = entry if math.isnan(best) else best
    level = _trailing_level(direction, stop, entry, plan, tick)
    if not math.isnan(level) and direction * (best - level) > 0.0:
        level = best
    even, trigger = plan.break_even_stop, plan.break_even_trigger
    if not math.isnan(trigger + even) and (math.isnan(stop) or direction * (even - stop) > 0.0):
        trigger = _better(direction, trigger, even)
        if math.isnan(level) or direction * (level - trigger) > 0.0:
            level = trigger
    return level


def advance_on_bar(
    direction: int,
    entry: float,
    stop: float,
    target: float,
    best: float,
    worst: float,
    plan: PlanLevels,
    open_: float,
    high: float,
    low: float,
    close: float,
    tick: float = 0.0,
    worst_case: bool = False,
) -> tuple[int, float, float, int, float, float]:
    """One bar in the life of a trade: (reason, price, stop, mover, best, worst).

    Reason and price as exits.exit_on_bar gives them; `stop` is the one in force after the bar (or at the exit) and
    `mover` what moved it in this bar; `best` and `worst` are the prices since the entry (NaN before: the entry). Of a
    bar that ends the trade they take in only what surely came before the exit.
    """
    best = entry if math.isnan(best) else best
    worst = entry if math.isnan(worst) else worst
    reason, price = exit_on_bar(direction, stop, target, open_, open_, open_, open_)
    if reason != NO_EXIT:
        return reason, price, stop, UNMOVED, _better(direction, best, price), _better(-direction, worst, price)
    best, worst = _better(direction, best, open_), _better(-direction, worst, open_)
    stop, mover = next_stop(direction, stop, entry, best, plan, tick)
    top, bottom = (high, low) if direction > 0 else (low, high)
    reason, price = exit_on_bar(direction, stop, target, open_, high, low, close)
    if worst_case and reason != STOP_LOSS:
        reached = _better(direction, best, price if reason == TAKE_PROFIT else top)
        moved, later = next_stop(direction, stop, entry, reached, plan, tick)
        if later != UNMOVED and direction * (bottom - moved) <= 0.0:
            return STOP_LOSS, bottom, bottom, later, best, _better(-direction, worst, bottom)
    if reason != NO_EXIT:
        return reason, price, stop, mover, _better(direction, best, price), _better(-direction, worst, price)
    best = _better(direction, best, top)
    stop, later = next_stop(direction, stop, entry, best, plan, tick)
    mover = later if later != UNMOVED else mover
    reason, price = exit_on_entry_bar(direction, stop, math.nan, close)
    return reason, price, stop, mover, best, _better(-direction, worst, price if reason != NO_EXIT else bottom)


def plan_levels(
    direction: int,
    entry: float,
    trail_percent: float,
    trail_distance: float,
    activation_percent: float,
    step_percent: float,
    break_even_trigger_percent: float,
    break_even_offset_percent: float,
    tick: float = 0.0,
) -> PlanLevels:
    """The plan at an entry: percents (0-100) of the entry as prices, NaN for what is not wanted.

    The break-even stop is rounded to `tick` towards the profit, so that it covers what it is meant to.
    """
    break_even = _beyond(direction, entry, break_even_offset_percent)
    if tick > 0.0 and not math.isnan(break_even):
        break_even = ceil_to_tick(break_even, tick) if direction > 0 else floor_to_tick(break_even, tick)
    return PlanLevels(
        trail_percent,
        trail_distance,
        _beyond(direction, entry, activation_percent),
        step_percent / 100.0,
        _beyond(direction, entry, break_even_trigger_percent),
        break_even,
    )


def time_is_up(opened_ms: int, now_ms: int, minutes: float) -> bool:
    """Whether a trade opened at `opened_ms` (epoch ms) has lived `minutes`; NaN: it has no limit."""
    return now_ms - opened_ms >= minutes * 60_000.0


def portion_quantity(quantity: float, closed: float, portion: float, lot_size: float, last: bool) -> float:
    """Base units to close at a target: `portion` (fraction) of the whole `quantity`, down to the lot, and no more than
    is open; all that is open at the `last` one. 0 where the portion is less than a lot.
    """
    remaining = quantity - closed
    if not remaining > 0.0 or not lot_size > 0.0:
        return 0.0
    if last:
        return from_steps(step_count(remaining, lot_size), lot_size)
    if not portion > 0.0:
        return 0.0
    return min(floor_to_lot(quantity * portion, lot_size), floor_to_lot(remaining, lot_size))


def r_multiple(direction: int, entry: float, initial_stop: float, exit_price: float) -> float:
    """The result in multiples of what was risked: the move to the exit over the move to the first stop.

    NaN without a stop on the losing side. Source: Van K. Tharp, Trade Your Way to Financial Freedom.
    """
    risk = direction * (entry - initial_stop)
    if not risk > 0.0:
        return math.nan
    return direction * (exit_price - entry) / risk


def excursion_pnl(
    inverse: bool, direction: int, quantity: float, entry: float, best: float, worst: float, contract_size: float
) -> tuple[float, float]:
    """(MAE, MFE): the P&L at the worst price (0 or less) and at the best (0 or more), account currency, before costs.

    Source: John Sweeney, Maximum Adverse Excursion.
    """
    adverse = position_pnl(inverse, direction, quantity, entry, worst, contract_size)
    favorable = position_pnl(inverse, direction, quantity, entry, best, contract_size)
    return min(0.0, adverse), max(0.0, favorable)


def _better(direction: int, known: float, price: float) -> float:
    """The better of two prices for the direction; NaN is no price."""
    return price if math.isnan(known) or direction * (price - known) > 0.0 else known


def _is_tighter(direction: int, stop: float, candidate: float, best: float) -> bool:
    """Whether a stop would tighten `stop` and still lie on the losing side of `best`."""
    if not direction * (best - candidate) > 0.0:
        return False
    return math.isnan(stop) or direction * (candidate - stop) > 0.0


def _beyond(direction: int, entry: float, percent: float) -> float:
    return entry + direction * abs(entry) * percent / 100.0


def _distance(price: float, plan: PlanLevels) -> float:
    """How far the stop trails behind a price; NaN: it does not trail."""
    distance = plan.trail_distance
    if math.isnan(distance) and plan.trail_percent < 100.0:
        distance = abs(price) * plan.trail_percent / 100.0
    return distance if distance > 0.0 else math.nan


def _trailing_stop(direction: int, entry: float, best: float, plan: PlanLevels, tick: float) -> float:
    """Where the stop trails to; NaN: nowhere yet. It moves on a lattice of steps from the entry, so that it comes to
    lie in the same place whatever prices the best one was reached by.
    """
    if direction * (best - plan.trail_activation) < 0.0:
        return math.nan
    level = best - direction * _distance(best, plan)
    step = plan.trail_step * _distance(entry, plan)
    if step > 0.0:
        level = entry + direction * step * whole(step_count(direction * (level - entry), step))
    return _on_tick(direction, level, tick)


def _on_tick(direction: int, level: float, tick: float) -> float:
    """A stop's price rounded to the tick, away from the market; a tick of 0 leaves it as it is."""
    if not tick > 0.0:
        return level
    return floor_to_tick(level, tick) if direction > 0 else ceil_to_tick(level, tick)


def _trailing_level(direction: int, stop: float, entry: float, plan: PlanLevels, tick: float) -> float:
    """The best price from which the trailing stop is tighter than `stop`; NaN: none."""
    if math.isnan(_distance(entry, plan)):
        return math.nan
    if math.isnan(stop):
        return -direction * math.inf if math.isnan(plan.trail_activation) else plan.trail_activation
    wanted = stop
    if tick > 0.0:  # the first tick that is tighter
        wanted = floor_to_tick(stop, tick) + tick if direction > 0 else ceil_to_tick(stop, tick) - tick
    step = plan.trail_step * _distance(entry, plan)
    if step > 0.0:  # the first step that is tighter, and reaches that tick
        beyond = whole(step_count(direction * (stop - entry), step)) + 1.0
        reaching = -whole(-step_count(direction * (wanted - entry), step))
        steps = max(beyond, reaching)
        wanted = entry + direction * step * steps
        if not direction * (_on_tick(direction, wanted, tick) - stop) > 0.0:  # it was taken for a step, by a hair
            wanted = entry + direction * step * (steps + 1.0)
    if math.isnan(plan.trail_distance):
        away = direction * plan.trail_percent / 100.0
        level = wanted / (1.0 - (away if wanted >= 0.0 else -away))
    else:
        level = wanted + direction * plan.trail_distance
    return _better(direction, level, plan.trail_activation)
