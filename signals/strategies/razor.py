"""razor: four checkpoints, all of which must be met."""

from dataclasses import dataclass

import numpy as np

from signals import indicators
from signals.marketdata.candles import CandleArrays
from signals.strategies.registry import Floats, StrategyOutput, number, strategy


@dataclass(frozen=True, slots=True)
class RazorParams:
    fast: int = number(9, 2, 200, "Bars of the fast EMA.")
    slow: int = number(21, 3, 500, "Bars of the slow EMA.")
    rsi_period: int = number(14, 2, 200, "Bars of the RSI.")
    rsi_ceiling: float = number(75.0, 50.0, 100.0, "Longs need an RSI of 50 to this; shorts the mirror image about 50.")
    volatility_bars: int = number(20, 2, 500, "Bars of the standard deviation.")
    volatility_min_percent: float = number(0.02, 0.0, 100.0, "Least standard deviation, percent of price.")
    volatility_max_percent: float = number(5.0, 0.001, 100.0, "Greatest standard deviation, percent of price.")
    momentum_bars: int = number(5, 1, 100, "Bars of the momentum.")
    momentum_min_percent: float = number(0.05, 0.0, 50.0, "Least move over those bars, percent.")
    min_strength: float = number(70.0, 0.0, 100.0, "Fires above this strength.")
    stop_percent: float = number(0.5, 0.01, 50.0, "Stop distance, percent of the close.")
    target_percent: float = number(1.0, 0.01, 100.0, "Target distance, percent of the close.")

    def __post_init__(self) -> None:
        if self.fast >= self.slow:
            raise ValueError(f"fast: must be shorter than slow ({self.slow}), not {self.fast}")
        if self.volatility_min_percent > self.volatility_max_percent:
            raise ValueError("volatility_min_percent: must not exceed volatility_max_percent")


@strategy(name="razor", title="Razor", params=RazorParams)
def razor(candles: CandleArrays, params: RazorParams) -> StrategyOutput:
    """Fires on the first bar at which four checkpoints are all met: trend (fast EMA beyond the slow one), RSI
    on the trend's side of 50 but not overdone, volatility within its band, momentum along the trend and large
    enough; and the strength is above the minimum. Strength: 60 for the four, plus up to 10 each for the
    distance of the EMAs, the momentum (both against the volatility) and room left in the RSI, plus up to 10 for
    volatility in the middle of its band.
    """
    close = candles.close
    fast, slow = indicators.ema(close, params.fast), indicators.ema(close, params.slow)
    strength_index = indicators.rsi(close, params.rsi_period)
    deviation = indicators.volatility(close, params.volatility_bars) * 100.0
    move = indicators.momentum(close, params.momentum_bars) * 100.0
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = (fast - slow) / close * 100.0
        sign = np.sign(gap)
        lean = sign * (strength_index - 50.0)
        met = (lean >= 0) & (lean <= params.rsi_ceiling - 50.0)
        met &= (deviation >= params.volatility_min_percent) & (deviation <= params.volatility_max_percent)
        met &= (sign != 0) & (sign * move >= params.momentum_min_percent)
        strength = _strength(gap, move, deviation, lean, params)
        met &= strength > params.min_strength
    fired = met & ~np.concatenate([[False], (met[:-1]) & (sign[1:] == sign[:-1])]) if len(met) else met
    direction = np.where(fired, sign, 0.0)
    return StrategyOutput(
        direction=np.nan_to_num(direction).astype(np.int8),
        strength=np.where(np.isfinite(strength), strength, 0.0),
        stop=close * (1.0 - direction * params.stop_percent / 100.0),
        target=close * (1.0 + direction * params.target_percent / 100.0),
        evidence={
            "ema_fast": fast,
            "ema_slow": slow,
            "rsi": strength_index,
            "volatility_percent": deviation,
            "momentum_percent": move,
        },
    )


def _strength(gap: Floats, move: Floats, deviation: Floats, lean: Floats, params: RazorParams) -> Floats:
    """60-100 where the checkpoints are met; the inputs are percents, `lean` is the RSI's distance from 50."""
    room = params.rsi_ceiling - 50.0
    middle = (params.volatility_min_percent + params.volatility_max_percent) / 2.0
    half = max((params.volatility_max_percent - params.volatility_min_percent) / 2.0, 1e-9)
    parts = (
        np.clip(np.abs(gap) / deviation, 0.0, 1.0),
        np.clip(np.abs(move) / deviation / 2.0, 0.0, 1.0),
        np.clip((room - lean) / max(room, 1e-9), 0.0, 1.0),
        np.clip(1.0 - np.abs(deviation - middle) / half, 0.0, 1.0),
    )
    return 60.0 + 10.0 * np.sum(parts, axis=0)
