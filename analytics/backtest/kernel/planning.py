"""The trade that a signal would become: levels and size, as trading/decisions/trade_plan.py works them out."""

import math
from typing import NamedTuple

from analytics.backtest.kernel.figures import correlated_percent, open_notional, record
from analytics.backtest.kernel.records import Book
from trading.rules.figures import unit_risk
from trading.rules.pnl import unit_value
from trading.rules.quantities import KELLY, least_quantity, tradable_quantity, wanted_quantity, within_limits
from trading.rules.sizing import margin_required, stop_from_percent, target_from_percent


class Plan(NamedTuple):
    """Prices per unit, NaN for none; money in account currency. What is `judged` is the size, or where that came to
    nothing, the least that the market trades. `exposed` is the notional of what is open, `correlated` a percent.
    """

    price: float
    stop: float
    target: float
    quantity: float
    notional: float
    judged_notional: float
    judged_risk: float
    judged_margin: float
    judged_commission: float
    exposed: float
    correlated: float


def size_up(book: Book, index: int, price: float, stop: float, target: float, now: int) -> Plan:
    """The plan of signal `index` at the price (above 0) that an entry would be made at, with its levels."""
    signal, settings = book.signals[index], book.settings[0]
    kind, account = book.instruments[signal.symbol], book.account[0]
    value = unit_value(kind.inverse, price, kind.contract_size)
    each = unit_risk(kind.inverse, signal.direction, price, stop, kind.contract_size, settings.commission_rate)
    wins, losses, average_win, average_loss = 0, 0, math.nan, math.nan
    if settings.method == KELLY:
        wins, losses, average_win, average_loss = record(book, settings.sample)
    exposed, correlated = 0.0, math.nan
    for place in range(account.open):
        exposed += open_notional(book, book.open_rows[place])
    if settings.max_correlated_percent != math.inf:
        correlated = correlated_percent(book, signal.symbol, signal.direction, now)
    balance = account.balance
    wanted = wanted_quantity(
        settings.method,
        balance,
        value,
        each,
        signal.atr,
        kind.inverse,
        signal.direction,
        price,
        kind.contract_size,
        settings.amount,
        settings.percent,
        settings.max_position_size,
        signal.confidence,
        kind.lot,
        wins,
        losses,
        average_win,
        average_loss,
        settings.fraction,
        settings.minimum,
    )
    allowed = within_limits(
        wanted,
        kind.lot,
        value,
        kind.max_quantity,
        settings.max_stake,
        min(balance * settings.max_position_size, share(balance, settings.max_position_percent, 0.0)),
        share(balance, settings.max_exposure_percent, 0.0) - exposed,
        share(balance, settings.max_correlated_percent, correlated),
        each,
        share(balance, settings.risk_per_trade_percent, 0.0),
    )
    least = least_quantity(kind.lot, kind.min_quantity, kind.min_notional, value)
    quantity = tradable_quantity(wanted, allowed, kind.lot, least)
    judged = quantity if quantity > 0.0 else least
    risk = math.inf if math.isnan(each) else judged * max(each, 0.0)
    return Plan(
        price,
        stop,
        target,
        quantity,
        quantity * value,
        judged * value,
        risk,
        margin_required(judged * value, settings.leverage),
        judged * value * settings.commission_rate,
        exposed,
        correlated,
    )


def share(balance: float, percent: float, taken: float) -> float:
    """What a limit in percent of the balance leaves, `taken` percent being used; infinite without one."""
    return math.inf if percent == math.inf else balance * (percent - taken) / 100.0


def levels(book: Book, index: int, price: float) -> tuple[float, float]:
    """The signal's stop, else the default; the plan's nearest target, else the signal's, else the default."""
    signal, settings = book.signals[index], book.settings[0]
    stop = signal.stop
    if math.isnan(stop) and settings.needs_stop:
        stop = stop_from_percent(signal.direction, price, settings.default_stop_percent)
    if len(book.target_percents) > 0:
        return stop, target_from_percent(signal.direction, price, book.target_percents[0])
    if not math.isnan(signal.target):
        return stop, signal.target
    return stop, target_from_percent(signal.direction, price, settings.default_target_percent)
