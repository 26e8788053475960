"""Options on BTC and ETH: which there are, and what they are worth by Black and Scholes, without interest."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import NormalDist

from brokers.simulator.deribit.volatility import dvol, smile

EXPIRIES = 3
_STEPS = {"BTC": (60_000.0, 4_000.0), "ETH": (3_000.0, 200.0)}  # the middle strike, and the step between strikes
_WINGS = 4
_YEAR = 365 * 86_400.0
_SPREAD = 1.5  # points of volatility either side of the mark
_TICK = 0.0001  # of the underlying
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Option:
    """`expiry` in epoch seconds."""

    name: str
    currency: str
    expiry: float
    strike: float
    is_call: bool

    def years(self, now: float) -> float:
        return max(self.expiry - now, 60.0) / _YEAR


@dataclass(frozen=True, slots=True)
class Valuation:
    """Prices in the underlying, as Deribit quotes them; volatilities in annual percent; the Greeks in dollars:
    theta a day, vega a point of volatility.
    """

    mark: float
    bid: float
    ask: float
    mark_iv: float
    bid_iv: float
    ask_iv: float
    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


def chain(currency: str, now: float) -> list[Option]:
    """The options of the next three Fridays, 08:00 UTC."""
    if currency not in _STEPS:
        return []
    middle, step = _STEPS[currency]
    return [
        _option(currency, expiry, middle + step * wing, is_call)
        for expiry in expiries(now)
        for wing in range(-_WINGS, _WINGS + 1)
        for is_call in (True, False)
    ]


def _option(currency: str, expiry: datetime, strike: float, is_call: bool) -> Option:
    day = f"{expiry.day}{expiry.strftime('%b%y').upper()}"
    name = f"{currency}-{day}-{strike:.0f}-{'C' if is_call else 'P'}"
    return Option(name, currency, expiry.timestamp(), strike, is_call)


def expiries(now: float) -> list[datetime]:
    moment = datetime.fromtimestamp(now, UTC)
    friday = (moment + timedelta(days=(4 - moment.weekday()) % 7)).replace(hour=8, minute=0, second=0, microsecond=0)
    if friday <= moment:
        friday += timedelta(days=7)
    return [friday + timedelta(days=7 * week) for week in range(EXPIRIES)]


def value(option: Option, spot: float, seed: int, now: float) -> Valuation:
    """What the option is worth at `now` with the underlying at `spot`."""
    years = option.years(now)
    mark_iv = smile(dvol(option.currency, seed, now), option.strike, spot, years)
    bid_iv, ask_iv = max(1.0, mark_iv - _SPREAD), mark_iv + _SPREAD
    prices = [_price(option, spot, iv / 100, years) / spot for iv in (mark_iv, bid_iv, ask_iv)]
    sigma = mark_iv / 100
    root = sigma * math.sqrt(years)
    first = _first(option, spot, sigma, years)
    density = _NORMAL.pdf(first)
    delta = _NORMAL.cdf(first) - (0.0 if option.is_call else 1.0)
    chance = _NORMAL.cdf(first - root) if option.is_call else -_NORMAL.cdf(root - first)
    return Valuation(
        mark=round(prices[0], 6),
        bid=math.floor(prices[1] / _TICK) * _TICK,
        ask=max(_TICK, math.ceil(prices[2] / _TICK) * _TICK),
        mark_iv=round(mark_iv, 2),
        bid_iv=round(bid_iv, 2),
        ask_iv=round(ask_iv, 2),
        delta=round(delta, 5),
        gamma=round(density / (spot * root), 8),
        theta=round(-spot * density * sigma / (2 * math.sqrt(years)) / 365, 5),
        vega=round(spot * density * math.sqrt(years) / 100, 5),
        rho=round(option.strike * years * chance / 100, 5),
    )


def _first(option: Option, spot: float, sigma: float, years: float) -> float:
    root = sigma * math.sqrt(years)
    return (math.log(spot / option.strike) + root * root / 2) / root


def _price(option: Option, spot: float, sigma: float, years: float) -> float:
    """In dollars."""
    first = _first(option, spot, sigma, years)
    second = first - sigma * math.sqrt(years)
    call = spot * _NORMAL.cdf(first) - option.strike * _NORMAL.cdf(second)
    return max(0.0, call if option.is_call else call - spot + option.strike)
