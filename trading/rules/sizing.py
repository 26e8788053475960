"""How large a trade is, and where its default levels lie."""

import math

from brokers.rules.rounding import floor_to_lot
from trading.rules.pnl import position_pnl


def confidence_scaled_quantity(
    balance: float, max_position_size: float, confidence: float, price: float, contract_size: float, lot_size: float
) -> float:
    """Base units, rounded down to whole lots: balance * max_position_size * confidence / (price * contract_size).

    `balance` in quote currency, `max_position_size` and `confidence` fractions 0-1, so that full confidence takes the
    whole allowance and no trade takes more. 0 when nothing can be bought.
    """
    if not (balance > 0.0 and price > 0.0 and lot_size > 0.0 and contract_size > 0.0):
        return 0.0
    if math.isnan(max_position_size) or math.isnan(confidence):
        return 0.0
    share = min(max(max_position_size, 0.0), 1.0) * min(max(confidence, 0.0), 1.0)
    quantity = floor_to_lot(balance * share / (price * contract_size), lot_size)
    return quantity if quantity > 0.0 else 0.0


def margin_required(notional: float, leverage: float) -> float:
    """Margin in quote currency: notional / leverage; a leverage below 1 counts as 1."""
    return notional / max(leverage, 1.0)


def stop_from_percent(direction: int, price: float, percent: float) -> float:
    """Stop price `percent` (0-100) of `price` away, on the losing side."""
    return price * (1.0 - direction * percent / 100.0)


def target_from_percent(direction: int, price: float, percent: float) -> float:
    """Target price `percent` (0-100) of `price` away, on the winning side."""
    return price * (1.0 + direction * percent / 100.0)


def fixed_quantity(amount: float, value: float) -> float:
    """Units for `amount` (account currency), one of which is worth `value`: amount / value. 0 when not known."""
    if not (0.0 < amount < math.inf and 0.0 < value < math.inf):
        return 0.0
    return amount / value


def percent_quantity(balance: float, percent: float, value: float) -> float:
    """Units for `percent` (0-100) of the balance, one of which is worth `value`: balance * percent / 100 / value."""
    return fixed_quantity(balance * percent / 100.0, value)


def risk_quantity(balance: float, percent: float, unit_risk: float) -> float:
    """Units with which the loss at the stop is `percent` (0-100) of the balance: balance * percent / 100 / unit_risk.

    `unit_risk` is what one unit loses at the stop (figures.unit_risk, figures.stake_risk). 0 without a stop.
    """
    return fixed_quantity(balance * percent / 100.0, unit_risk)


def volatility_quantity(
    balance: float, percent: float, atr: float, inverse: bool, direction: int, price: float, contract_size: float
) -> float:
    """Units with which one ATR (price per unit) against the trade loses `percent` (0-100) of the balance.

    Source: Curtis Faith, Way of the Turtle (its unit is 1 % for one N, the 20-day ATR).
    """
    if not (0.0 < atr < math.inf):
        return 0.0
    loss = -position_pnl(inverse, direction, 1.0, price, price - direction * atr, contract_size)
    return risk_quantity(balance, percent, loss)


def kelly_fraction(wins: int, losses: int, average_win: float, average_loss: float) -> float:
    """The fraction 0-1 of one's money to risk that makes it grow fastest: W - (1 - W) / R.

    W is the share of winners, R average win over average loss (both above 0, one unit). 0 where there is no edge or no
    record. Source: J. L. Kelly, A New Interpretation of Information Rate (1956).
    """
    if wins <= 0 or losses < 0 or not average_win > 0.0 or math.isnan(average_loss):
        return 0.0
    share = wins / (wins + losses)
    if losses == 0 or average_loss <= 0.0:
        return share
    return max(0.0, share - (1.0 - share) * average_loss / average_win)


def kelly_percent(
    wins: int,
    losses: int,
    average_win: float,
    average_loss: float,
    fraction: float,
    max_percent: float,
    minimum: int,
) -> float:
    """Percent (0-100) of the balance to risk: `fraction` (0-1) of Kelly's, `max_percent` at most, and `max_percent`
    itself while the record holds fewer than `minimum` trades.
    """
    if not max_percent > 0.0:
        return 0.0
    if wins + losses < minimum:
        return max_percent
    share = fraction * kelly_fraction(wins, losses, average_win, average_loss)
    return min(100.0 * share, max_percent) if share > 0.0 else 0.0


def kelly_quantity(
    balance: float,
    wins: int,
    losses: int,
    average_win: float,
    average_loss: float,
    fraction: float,
    max_percent: float,
    minimum: int,
    unit_risk: float,
) -> float:
    """Units with which the loss at the stop is kelly_percent of the balance."""
    percent = kelly_percent(wins, losses, average_win, average_loss, fraction, max_percent, minimum)
    return risk_quantity(balance, percent, unit_risk)


def cap_quantity(
    quantity: float,
    lot_size: float,
    value: float,
    max_stake: float = math.inf,
    max_position: float = math.inf,
    exposure_room: float = math.inf,
    correlated_room: float = math.inf,
    unit_risk: float = math.nan,
    max_risk: float = math.inf,
) -> float:
    """The largest size, rounded down to whole lots, that is at most `quantity` and keeps every limit; 0: none does.

    `value` is what one unit is worth; the four limits after it are notionals. `unit_risk` is what one unit loses at the
    stop and `max_risk` what may be lost there. All in account currency; infinity is "no limit", and where what a limit
    needs is not known (NaN), nothing keeps it.
    """
    if not (0.0 < quantity < math.inf and 0.0 < lot_size < math.inf):
        return 0.0
    for notional in (max_stake, max_position, exposure_room, correlated_room):
        quantity = _capped(quantity, notional, value)
    quantity = _capped(quantity, max_risk, unit_risk)
    return floor_to_lot(quantity, lot_size)


def _capped(quantity: float, limit: float, each: float) -> float:
    """`quantity`, or as many as `limit` holds at `each`."""
    if limit == math.inf:
        return quantity
    if not (limit > 0.0 and 0.0 < each < math.inf):
        return 0.0
    return min(quantity, limit / each)
