"""Technical indicators, by TA-Lib. Arrays are float64 of length n, oldest first; NaN where there is not enough history.

TA-Lib is imported where it is used: it brings polars along, and most processes never compute an indicator.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sma(values: Floats, period: int) -> Floats:
    """Simple moving average, in the unit of `values`."""
    import talib

    return talib.SMA(values, period)


def ema(values: Floats, period: int) -> Floats:
    """Exponential moving average (alpha = 2 / (period + 1), seeded with the first SMA), in the unit of `values`."""
    import talib

    return talib.EMA(values, period)


def rsi(values: Floats, period: int) -> Floats:
    """Relative strength index (Wilder 1978), 0-100."""
    import talib

    return talib.RSI(values, period)


def volatility(values: Floats, period: int) -> Floats:
    """Standard deviation (population) of `values` over `period` bars, as a fraction of their mean over it."""
    import talib

    return talib.STDDEV(values, period, 1.0) / talib.SMA(values, period)


def momentum(values: Floats, period: int) -> Floats:
    """Change over `period` bars, as a fraction of the value then."""
    import talib

    return talib.ROCP(values, period)


def atr(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    """Average true range (Wilder 1978), in price per unit."""
    import talib

    return talib.ATR(high, low, close, period)
