"""How open trades end: at levels in a bar, by time, or with the run; as trading/exits does it for paper trades."""

from analytics.backtest.kernel.entering import plan_in_force, planned_target
from analytics.backtest.kernel.figures import day_of
from analytics.backtest.kernel.filling import fee_of, fill_price, filled_at, first_slice, slippage_of
from analytics.backtest.kernel.money import to_money, to_price
from analytics.backtest.kernel.records import Book
from trading.rules.exit_plan import (
    BREAK_EVEN,
    TRAIL,
    UNMOVED,
    advance_on_bar,
    excursion_pnl,
    portion_quantity,
    r_multiple,
    time_is_up,
)
from trading.rules.exits import NO_EXIT, STOP_LOSS, exit_on_bar
from trading.rules.pnl import position_pnl

# Codes of the result's EXIT_REASONS.
BY_STOP, BY_TARGET, BY_TRAIL, BY_BREAK_EVEN, BY_TIME, AT_END = 1, 2, 3, 4, 5, 6
_WHOLE = 1.0 - 1e-9


def live_through(book: Book, row: int, bar: int) -> bool:
    """Let the bar pass over an open trade; whether anything of it was closed."""
    trade, bars = book.trades[row], book.bars
    start, closed = bars.start[bar], False
    settings = book.settings[0]
    if time_is_up(trade.opened, filled_at(start, settings.latency_ms), settings.time_exit_minutes):
        stretch(book, row, bars.open[bar])
        close_part(book, row, trade.quantity - trade.closed_quantity, BY_TIME, bars.open[bar], False, start)
        return True
    if trade.is_walk:
        closed = walk(book, row, bar)
    else:
        reason, price = exit_on_bar(
            trade.direction,
            trade.stop,
            trade.target,
            bars.open[bar],
            bars.high[bar],
            bars.low[bar],
            bars.close[bar],
        )
        if reason != NO_EXIT:
            stretch(book, row, bars.open[bar])
            end_at_level(book, row, reason, price, bars.end[bar])
            closed = True
    if trade.quantity > trade.closed_quantity:
        stretch(book, row, bars.high[bar])
        stretch(book, row, bars.low[bar])
    return closed


def stretch(book: Book, row: int, price: float) -> None:
    """Take a price that the trade has lived through into its extremes."""
    trade = book.trades[row]
    if price > trade.top:
        trade.top = price
    if price < trade.bottom:
        trade.bottom = price


def walk(book: Book, row: int, bar: int) -> bool:
    """The bar over a trade whose levels move: again after each portion that was closed in it."""
    trade, bars = book.trades[row], book.bars
    tick, closed = book.instruments[trade.symbol].tick, False
    while True:
        before, hit = trade.closed_quantity, trade.targets_hit
        reason, price, stop, mover, best, worst = advance_on_bar(
            trade.direction,
            trade.entry,
            trade.stop,
            trade.target,
            trade.best,
            trade.worst,
            plan_in_force(book, row),
            bars.open[bar],
            bars.high[bar],
            bars.low[bar],
            bars.close[bar],
            tick,
            book.settings[0].worst_case,
        )
        if mover != UNMOVED:
            moved = to_price(stop)
            if moved != trade.stop:
                trade.mover = mover
            trade.stop = moved
        if reason == NO_EXIT:
            trade.best, trade.worst = best, worst
            return closed
        stretch(book, row, bars.open[bar])
        end_at_level(book, row, reason, price, bars.end[bar])
        closed = True
        if trade.closed_quantity >= trade.quantity:
            return True
        if trade.closed_quantity == before and trade.targets_hit == hit:
            return True


def end_at_level(book: Book, row: int, reason: int, price: float, at_ms: int) -> None:
    """Carry out an exit at the stop, or at a target, of which a plan may have closed a portion only."""
    trade = book.trades[row]
    left = trade.quantity - trade.closed_quantity
    if reason == STOP_LOSS:
        kind = BY_TRAIL if trade.mover == TRAIL else BY_BREAK_EVEN if trade.mover == BREAK_EVEN else BY_STOP
        close_part(book, row, left, kind, price, False, at_ms)
        return
    if trade.targets_hit >= len(book.target_percents):
        close_part(book, row, left, BY_TARGET, price, True, at_ms)
        return
    count = max(1, targets_reached(book, row, price))
    part = portion(book, row, count)
    if part > 0.0:
        close_part(book, row, part, BY_TARGET, price, True, at_ms)
    if trade.closed_quantity < trade.quantity:
        trade.targets_hit += count
        trade.target = planned_target(book, row, trade.targets_hit)


