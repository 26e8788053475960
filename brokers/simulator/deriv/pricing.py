"""What a contract is worth: pure functions of spots, times and volatility.

The desk's own model, in the place of Deriv's, which is not published: rise and fall as digital options on a driftless
random walk with a margin for the house, multipliers and accumulators by their documented rules
(https://developers.deriv.com/docs/multipliers).
"""

import math
from decimal import Decimal
from statistics import NormalDist

from brokers.simulator.deriv.money import ZERO, cents, cents_down, price
from brokers.simulator.prices import STEP_SECONDS

MARGIN = 0.012  # of the payout, on top of the chance to win
TICK_MARGIN = 0.001  # of an accumulator's chance to live through a tick
_LEAST_TICK_VOLATILITY = 1e-6
_NORMAL = NormalDist()


def ask_chance() -> float:
    """What a payout of 1 costs at the money: the chance of one half, and the margin."""
    return 0.5 + MARGIN


def chance(is_call: bool, spot: float, entry: float, minute_volatility: float, seconds_left: float) -> float:
    """The chance that a rise (or fall) contract wins; `minute_volatility` is of 1-minute log returns, a fraction."""
    if seconds_left <= 0:
        return 1.0 if (spot > entry if is_call else spot < entry) else 0.0
    spread = max(minute_volatility, 1e-9) * math.sqrt(seconds_left / 60)
    up = _NORMAL.cdf(math.log(spot / entry) / spread)
    return up if is_call else 1 - up


def rise_fall_bid(payout: Decimal, won: float) -> Decimal:
    """What the desk pays for the contract before it expires: its chance less the margin, never below nothing."""
    return cents_down(payout * Decimal(repr(max(0.0, min(1.0, won - MARGIN)))))


def payout_of(stake: Decimal) -> Decimal:
    return cents_down(stake / Decimal(repr(ask_chance())))


def stake_of(payout: Decimal) -> Decimal:
    return cents(payout * Decimal(repr(ask_chance())))


def multiplier_profit(
    direction: int, stake: Decimal, multiplier: Decimal, commission: Decimal, entry: float, spot: float
) -> Decimal:
    """Account currency; a loss goes no further than the stake. `direction` is 1 for up, -1 for down."""
    move = price(spot) / price(entry) - 1
    return max(-stake, cents(stake * multiplier * direction * move - commission))


def multiplier_barrier(
    direction: int, stake: Decimal, multiplier: Decimal, commission: Decimal, entry: float, profit: Decimal
) -> float:
    """The spot at which the contract's profit (signed, account currency) is `profit`."""
    move = (profit + commission) / (stake * multiplier) * direction
    return entry * (1 + float(move))


def accumulator_half_width(growth_rate: Decimal, minute_volatility: float) -> float:
    """Half the corridor, a fraction of the last spot: ticks stay within it slightly less often than is fair."""
    tick_volatility = max(minute_volatility * math.sqrt(STEP_SECONDS / 60), _LEAST_TICK_VOLATILITY)
    stays = 1 / (1 + float(growth_rate)) - TICK_MARGIN
    return tick_volatility * _NORMAL.inv_cdf((1 + stays) / 2)


def accumulated(stake: Decimal, growth_rate: Decimal, ticks: int) -> Decimal:
    """What an accumulator pays after `ticks` ticks within its corridor."""
    return cents_down(stake * (1 + growth_rate) ** ticks) if ticks > 0 else max(stake, ZERO)


def accumulator_ticks(growth_rate: Decimal) -> int:
    """The most ticks that an accumulator lasts; Deriv's own limits: 230 at 1 % down to 45 at 5 %."""
    return {1: 230, 2: 115, 3: 75, 4: 55, 5: 45}[int(growth_rate * 100)]
