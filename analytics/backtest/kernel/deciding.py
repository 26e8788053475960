"""Asking the gates about a signal, in their order; the first that refuses it is its verdict."""

import math

from analytics.backtest.kernel.figures import day_figures, losing_streak, unrealized
from analytics.backtest.kernel.planning import Plan
from analytics.backtest.kernel.records import NEVER, Book
from analytics.backtest.kernel.verdicts import (
    APPROVED,
    CONSECUTIVE_LOSSES,
    COOLED_DOWN,
    CORRELATED_EXPOSURE,
    DAILY_LOSS,
    DAILY_LOSS_PERCENT,
    DRAWDOWN,
    FREE_BALANCE,
    LEVERAGE,
    MAX_OPEN_TRADES,
    MAX_POSITION,
    MAX_STAKE,
    MIN_CONFIDENCE,
    NOT_DUPLICATE,
    NOT_EXPIRED,
    OPEN_PER_SYMBOL,
    POSITION_SIZE,
    RISK_PER_TRADE,
    SESSION_OPEN_TRADES,
    SESSION_RUNNING,
    SLIPPAGE,
    SPREAD,
    STOP_VALID,
    TIMEFRAME_WEIGHT,
    TOTAL_EXPOSURE,
    TRADES_TODAY,
)
from trading.rules.figures import drawdown_percent, loss_of, percent_of, slippage_percent
from trading.rules.gates.health import cooled_down, slippage, spread
from trading.rules.gates.limits import (
    consecutive_losses,
    correlated_exposure,
    daily_loss,
    daily_loss_percent,
    drawdown,
    free_balance,
    leverage,
    max_open_trades,
    max_position,
    max_stake,
    not_duplicate,
    open_per_symbol,
    position_size,
    risk_per_trade,
    session_open_trades,
    total_exposure,
    trades_today,
)
from trading.rules.gates.signal import minimum_confidence, not_expired, stop_valid, timeframe_weight


def refused_outright(book: Book, index: int, price: float, stop: float, target: float, now: int) -> int:
    """The first gate that refuses signal `index` whatever its size would be; APPROVED where none does."""
    signal = book.signals[index]
    if book.account[0].is_halted:
        return SESSION_RUNNING
    if signal.shut != APPROVED:
        return signal.shut
    refused = by_signal(book, index, price, stop, target, now)
    if refused == APPROVED:
        refused = by_book(book, index)
    if refused == APPROVED:
        refused = by_results(book, now)
    return refused


def by_signal(book: Book, index: int, price: float, stop: float, target: float, now: int) -> int:
    """Whether the signal is good enough, and the price near enough to what it was meant for."""
    signal, settings = book.signals[index], book.settings[0]
    if not timeframe_weight(settings.horizon_weight)[0]:
        return TIMEFRAME_WEIGHT
    if not minimum_confidence(signal.confidence, settings.min_confidence)[0]:
        return MIN_CONFIDENCE
    if not not_expired((signal.expires - now) / 1000.0)[0]:
        return NOT_EXPIRED
    if not stop_valid(signal.direction, price, stop, target, settings.needs_stop)[0]:
        return STOP_VALID
    if not spread(0.0, settings.max_spread_percent)[0]:
        return SPREAD
    meant = price if math.isnan(signal.entry) else signal.entry
    if not slippage(slippage_percent(signal.direction, meant, price), settings.max_slippage_percent)[0]:
        return SLIPPAGE
    return APPROVED


def by_book(book: Book, index: int) -> int:
    """Whether one more trade fits beside those that are open."""
    signal, settings, live = book.signals[index], book.settings[0], book.account[0].open
    in_symbol, alike = 0, 0
    for place in range(live):
        trade = book.trades[book.open_rows[place]]
        if trade.symbol == signal.symbol:
            in_symbol += 1
            alike += trade.direction == signal.direction
    if not max_open_trades(live, settings.max_open_trades)[0]:
        return MAX_OPEN_TRADES
    if not session_open_trades(live, settings.session_open_trades)[0]:
        return SESSION_OPEN_TRADES
    if not open_per_symbol(in_symbol, settings.max_open_per_symbol)[0]:
        return OPEN_PER_SYMBOL
    if not not_duplicate(alike)[0]:
        return NOT_DUPLICATE
    return APPROVED


def by_results(book: Book, now: int) -> int:
    """Whether the session's day and record allow one more."""
    settings, account = book.settings[0], book.account[0]
    if min(settings.max_trades_per_day, settings.daily_loss_limit, settings.daily_loss_percent) != math.inf:
        opened, made, start = day_figures(book, now)
        loss = loss_of(made)
        if not trades_today(opened, settings.max_trades_per_day)[0]:
            return TRADES_TODAY
        if not daily_loss(loss, settings.daily_loss_limit)[0]:
            return DAILY_LOSS
        if not daily_loss_percent(percent_of(loss, start), settings.daily_loss_percent)[0]:
            return DAILY_LOSS_PERCENT
    if settings.max_drawdown_percent != math.inf:
        fall = drawdown_percent(account.balance + unrealized(book), account.peak_equity)
        if not drawdown(fall, settings.max_drawdown_percent)[0]:
            return DRAWDOWN
    if settings.max_consecutive_losses != math.inf:
        losses, last = losing_streak(book)
        if not consecutive_losses(float(losses), settings.max_consecutive_losses)[0]:
            return CONSECUTIVE_LOSSES
        ends = -NEVER
        if last >= 0 and losses >= settings.max_consecutive_losses:
            ends = last + int(settings.cool_down_minutes * 60_000.0)
        if not cooled_down(max((ends - now) / 1000.0, 0.0))[0]:
            return COOLED_DOWN
    return APPROVED


def by_size(book: Book, index: int, plan: Plan) -> int:
    """Whether the size keeps every limit, and can be paid for."""
    settings, account = book.settings[0], book.account[0]
    kind, balance = book.instruments[book.signals[index].symbol], book.account[0].balance
    most = balance * settings.max_position_size
    if not position_size(plan.quantity, plan.notional, most, kind.min_quantity, kind.min_notional)[0]:
        return POSITION_SIZE
    if not max_stake(plan.judged_notional, settings.max_stake)[0]:
        return MAX_STAKE
    if not risk_per_trade(percent_of(plan.judged_risk, balance), settings.risk_per_trade_percent)[0]:
        return RISK_PER_TRADE
    position = percent_of(plan.judged_notional, balance)
    if not max_position(position, settings.max_position_percent)[0]:
        return MAX_POSITION
    if not total_exposure(percent_of(plan.exposed + plan.judged_notional, balance), settings.max_exposure_percent)[0]:
        return TOTAL_EXPOSURE
    if not correlated_exposure(plan.correlated + position, settings.max_correlated_percent)[0]:
        return CORRELATED_EXPOSURE
    if not leverage(settings.leverage, settings.max_leverage)[0]:
        return LEVERAGE
    if not free_balance(balance - account.margin_used, plan.judged_margin + plan.judged_commission)[0]:
        return FREE_BALANCE
    return APPROVED
