"""What the gates and limits are asked about, from the book: the figures of trading/sessions/session_figures.py."""

import math

import numpy as np

from analytics.backtest.kernel.records import Book, Closes
from trading.rules.figures import percent_of
from trading.rules.pnl import position_pnl, unit_value

CORRELATION_WINDOW = 240  # candles of a correlation, as trading/decisions/correlation.py
_LEAST = 30


def day_of(book: Book, at_ms: int) -> int:
    """Index of the session's day that the moment lies in."""
    return max(0, int(np.searchsorted(book.day_starts, at_ms, side="right")) - 1)


def unrealized(book: Book) -> float:
    """P&L of all open trades at their symbols' latest prices, before the exits' costs."""
    total = 0.0
    for place in range(book.account[0].open):
        trade = book.trades[book.open_rows[place]]
        kind = book.instruments[trade.symbol]
        quantity = trade.quantity - trade.closed_quantity
        total += position_pnl(
            kind.inverse, trade.direction, quantity, trade.entry, book.last[trade.symbol], kind.contract_size
        )
    return total


def open_notional(book: Book, row: int) -> float:
    """What an open trade exposes, at its entry's price."""
    trade = book.trades[row]
    kind = book.instruments[trade.symbol]
    return (trade.quantity - trade.closed_quantity) * unit_value(kind.inverse, trade.entry, kind.contract_size)


def day_figures(book: Book, now: int) -> tuple[float, float, float]:
    """The session's day so far: (trades opened, net P&L with what is open, balance at its start)."""
    day = day_of(book, now)
    # What was sent in the last moment of a day fills, a latency later, on the next one.
    opened = book.opened_by_day[day] + book.opened_by_day[day + 1]
    booked = book.pnl_by_day[day] + book.pnl_by_day[day + 1]
    for place in range(book.account[0].open):
        booked += book.trades[book.open_rows[place]].pnl
    return float(opened), booked + unrealized(book), book.account[0].balance - booked


def losing_streak(book: Book) -> tuple[int, int]:
    """(losses in a row, when the last trade closed or -1), of trades closed since the streak began to count."""
    account, limit = book.account[0], book.settings[0].max_consecutive_losses
    losses, last = 0, -1
    for place in range(account.closed - 1, -1, -1):
        trade = book.trades[book.closings[place]]
        if trade.closed < account.streak_since:
            break
        if last < 0:
            last = trade.closed
        if not trade.pnl < 0.0 or losses >= limit:
            break
        losses += 1
    return losses, last


def record(book: Book, sample: int) -> tuple[int, int, float, float]:
    """(wins, losses, average win, average loss) of the last `sample` trades, as fractions of their notionals."""
    wins, losses, won, lost = 0, 0, 0.0, 0.0
    count = book.account[0].closed
    for place in range(max(0, count - sample), count):
        trade = book.trades[book.closings[place]]
        kind = book.instruments[trade.symbol]
        notional = trade.quantity * unit_value(kind.inverse, trade.entry, kind.contract_size)
        if not notional > 0.0:
            continue
        made = trade.pnl / notional
        if made > 0.0:
            wins += 1
            won += made
        elif made < 0.0:
            losses += 1
            lost -= made
    return wins, losses, won / wins if wins else math.nan, lost / losses if losses else math.nan


def correlated_percent(book: Book, symbol: int, direction: int, now: int) -> float:
    """How much of the balance (percent) the open trades put at the risk of this market, by how theirs move with it."""
    total = 0.0
    for place in range(book.account[0].open):
        row = book.open_rows[place]
        trade = book.trades[row]
        alike = 1.0 if trade.symbol == symbol else correlation(book.closes, symbol, trade.symbol, now)
        share = percent_of(open_notional(book, row), book.account[0].balance)
        total += max(direction * trade.direction * alike, 0.0) * share
    return total


def correlation(closes: Closes, one: int, other: int, now: int) -> float:
    """Pearson's correlation of the log returns of two symbols' candles closed by `now`, over those that both have; 1
    where these are too few to tell.
    """
    left, right = closes.left, closes.right
    i, j = _closed_by(closes, one, now), _closed_by(closes, other, now)
    first, second = (
        max(closes.offset[one], i - CORRELATION_WINDOW + 1),
        max(closes.offset[other], j - CORRELATION_WINDOW + 1),
    )
    count = 0
    while i >= first and j >= second:
        if closes.end[i] == closes.end[j]:
            left[count], right[count] = math.log(closes.close[i]), math.log(closes.close[j])
            count += 1
        behind = closes.end[i] >= closes.end[j]
        if closes.end[j] >= closes.end[i]:
            j -= 1
        if behind:
            i -= 1
    if count <= _LEAST:
        return 1.0
    returns = count - 1
    a, b = (left[returns] - left[0]) / returns, (right[returns] - right[0]) / returns
    both, ones, others = 0.0, 0.0, 0.0
    for at in range(returns):
        x, y = left[at + 1] - left[at] - a, right[at + 1] - right[at] - b
        both += x * y
        ones += x * x
        others += y * y
    if not (ones > 0.0 and others > 0.0):
        return 1.0
    return min(max(both / math.sqrt(ones * others), -1.0), 1.0)


def _closed_by(closes: Closes, symbol: int, now: int) -> int:
    start, stop = closes.offset[symbol], closes.offset[symbol + 1]
    return start + np.searchsorted(closes.end[start:stop], now, side="right") - 1