def targets_reached(book: Book, row: int, price: float) -> int:
    """How many of the plan's next targets a price has reached."""
    trade, count = book.trades[row], 0
    for number in range(trade.targets_hit, len(book.target_percents)):
        if trade.direction * (price - planned_target(book, row, number)) < 0.0:
            break
        count += 1
    return count


def portion(book: Book, row: int, count: int) -> float:
    """What the next `count` targets close, base units: as exit_plans.portion."""
    trade, kind = book.trades[row], book.instruments[book.trades[row].symbol]
    whole = book.target_portions.sum() >= _WHOLE
    closed = trade.closed_quantity
    for number in range(trade.targets_hit, trade.targets_hit + count):
        last = whole and number == len(book.target_portions) - 1
        closed += portion_quantity(trade.quantity, closed, book.target_portions[number], kind.lot, last)
    part = to_price(closed - trade.closed_quantity)
    left = to_price(trade.quantity - trade.closed_quantity)
    if to_price(left - part) < to_price(kind.min_quantity):
        return left
    return part if part >= to_price(kind.min_quantity) else 0.0


def close_part(book: Book, row: int, quantity: float, reason: int, price: float, resting: bool, at_ms: int) -> None:
    """Fill an exit, in two executions where a partial fill is drawn, and book what it made."""
    trade = book.trades[row]
    is_buy = trade.direction < 0
    at_level = reason != BY_TIME and reason != AT_END
    first = first_slice(book, trade.symbol, is_buy, True, quantity, at_ms)
    freed = trade.margin
    before = trade.quantity - trade.closed_quantity
    if to_price(before - quantity) > 0.0:
        freed = to_money(trade.margin * quantity / before)
    made = execute(book, row, first, fill_price(book, trade.symbol, is_buy, price, at_level, resting, 1), price)
    rest = to_price(quantity - first)
    if rest > 0.0:
        worse = fill_price(book, trade.symbol, is_buy, price, at_level, resting, 2)
        made += execute(book, row, rest, worse, price)
    account = book.account[0]
    account.balance = to_money(account.balance + made)
    account.margin_used = to_money(account.margin_used - freed)
    trade.margin = to_money(trade.margin - freed)
    trade.closed_quantity = to_price(trade.closed_quantity + quantity)
    trade.parts += 1
    if to_price(trade.quantity - trade.closed_quantity) <= 0.0:
        finish(book, row, reason, filled_at(at_ms, book.settings[0].latency_ms))


def execute(book: Book, row: int, quantity: float, price: float, meant: float) -> float:
    """One execution of an exit; what it made after its commission."""
    trade = book.trades[row]
    kind = book.instruments[trade.symbol]
    pnl = to_money(position_pnl(kind.inverse, trade.direction, quantity, trade.entry, price, kind.contract_size))
    fee = fee_of(book, trade.symbol, quantity, price)
    trade.fees = to_money(trade.fees + fee)
    trade.slippage = to_money(
        trade.slippage + slippage_of(book, trade.symbol, trade.direction < 0, quantity, price, meant)
    )
    trade.pnl = to_money(trade.pnl + pnl - fee)
    trade.exit_sum += quantity / price if kind.inverse else quantity * price
    return pnl - fee


def finish(book: Book, row: int, reason: int, closed: int) -> None:
    """The trade has ended."""
    trade, account = book.trades[row], book.account[0]
    kind = book.instruments[trade.symbol]
    trade.closed_quantity = trade.quantity
    trade.exit = to_price(trade.quantity / trade.exit_sum if kind.inverse else trade.exit_sum / trade.quantity)
    trade.reason, trade.closed = reason, closed
    stretch(book, row, trade.exit)
    best, worst = (trade.top, trade.bottom) if trade.direction > 0 else (trade.bottom, trade.top)
    mae, mfe = excursion_pnl(
        kind.inverse, trade.direction, trade.quantity, trade.entry, best, worst, kind.contract_size
    )
    trade.mae, trade.mfe = to_money(mae), to_money(mfe)
    trade.r = r_multiple(trade.direction, trade.entry, trade.initial_stop, trade.exit)
    place = 0
    while book.open_rows[place] != row:
        place += 1
    for at in range(place, account.open - 1):
        book.open_rows[at] = book.open_rows[at + 1]
    account.open -= 1
    book.closings[account.closed] = row
    account.closed += 1
    book.pnl_by_day[day_of(book, closed)] += trade.pnl
