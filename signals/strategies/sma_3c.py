"""signalist-sma-3c: the trend of a moving average, confirmed by three candles."""

from dataclasses import dataclass

import numpy as np

from signals import indicators
from signals.marketdata.candles import CandleArrays
from signals.strategies.parameters import number
from signals.strategies.registry import StrategyOutput, strategy


@dataclass(frozen=True, slots=True)
class Sma3cParams:
    period: int = number(20, 2, 500, "Bars of the simple moving average.")
    slope_bars: int = number(3, 1, 100, "Bars over which the average must have risen or fallen.")
    stop_percent: float = number(0.5, 0.01, 50.0, "Stop distance, percent of the close.")
    target_percent: float = number(1.0, 0.01, 100.0, "Target distance, percent of the close.")


def warmup(params: Sma3cParams) -> int:
    return max(params.period + params.slope_bars, params.period + 2, 4)


@strategy(name="signalist-sma-3c", title="SMA trend, three candles", params=Sma3cParams, warmup=warmup)
def sma_3c(candles: CandleArrays, params: Sma3cParams) -> StrategyOutput:
    """Long on the first bar at which all hold: the last three closes each rise, all three lie above the SMA of
    their own bar, and the SMA is above where it was `slope_bars` ago. Short is the mirror image. Strength is 70
    plus up to 30 for the size of the three-candle move against the standard deviation of closes over the
    period.
    """
    close = candles.close
    average = indicators.sma(close, params.period)
    direction = _confirmed(close, average, params.slope_bars, 1) - _confirmed(close, average, params.slope_bars, -1)
    move = _lagged(close, 3)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = indicators.volatility(close, params.period) * average
        ratio = np.abs(close - move) / spread
    strength = np.clip(70.0 + 10.0 * np.where(np.isfinite(ratio), ratio, 0.0), 0.0, 100.0)
    return StrategyOutput(
        direction=direction.astype(np.int8),
        strength=np.where(direction != 0, strength, 0.0),
        stop=np.where(direction != 0, close * (1.0 - direction * params.stop_percent / 100.0), np.nan),
        target=np.where(direction != 0, close * (1.0 + direction * params.target_percent / 100.0), np.nan),
        evidence={"sma": average, "sma_before": _lagged(average, params.slope_bars), "move_in_deviations": ratio},
    )


def _confirmed(close: "np.ndarray", average: "np.ndarray", slope_bars: int, sign: int) -> "np.ndarray":
    """1 on the first bar of each run of bars at which the whole rule holds for `sign`."""
    with np.errstate(invalid="ignore"):
        beyond = sign * (close - average) > 0
        stepped = sign * (close - _lagged(close, 1)) > 0
        sloped = sign * (average - _lagged(average, slope_bars)) > 0
    holds = stepped & _before(stepped, 1) & _before(stepped, 2) & beyond & _before(beyond, 1) & _before(beyond, 2)
    holds &= sloped
    return (holds & ~_before(holds, 1)).astype(np.int64)


def _lagged(values: "np.ndarray", bars: int) -> "np.ndarray":
    """Each bar's value `bars` earlier; NaN where there is none."""
    return np.concatenate([np.full(min(bars, len(values)), np.nan), values[: max(0, len(values) - bars)]])


def _before(flags: "np.ndarray", bars: int) -> "np.ndarray":
    """Each bar's flag `bars` earlier; False where there is none."""
    return np.concatenate([np.zeros(min(bars, len(flags)), dtype=bool), flags[: max(0, len(flags) - bars)]])
