"""The figures that gates and limits are asked about. Percents are 0-100; NaN where a figure is not known."""

import math

from trading.rules.pnl import position_pnl, unit_value


def percent_of(part: float, whole: float) -> float:
    """`part` in percent of `whole`, both in one unit; infinite for a part of nothing, 0 for nothing of nothing."""
    if whole > 0.0:
        return 100.0 * part / whole
    if math.isnan(whole) or math.isnan(part):
        return math.nan
    return math.inf if part > 0.0 else 0.0


def loss_of(pnl: float) -> float:
    """A result (account currency) as a loss: 0 or more."""
    return math.nan if math.isnan(pnl) else max(0.0, -pnl)


def drawdown_percent(equity: float, peak: float) -> float:
    """The fall from the peak, percent of the peak: 0 at or above it (and where there has been no peak above 0)."""
    if math.isnan(equity) or math.isnan(peak):
        return math.nan
    if peak <= 0.0 or equity >= peak:
        return 0.0
    return 100.0 * (peak - equity) / peak


def spread_percent(bid: float, ask: float) -> float:
    """The distance of bid and ask (prices per unit), percent of the price between them."""
    middle = (bid + ask) / 2.0
    if not middle > 0.0:
        return math.nan
    return 100.0 * (ask - bid) / middle


def slippage_percent(direction: int, expected: float, price: float) -> float:
    """How far the price has moved against the `expected` entry (prices per unit), percent of it; below 0: in favor."""
    if not expected > 0.0:
        return math.nan
    return 100.0 * direction * (price - expected) / expected


def unit_risk(
    inverse: bool, direction: int, price: float, stop: float, contract_size: float, commission_rate: float
) -> float:
    """What one unit (or contract) loses from the entry at `price` to the stop, account currency, with commission
    (fraction of the notional) on both sides. NaN without a stop.
    """
    if math.isnan(stop) or not price > 0.0:
        return math.nan
    move = -position_pnl(inverse, direction, 1.0, price, stop, contract_size)
    fees = commission_rate * (unit_value(inverse, price, contract_size) + unit_value(inverse, stop, contract_size))
    return move + fees


def stake_risk(multiplier: float, price: float, stop: float) -> float:
    """What one unit of a multiplier contract's stake loses from `price` to the stop: never more than itself, and all of
    itself without a stop. Source: Deriv's multiplier specification, commission aside.
    """
    if math.isnan(stop):
        return 1.0
    if not price > 0.0:
        return math.nan
    return min(1.0, multiplier * abs(price - stop) / price)
