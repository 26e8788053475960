"""Implied volatility: the DVOL index, and the smile that the options are priced with.

Both are pure functions of the currency, the seed and the moment, so that a chart asked for twice is the same.
"""

import math
import zlib

_LEVELS = {"BTC": 52.0, "ETH": 66.0}
_WAVES = ((6 * 3600.0, 1.2), (31 * 3600.0, 2.5), (9 * 86_400.0, 5.0), (47 * 86_400.0, 7.0))  # seconds, points
_SKEW, _CURVE = -6.0, 22.0  # points of volatility for each unit of log-moneyness, and its square


def dvol(currency: str, seed: int, time: float) -> float:
    """The index at `time` (epoch seconds), in annual percent."""
    base = _LEVELS.get(currency, 60.0)
    for number, (period, height) in enumerate(_WAVES):
        phase = zlib.crc32(f"{seed}:{currency}:{number}".encode()) / 2**32
        base += height * math.sin(2 * math.pi * (time / period + phase))
    return base


def dvol_candle(currency: str, seed: int, start: float, seconds: float) -> tuple[float, float, float, float]:
    """Open, high, low and close of the index from `start` on."""
    values = [dvol(currency, seed, start + seconds * part / 8) for part in range(9)]
    shown = [round(value, 2) for value in values]
    return shown[0], max(shown), min(shown), shown[-1]


def smile(at_the_money: float, strike: float, forward: float, years: float) -> float:
    """Implied volatility of a strike, in annual percent: steeper where the expiry is near."""
    moneyness = math.log(strike / forward) / math.sqrt(max(years, 1 / 365) * 12)
    return max(5.0, at_the_money + _SKEW * moneyness + _CURVE * moneyness**2)
