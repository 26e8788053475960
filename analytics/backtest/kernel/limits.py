"""Limits that halt the session, as trading/sessions/limits.py watches them: looked at whenever a trade has closed."""

import math

from analytics.backtest.kernel.figures import day_figures, day_of, losing_streak, unrealized
from analytics.backtest.kernel.money import to_money
from analytics.backtest.kernel.records import NEVER, Book
from trading.rules.figures import drawdown_percent, loss_of, percent_of


def check_limits(book: Book, now: int) -> None:
    """Halt the session where a limit is reached at `now`; by the one that holds longest where several are."""
    settings, account = book.settings[0], book.account[0]
    if account.is_halted:
        return
    until = -1
    if settings.max_drawdown_percent != math.inf:
        equity = account.balance + unrealized(book)
        fall = drawdown_percent(equity, account.peak_equity)
        if equity > account.peak_equity:
            account.peak_equity = to_money(equity)
        if percent_of(fall, settings.max_drawdown_percent) >= 100.0:
            until = NEVER
    until = max(until, until_next_day(book, now), until_cooled_down(book, now))
    if until >= 0:
        account.is_halted, account.halted_until = True, until


def until_next_day(book: Book, now: int) -> int:
    """When the halt by the day's loss ends; -1 where its limits are not reached."""
    settings = book.settings[0]
    if min(settings.daily_loss_limit, settings.daily_loss_percent) == math.inf:
        return -1
    _, made, start = day_figures(book, now)
    loss = loss_of(made)
    by_amount = settings.daily_loss_limit != math.inf and percent_of(loss, settings.daily_loss_limit) >= 100.0
    lost = percent_of(loss, start)
    by_share = settings.daily_loss_percent != math.inf and percent_of(lost, settings.daily_loss_percent) >= 100.0
    return book.day_starts[day_of(book, now) + 1] if by_amount or by_share else -1


def until_cooled_down(book: Book, now: int) -> int:
    """When the halt by losses in a row ends; -1 where they are too few."""
    settings = book.settings[0]
    if settings.max_consecutive_losses == math.inf:
        return -1
    losses, _ = losing_streak(book)
    if not percent_of(float(losses), settings.max_consecutive_losses) >= 100.0:
        return -1
    return now + int(settings.cool_down_minutes * 60_000.0) if settings.cool_down_minutes > 0.0 else NEVER


def wake(book: Book, now: int, since: int) -> None:
    """Let the session go on where its halt is over by `now`; losses in a row count anew from `since`."""
    account = book.account[0]
    if account.is_halted and account.halted_until <= now:
        account.is_halted = False
        account.streak_since = since
