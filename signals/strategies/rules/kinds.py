"""The indicators that rules can name, their parameters and the values that each gives. All by TA-Lib."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from signals import indicators
from signals.indicators import Floats
from signals.marketdata.candles import CandleArrays


@dataclass(frozen=True, slots=True)
class Bound:
    default: float
    low: float
    high: float

    @property
    def is_whole(self) -> bool:
        return isinstance(self.default, int)


@dataclass(frozen=True, slots=True)
class Kind:
    """`run` takes the source (where `of_source`) or the candles, then the parameters in order, and gives as many arrays
    as there are `outputs`; `lookback` says at which bar, counted from 0, the first value of all of them is.
    """

    name: str
    help: str
    params: Mapping[str, Bound]
    run: Callable[..., tuple[Floats, ...]]
    lookback: Callable[..., int]
    outputs: tuple[str, ...] = ("value",)
    of_source: bool = True


KINDS: dict[str, Kind] = {}
_PERIOD = Bound(14, 1, 500)


def _kind(name: str, help_text: str, run: Callable[..., Any], lookback: Callable[..., int], **more: Any) -> None:
    """`run` may give one array."""

    def arrays(source: Any, *params: float) -> tuple[Floats, ...]:
        found = run(source, *params)
        return found if isinstance(found, tuple) else (found,)

    params = more.pop("params", None) or {"period": _PERIOD}
    KINDS[name] = Kind(name, help_text, params, arrays, lookback, **more)


def _of_bars(name: str, help_text: str, run: Callable[..., Any], lookback: Callable[..., int], **more: Any) -> None:
    _kind(name, help_text, run, lookback, of_source=False, **more)


def _percent(values: Floats, period: int) -> Floats:
    return np.asarray(indicators.momentum(values, period) * 100.0)


def _before(period: int) -> int:
    return period - 1


def _at(period: int) -> int:
    return period


_TWO = {"period": Bound(20, 2, 500)}
_kind("sma", "Simple moving average.", indicators.sma, _before, params=_TWO)
_kind("ema", "Exponential moving average.", indicators.ema, _before, params=_TWO)
_kind("wma", "Linearly weighted moving average.", indicators.wma, _before, params=_TWO)
_kind("stdev", "Standard deviation (population).", indicators.stdev, _before, params=_TWO)
_kind("highest", "Highest value of the last bars, this one among them.", indicators.highest, _before, params=_TWO)
_kind("lowest", "Lowest value of the last bars, this one among them.", indicators.lowest, _before, params=_TWO)
_kind("rsi", "Relative strength index, 0-100.", indicators.rsi, _at, params={"period": Bound(14, 2, 500)})
_kind("momentum", "Change over so many bars, percent.", _percent, _at, params={"period": Bound(10, 1, 500)})
_kind(
    "macd",
    "Moving average convergence and divergence.",
    indicators.macd,
    lambda fast, slow, signal: slow + signal - 2,
    params={"fast": Bound(12, 2, 200), "slow": Bound(26, 3, 400), "signal": Bound(9, 2, 100)},
    outputs=("value", "signal", "histogram"),
)
_kind(
    "bollinger",
    "Bollinger bands: the SMA, and standard deviations about it.",
    indicators.bollinger,
    lambda period, deviations: period - 1,
    params={"period": Bound(20, 2, 500), "deviations": Bound(2.0, 0.1, 10.0)},
    outputs=("upper", "middle", "lower"),
)
_of_bars(
    "atr",
    "Average true range, in price.",
    lambda bars, period: indicators.atr(bars.high, bars.low, bars.close, period),
    _at,
)
_of_bars(
    "adx",
    "Average directional index, 0-100.",
    lambda bars, period: indicators.adx(bars.high, bars.low, bars.close, period),
    lambda period: 2 * period - 1,
    params={"period": Bound(14, 2, 250)},
)
_of_bars(
    "cci",
    "Commodity channel index.",
    lambda bars, period: indicators.cci(bars.high, bars.low, bars.close, period),
    _before,
    params=_TWO,
)
_of_bars(
    "mfi",
    "Money flow index, 0-100.",
    lambda bars, period: indicators.mfi(bars.high, bars.low, bars.close, bars.volume, period),
    _at,
    params={"period": Bound(14, 2, 500)},
)
_of_bars(
    "stochastic",
    "Stochastic oscillator, 0-100: slow %K and %D.",
    lambda bars, period, smooth, signal: indicators.stochastic(bars.high, bars.low, bars.close, period, smooth, signal),
    lambda period, smooth, signal: period + smooth + signal - 3,
    params={"period": Bound(14, 1, 400), "smooth": Bound(3, 1, 50), "signal": Bound(3, 1, 50)},
    outputs=("k", "d"),
)


def evaluate(kind: Kind, source: "Floats | CandleArrays", params: tuple[float, ...]) -> tuple[Floats, ...]:
    """The kind's outputs, NaN where there is not enough history."""
    series = source.close if isinstance(source, CandleArrays) else source
    if not len(series) or np.isnan(series).all():
        return tuple(np.full(len(series), np.nan) for _ in kind.outputs)
    return kind.run(source, *params)
