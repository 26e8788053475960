"""Technical indicators, by TA-Lib.

All arrays are float64, 1-D and of one length n, oldest first; so is the result, NaN on the first bars, where there is
not enough history (how many is told with each). A value depends on that bar and earlier ones alone. A NaN among the
values makes every later result NaN or wrong: candles are to be validated before. `period` is a number of bars.

TA-Lib is imported where it is used: most processes never compute an indicator.
"""

import importlib
import sys
import threading
from functools import lru_cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


_importing = threading.Lock()


class _Hidden:
    """A finder by which some modules are not installed, for the thread that made it; others import as ever."""

    def __init__(self, *names: str) -> None:
        self._names, self._thread = names, threading.get_ident()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in self._names and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is hidden", name=name)


@lru_cache(maxsize=1)
def _talib() -> ModuleType:
    """TA-Lib, without the polars and pandas that it imports where they are installed: 25 MB that arrays never use."""
    with _importing:
        hidden = _Hidden("polars", "pandas")
        # A new list each time: a thread that is going through the old one must skip nothing.
        sys.meta_path = [hidden, *sys.meta_path]
        try:
            return importlib.import_module("talib")
        finally:
            sys.meta_path = [finder for finder in sys.meta_path if finder is not hidden]


def sma(values: Floats, period: int) -> Floats:
    """Simple moving average, in the unit of `values`; from bar `period` - 1 on."""
    return _talib().SMA(values, period)


def ema(values: Floats, period: int) -> Floats:
    """Exponential moving average (alpha = 2 / (period + 1), seeded with the first SMA), in the unit of `values`; from
    bar `period` - 1 on.
    """
    return _talib().EMA(values, period)


def rsi(values: Floats, period: int) -> Floats:
    """Relative strength index (Wilder 1978), 0-100; from bar `period` on."""
    return _talib().RSI(values, period)


def stdev(values: Floats, period: int) -> Floats:
    """Standard deviation (population) over `period` bars, in the unit of `values`; from bar `period` - 1 on."""
    return _talib().STDDEV(values, period, 1.0)


def volatility(values: Floats, period: int) -> Floats:
    """Standard deviation (population) of `values` over `period` bars, as a fraction of their mean over them; from bar
    `period` - 1 on.
    """
    return stdev(values, period) / sma(values, period)


def momentum(values: Floats, period: int) -> Floats:
    """Change over `period` bars, as a fraction of the value then; from bar `period` on."""
    return _talib().ROCP(values, period)


def atr(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    """Average true range (Wilder 1978), in price per unit; from bar `period` on."""
    return _talib().ATR(high, low, close, period)


def wma(values: Floats, period: int) -> Floats:
    """Linearly weighted moving average, in the unit of `values`; from bar `period` - 1 on."""
    return _talib().WMA(values, period)


def highest(values: Floats, period: int) -> Floats:
    """The highest of the last `period` values; from bar `period` - 1 on."""
    return _talib().MAX(values, period)


def lowest(values: Floats, period: int) -> Floats:
    """The lowest of the last `period` values; from bar `period` - 1 on."""
    return _talib().MIN(values, period)


def macd(values: Floats, fast: int, slow: int, signal: int) -> tuple[Floats, Floats, Floats]:
    """Moving average convergence and divergence (Appel): line, signal line and their difference, in the unit of
    `values`; from bar `slow` + `signal` - 2 on.
    """
    return _talib().MACD(values, fast, slow, signal)


def bollinger(values: Floats, period: int, deviations: float) -> tuple[Floats, Floats, Floats]:
    """Bollinger bands: upper, middle (SMA) and lower, in the unit of `values`; from bar `period` - 1 on."""
    return _talib().BBANDS(values, period, deviations, deviations, 0)


def adx(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    """Average directional index (Wilder 1978), 0-100; from bar 2 * `period` - 1 on."""
    return _talib().ADX(high, low, close, period)


def cci(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    """Commodity channel index (Lambert 1980), a number about 0; from bar `period` - 1 on."""
    return _talib().CCI(high, low, close, period)


def mfi(high: Floats, low: Floats, close: Floats, volume: Floats, period: int) -> Floats:
    """Money flow index, 0-100; from bar `period` on."""
    return _talib().MFI(high, low, close, volume, period)


def stochastic(
    high: Floats, low: Floats, close: Floats, period: int, smooth: int, signal: int
) -> tuple[Floats, Floats]:
    """Stochastic oscillator (Lane), slow %K and %D, 0-100; from bar `period` + `smooth` + `signal` - 3 on."""
    return _talib().STOCH(high, low, close, period, smooth, 0, signal, 0)
