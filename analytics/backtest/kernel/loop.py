"""The run: moment after moment, each a start time that one or several symbols have a bar at."""

import numpy as np

from analytics.backtest.kernel.entering import act_on
from analytics.backtest.kernel.exiting import AT_END, close_part, live_through
from analytics.backtest.kernel.figures import unrealized
from analytics.backtest.kernel.limits import check_limits, wake
from analytics.backtest.kernel.money import to_money
from analytics.backtest.kernel.records import Book
from analytics.backtest.kernel.riding import may_ride, ride
from trading.rules.funding import funding_payment, funding_times


def run(book: Book) -> int:
    """Trade the whole of the bars; returns how many moments there were. What came of it is in the book."""
    bars, account = book.bars, book.account[0]
    count, signals, points = len(bars.start), len(book.signals), 1
    bar, signal = 0, 0
    while bar < count:
        if account.open == 0:
            # Nothing happens before the next signal's moment.
            until = first_of_moment(book, book.signals[signal].bar) if signal < signals else count
            while bar < until:
                bar = close_moment(book, bar, end_of_moment(book, bar), points)
                points += 1
            if bar >= count:
                break
        if may_ride(book):
            until = book.signals[signal].bar if signal < signals else count
            reached = ride(book, bar, until, points)
            points += reached - bar
            bar = reached
            if bar >= count:
                break
        end = end_of_moment(book, bar)
        open_moment(book, bar, end)
        signal = decide(book, bar, end, signal)
        exits(book, bar, end)
        bar = close_moment(book, bar, end, points)
        points += 1
    finish_run(book, points)
    return points


def first_of_moment(book: Book, bar: int) -> int:
    while bar > 0 and book.bars.start[bar - 1] == book.bars.start[bar]:
        bar -= 1
    return bar


def end_of_moment(book: Book, bar: int) -> int:
    """The bar after the last that starts when this one does."""
    start, count = book.bars.start[bar], len(book.bars.start)
    end = bar + 1
    while end < count and book.bars.start[end] == start:
        end += 1
    return end


def open_moment(book: Book, first: int, end: int) -> None:
    """The opens are the latest prices; funding times since the symbols' bars before are paid at them."""
    bars, settings = book.bars, book.settings[0]
    for bar in range(first, end):
        book.last[bars.symbol[bar]] = bars.open[bar]
        book.at[bars.symbol[bar]] = bar
    if settings.funding_rate != 0.0 and settings.funding_hours > 0.0:
        for place in range(book.account[0].open):
            pay_funding(book, book.open_rows[place])


def pay_funding(book: Book, row: int) -> None:
    """At the open of its symbol's bar, for each funding time since the bar before and since the trade's entry."""
    trade, settings, account = book.trades[row], book.settings[0], book.account[0]
    bar, kind = book.at[trade.symbol], book.instruments[trade.symbol]
    if bar < 0 or not kind.pays_funding:
        return
    now = book.bars.start[bar]
    since = max(trade.opened, book.funded[trade.symbol])
    times = funding_times(since, now, settings.funding_hours)
    if times <= 0:
        return
    quantity = trade.quantity - trade.closed_quantity
    each = to_money(
        funding_payment(
            kind.inverse, trade.direction, quantity, book.last[trade.symbol], kind.contract_size, settings.funding_rate
        )
    )
    paid = to_money(each * times)
    trade.funding = to_money(trade.funding + paid)
    trade.pnl = to_money(trade.pnl + paid)
    account.balance = to_money(account.balance + paid)


def decide(book: Book, first: int, end: int, signal: int) -> int:
    """Act on the signals of the moment's bars; returns the first signal of a later one."""
    now, signals = book.bars.start[first], len(book.signals)
    if book.account[0].is_halted:
        # The first moment at or after the halt's end, which the loop may have passed over.
        since = np.searchsorted(book.bars.start, book.account[0].halted_until)
        wake(book, now, book.bars.start[min(since, first)])
    while signal < signals and book.signals[signal].bar < end:
        act_on(book, signal, now)
        signal += 1
    return signal


def exits(book: Book, first: int, end: int) -> None:
    """The moment's bars over the open trades, in the order of their entries; then the limits, if any has closed."""
    account, closed, place = book.account[0], False, 0
    while place < account.open:
        row = book.open_rows[place]
        bar = book.at[book.trades[row].symbol]
        if bar >= first and live_through(book, row, bar):
            closed = True
        if place < account.open and book.open_rows[place] == row:
            place += 1
    if closed:
        check_limits(book, book.bars.end[first])


def close_moment(book: Book, first: int, end: int, point: int) -> int:
    """The closes are the latest prices, by which the account is marked to market. Returns `end`."""
    bars = book.bars
    for bar in range(first, end):
        book.last[bars.symbol[bar]] = bars.close[bar]
        book.at[bars.symbol[bar]] = -1
        book.funded[bars.symbol[bar]] = bars.start[bar]
    balance = book.account[0].balance
    book.time[point] = bars.end[first]
    book.cash[point] = balance
    book.equity[point] = balance + unrealized(book) if book.account[0].open > 0 else balance
    return end


def finish_run(book: Book, points: int) -> None:
    """What is still open is closed at the last price, so that the result is a balance."""
    account = book.account[0]
    while account.open > 0:
        row = book.open_rows[0]
        trade = book.trades[row]
        close_part(
            book, row, trade.quantity - trade.closed_quantity, AT_END, book.last[trade.symbol], False,
            book.time[points - 1],
        )  # fmt: skip
    book.cash[points - 1] = book.equity[points - 1] = account.balance
