"""Gates that count: trades, losses, sizes and exposure, each against its limit. Percents are 0-100."""

import math

# No session may use more, whatever it and its broker allow.
MAX_LEVERAGE = 50.0
# Rounding to lots takes a size that is a whole number of lots but for float noise (1e-9) as that number.
NOISE = 2e-9


def _within(figure: float, limit: float) -> bool:
    return limit == math.inf or figure <= limit * (1.0 + NOISE)


def _below(figure: float, limit: float) -> bool:
    return limit == math.inf or figure < limit


def max_open_trades(live: int, maximum: int) -> tuple[bool, float, float]:
    """One more trade still fits: live trades of the account are below the maximum."""
    return live < maximum, float(live), float(maximum)


def session_open_trades(live: int, limit: float) -> tuple[bool, float, float]:
    """One more trade still fits: live trades of the session are below the limit."""
    return _below(float(live), limit), float(live), limit


def open_per_symbol(live: int, limit: float) -> tuple[bool, float, float]:
    """One more trade still fits: the session's live trades in the symbol are below the limit."""
    return _below(float(live), limit), float(live), limit


def trades_today(opened: float, limit: float) -> tuple[bool, float, float]:
    """One more trade still fits: the trades that the session opened today are below the limit."""
    return _below(opened, limit), float(opened), limit


def not_duplicate(same_direction: int) -> tuple[bool, float, float]:
    """No live trade of the account has this symbol and direction."""
    return same_direction == 0, float(same_direction), 0.0


def no_opposite(opposite_trades: int, nets: bool) -> tuple[bool, float, float]:
    """`opposite_trades` (count) are open in the symbol the other way: at a broker that nets positions, none may be."""
    return not nets or opposite_trades == 0, float(opposite_trades), 0.0


def daily_loss(loss_today: float, limit: float) -> tuple[bool, float, float]:
    """Today's loss, realized and unrealized (account currency, 0 or more), is below the limit."""
    return _below(loss_today, limit), loss_today, limit


def daily_loss_percent(loss_percent: float, limit: float) -> tuple[bool, float, float]:
    """The same in percent of the balance at the day's start."""
    return _below(loss_percent, limit), loss_percent, limit


def drawdown(drawdown_percent: float, limit: float) -> tuple[bool, float, float]:
    """The fall of equity from its peak (percent of the peak) is below the limit."""
    return _below(drawdown_percent, limit), drawdown_percent, limit


def consecutive_losses(losses: float, limit: float) -> tuple[bool, float, float]:
    """The losing trades in a row are fewer than the limit."""
    return _below(losses, limit), float(losses), limit


def position_size(
    quantity: float, notional: float, max_notional: float, min_quantity: float, min_notional: float
) -> tuple[bool, float, float]:
    """The size is tradable and within the allowance; figure and limit are notionals in quote currency."""
    within = notional <= max_notional * (1.0 + NOISE)
    tradable = quantity > 0.0 and quantity >= min_quantity * (1.0 - NOISE) and notional >= min_notional
    return within and tradable, notional, max_notional


def max_stake(notional: float, limit: float) -> tuple[bool, float, float]:
    """The trade's notional, or a contract's stake (account currency), is at most the limit."""
    return _within(notional, limit), notional, limit


def risk_per_trade(risk_percent: float, limit: float) -> tuple[bool, float, float]:
    """The loss at the stop, commissions of both sides included (percent of the balance), is at most the limit."""
    return _within(risk_percent, limit), risk_percent, limit


def max_position(percent: float, limit: float) -> tuple[bool, float, float]:
    """The trade's notional (percent of the balance) is at most the limit."""
    return _within(percent, limit), percent, limit


def total_exposure(percent_after: float, limit: float) -> tuple[bool, float, float]:
    """The notional of all live trades, this one included (percent of the balance), is at most the limit."""
    return _within(percent_after, limit), percent_after, limit


def correlated_exposure(percent: float, limit: float) -> tuple[bool, float, float]:
    """The notional of this trade and of the user's live trades that move with it (percent of the balance) is at most
    the limit.
    """
    return _within(percent, limit), percent, limit


def leverage(used: float, limit: float) -> tuple[bool, float, float]:
    """Notional over own money (a multiple) is at most the limit of session and broker, and never above MAX_LEVERAGE."""
    ceiling = MAX_LEVERAGE if limit > MAX_LEVERAGE else limit
    return _within(used, ceiling), used, ceiling


def free_balance(free: float, required: float) -> tuple[bool, float, float]:
    """Cash that is not reserved covers margin and commission (quote currency)."""
    return free >= required, free, required
