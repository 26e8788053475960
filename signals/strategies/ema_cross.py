"""ema-cross: a fast moving average crosses a slow one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals import indicators
from signals.marketdata.candles import CandleArrays
from signals.strategies.parameters import number
from signals.strategies.registry import Floats, StrategyOutput, strategy


@dataclass(frozen=True, slots=True)
class EmaCrossParams:
    fast: int = number(9, 2, 200, "Bars of the fast EMA.")
    slow: int = number(21, 3, 500, "Bars of the slow EMA, and of the standard deviation.")
    stop_percent: float = number(0.5, 0.01, 50.0, "Stop distance, percent of the close.")
    target_percent: float = number(1.0, 0.01, 100.0, "Target distance, percent of the close.")

    def __post_init__(self) -> None:
        if self.fast >= self.slow:
            raise ValueError(f"fast: must be shorter than slow ({self.slow}), not {self.fast}")


def warmup(params: EmaCrossParams) -> int:
    return params.slow + 1


@strategy(name="ema-cross", title="EMA cross", params=EmaCrossParams, warmup=warmup)
def ema_cross(candles: CandleArrays, params: EmaCrossParams) -> StrategyOutput:
    """Long on the bar at which the fast EMA of closes comes to lie above the slow one, short on the bar at which it
    comes to lie below. Strength is 70 plus up to 30 for their distance against the standard deviation of closes over
    the slow EMA's bars.
    """
    close = candles.close
    fast, slow = indicators.ema(close, params.fast), indicators.ema(close, params.slow)
    deviation = indicators.stdev(close, params.slow)
    gap = fast - slow
    fired, side = _crosses(gap)
    direction = np.zeros(len(close), dtype=np.int8)
    strength, stop, target = np.zeros(len(close)), np.full(len(close), np.nan), np.full(len(close), np.nan)
    direction[fired] = side
    with np.errstate(divide="ignore"):
        strength[fired] = 70.0 + 30.0 * np.minimum(np.abs(gap[fired]) / deviation[fired], 1.0)
    stop[fired] = close[fired] * (1.0 - side * (params.stop_percent / 100.0))
    target[fired] = close[fired] * (1.0 + side * (params.target_percent / 100.0))
    return StrategyOutput(
        direction=direction,
        strength=strength,
        stop=stop,
        target=target,
        evidence={"ema_fast": fast, "ema_slow": slow, "deviation": deviation},
    )


def _crosses(gap: Floats) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """The bars at which the sign of `gap` is another than the last that was not 0, and their signs (1, -1).

    NaN at the beginning is no sign. All is decided among the few bars at which anything changes.
    """
    above, below = gap > 0.0, gap < 0.0
    changed = np.flatnonzero((above[1:] != above[:-1]) | (below[1:] != below[:-1])) + 1
    if above[:1].any() or below[:1].any():
        changed = np.append(0, changed)
    signed = changed[above[changed] | below[changed]]
    side = np.where(above[signed], 1, -1).astype(np.int8)
    crossed = side[1:] != side[:-1]
    return signed[1:][crossed], side[1:][crossed]
