"""A lone trade with fixed levels between two signals: most bars of most runs, in which nothing happens but a mark."""

from analytics.backtest.kernel.exiting import stretch
from analytics.backtest.kernel.filling import filled_at
from analytics.backtest.kernel.records import Book
from trading.rules.exit_plan import time_is_up
from trading.rules.exits import NO_EXIT, exit_on_bar
from trading.rules.pnl import position_pnl


def ride(book: Book, bar: int, until: int, point: int) -> int:
    """Let bars pass over the only open trade of a run over one market while none ends it; returns the first that does,
    or `until`. The bars before it are marked to market from `point` on. Funding and moving levels are not for here.
    """
    bars, settings, balance = book.bars, book.settings[0], book.account[0].balance
    row = book.open_rows[0]
    trade = book.trades[row]
    kind, quantity = book.instruments[trade.symbol], trade.quantity - trade.closed_quantity
    direction, stop, target, entry, inverse = trade.direction, trade.stop, trade.target, trade.entry, kind.inverse
    size, opened, minutes, latency = kind.contract_size, trade.opened, settings.time_exit_minutes, settings.latency_ms
    while bar < until:
        close = bars.close[bar]
        reason, _ = exit_on_bar(direction, stop, target, bars.open[bar], bars.high[bar], bars.low[bar], close)
        if reason != NO_EXIT or time_is_up(opened, filled_at(bars.start[bar], latency), minutes):
            break
        stretch(book, row, bars.high[bar])
        stretch(book, row, bars.low[bar])
        book.time[point], book.cash[point] = bars.end[bar], balance
        book.equity[point] = balance + position_pnl(inverse, direction, quantity, entry, close, size)
        book.last[0] = close
        point += 1
        bar += 1
    return bar


def may_ride(book: Book) -> bool:
    """Whether the run is over one market, and its one open trade's levels stay where they are."""
    if len(book.last) != 1 or book.account[0].open != 1 or book.settings[0].funding_rate != 0.0:
        return False
    return not book.trades[book.open_rows[0]].is_walk
