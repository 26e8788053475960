"""From an approved signal to an open trade with its plan in force: trading/execution.py and exit_plans.attach."""

import math

from analytics.backtest.kernel.deciding import by_size, refused_outright
from analytics.backtest.kernel.figures import day_of
from analytics.backtest.kernel.filling import fee_of, fill_price, filled_at, first_slice, is_refused, slippage_of
from analytics.backtest.kernel.money import to_money, to_price
from analytics.backtest.kernel.planning import Plan, levels, size_up
from analytics.backtest.kernel.records import Book
from analytics.backtest.kernel.verdicts import APPROVED, FAILED
from brokers.rules.rounding import ceil_to_tick, floor_to_tick
from trading.rules.exit_plan import UNMOVED, PlanLevels, next_stop, plan_levels
from trading.rules.pnl import unit_value
from trading.rules.sizing import margin_required, target_from_percent


def act_on(book: Book, index: int, now: int) -> None:
    """Decide on signal `index` at the open of its bar, and enter the trade that it is approved for."""
    signal = book.signals[index]
    price = book.last[signal.symbol]
    stop, target = levels(book, index, price)
    signal.verdict = refused_outright(book, index, price, stop, target, now)
    if signal.verdict != APPROVED:
        return
    plan = size_up(book, index, price, stop, target, now)
    signal.verdict = by_size(book, index, plan)
    if signal.verdict != APPROVED:
        return
    if is_refused(book, signal.symbol, signal.direction > 0, now):
        signal.verdict = FAILED
        return
    enter(book, index, plan, now)


def enter(book: Book, index: int, plan: Plan, now: int) -> None:
    """The entry's fill, a part of it perhaps, whose rest is cancelled."""
    signal, account, settings = book.signals[index], book.account[0], book.settings[0]
    kind, row = book.instruments[signal.symbol], account.trades
    is_buy = signal.direction > 0
    quantity = first_slice(book, signal.symbol, is_buy, False, plan.quantity, now)
    price = fill_price(book, signal.symbol, is_buy, plan.price, False, False, 1)
    trade = book.trades[row]
    trade.symbol, trade.strategy, trade.direction = signal.symbol, signal.strategy, signal.direction
    trade.opened = filled_at(now, settings.latency_ms)
    trade.quantity, trade.closed_quantity, trade.entry = quantity, 0.0, price
    trade.stop, trade.target, trade.mover = to_price(plan.stop), to_price(plan.target), UNMOVED
    trade.fees = fee_of(book, signal.symbol, quantity, price)
    trade.slippage = slippage_of(book, signal.symbol, is_buy, quantity, price, plan.price)
    trade.pnl, trade.funding, trade.confidence = -trade.fees, 0.0, signal.confidence
    notional = quantity * unit_value(kind.inverse, price, kind.contract_size)
    trade.margin = to_money(margin_required(notional, settings.leverage))
    trade.parts, trade.exit_sum, trade.top, trade.bottom = 0, 0.0, price, price
    attach(book, row, index)
    signal.trade = row
    book.open_rows[account.open] = row
    account.trades += 1
    account.open += 1
    account.balance = to_money(account.balance - trade.fees)
    account.margin_used = to_money(account.margin_used + trade.margin)
    book.opened_by_day[day_of(book, trade.opened)] += 1


def attach(book: Book, row: int, index: int) -> None:
    """Put the session's exit plan in force."""
    trade, settings, tick = book.trades[row], book.settings[0], book.instruments[book.trades[row].symbol].tick
    trade.is_walk, trade.targets_hit = settings.is_walk, 0
    trade.best, trade.worst = math.nan, math.nan
    if settings.has_plan:
        distance = settings.trail_distance
        if not math.isnan(settings.trail_atrs):
            distance = settings.trail_atrs * book.signals[index].trail_atr
        plan = plan_levels(
            trade.direction,
            trade.entry,
            settings.trail_percent,
            distance,
            settings.activation_percent,
            settings.step_percent,
            settings.break_even_trigger_percent,
            settings.break_even_offset_percent,
            tick,
        )
        trade.trail_percent, trade.trail_distance = plan.trail_percent, plan.trail_distance
        trade.trail_activation, trade.trail_step = plan.trail_activation, plan.trail_step
        trade.break_even_trigger, trade.break_even_stop = plan.break_even_trigger, plan.break_even_stop
        if len(book.target_percents) > 0:
            trade.target = planned_target(book, row, 0)
        if trade.is_walk:
            trade.best = trade.worst = trade.entry
            moved, mover = next_stop(trade.direction, trade.stop, trade.entry, trade.entry, plan, tick)
            if mover != UNMOVED:
                trade.stop, trade.mover = to_price(moved), mover
    trade.initial_stop = trade.stop


def planned_target(book: Book, row: int, number: int) -> float:
    """Price of target `number` of the plan, on the tick away from the entry; NaN where there are no more."""
    if number >= len(book.target_percents):
        return math.nan
    trade = book.trades[row]
    tick = book.instruments[trade.symbol].tick
    price = target_from_percent(trade.direction, trade.entry, book.target_percents[number])
    return to_price(ceil_to_tick(price, tick) if trade.direction > 0 else floor_to_tick(price, tick))


def plan_in_force(book: Book, row: int) -> PlanLevels:
    """What moves the trade's stop."""
    trade = book.trades[row]
    return PlanLevels(
        trade.trail_percent,
        trade.trail_distance,
        trade.trail_activation,
        trade.trail_step,
        trade.break_even_trigger,
        trade.break_even_stop,
    )
