"""Technical indicators, by TA-Lib.

All arrays are float64, 1-D and of one length n, oldest first; so is the result, NaN on the first bars, where there is
not enough history (how many is told with each). A value depends on that bar and earlier ones alone. A NaN among the
values makes every later result NaN or wrong: candles are to be validated before. `period` is a number of bars.

TA-Lib is imported where it is used: it brings polars along, and most processes never compute an indicator.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sma(values: Floats, period: int) -> Floats:
    """Simple moving average, in the unit of `values`; from bar `period` - 1 on."""
    import talib

    return talib.SMA(values, period)


def ema(values: Floats, period: int) -> Floats:
    """Exponential moving average (alpha = 2 / (period + 1), seeded with the first SMA), in the unit of `values`; from
    bar `period` - 1 on.
    """
    import talib

    return talib.EMA(values, period)


def rsi(values: Floats, period: int) -> Floats:
    """Relative strength index (Wilder 1978), 0-100; from bar `period` on."""
    import talib

    return talib.RSI(values, period)


def stdev(values: Floats, period: int) -> Floats:
    """Standard deviation (population) over `period` bars, in the unit of `values`; from bar `period` - 1 on."""
    import talib

    return talib.STDDEV(values, period, 1.0)


def volatility(values: Floats, period: int) -> Floats:
    """Standard deviation (population) of `values` over `period` bars, as a fraction of their mean over them; from bar
    `period` - 1 on.
    """
    return stdev(values, period) / sma(values, period)


def momentum(values: Floats, period: int) -> Floats:
    """Change over `period` bars, as a fraction of the value then; from bar `period` on."""
    import talib

    return talib.ROCP(values, period)


def atr(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    """Average true range (Wilder 1978), in price per unit; from bar `period` on."""
    import talib

    return talib.ATR(high, low, close, period)
