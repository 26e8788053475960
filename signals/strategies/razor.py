"""razor: four checkpoints, all of which must be met."""

from dataclasses import dataclass

import numpy as np

from signals import indicators
from signals.marketdata.candles import CandleArrays
from signals.strategies.parameters import number
from signals.strategies.registry import Floats, StrategyOutput, strategy


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


def warmup(params: RazorParams) -> int:
    return max(params.slow, params.rsi_period + 1, params.volatility_bars, params.momentum_bars + 1)


@strategy(name="razor", title="Razor", params=RazorParams, warmup=warmup)
def razor(candles: CandleArrays, params: RazorParams) -> StrategyOutput:
    """Fires on the first bar at which four checkpoints are all met: trend (fast EMA beyond the slow one), RSI
    on the trend's side of 50 but not overdone, volatility within its band, momentum along the trend and large
    enough; and the strength is above the minimum. Strength: 15 for each checkpoint met, and up to 10 more for
    its quality: distance of the EMAs against the volatility, room left in the RSI, volatility in the middle of its
    band, momentum against the volatility.
    """
    close = candles.close
    fast, slow = indicators.ema(close, params.fast), indicators.ema(close, params.slow)
    rsi = indicators.rsi(close, params.rsi_period)
    deviation = indicators.volatility(close, params.volatility_bars) * 100.0
    move = indicators.momentum(close, params.momentum_bars) * 100.0
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = (fast - slow) / close * 100.0
        sign = np.sign(gap)
        lean = sign * (rsi - 50.0)
        checkpoints = (
            np.abs(gap) > 0,
            (lean >= 0) & (lean <= params.rsi_ceiling - 50.0),
            (deviation >= params.volatility_min_percent) & (deviation <= params.volatility_max_percent),
            sign * move >= params.momentum_min_percent,
        )
        strength = _strength(checkpoints, _qualities(gap, move, deviation, lean, params))
        met = np.logical_and.reduce(checkpoints) & (strength > params.min_strength)
    fired = met & ~np.append(False, met[:-1] & (sign[1:] == sign[:-1]))[: len(met)]
    direction = np.where(fired, sign, 0.0)
    return StrategyOutput(
        direction=direction.astype(np.int8),
        strength=strength,
        stop=np.where(fired, close * (1.0 - direction * params.stop_percent / 100.0), np.nan),
        target=np.where(fired, close * (1.0 + direction * params.target_percent / 100.0), np.nan),
        evidence={
            "ema_fast": fast,
            "ema_slow": slow,
            "rsi": rsi,
            "volatility_percent": deviation,
            "momentum_percent": move,
        },
    )


def _qualities(
    gap: Floats, move: Floats, deviation: Floats, lean: Floats, params: RazorParams
) -> tuple[Floats, Floats, Floats, Floats]:
    """How good each checkpoint is, 0-1, in the checkpoints' order; NaN where it cannot be told.

    `gap`, `move` and `deviation` are percents, `lean` is the RSI's distance from 50 along the trend.
    """
    room = params.rsi_ceiling - 50.0
    middle = (params.volatility_min_percent + params.volatility_max_percent) / 2.0
    half = max((params.volatility_max_percent - params.volatility_min_percent) / 2.0, 1e-9)
    return (
        np.clip(np.abs(gap) / deviation, 0.0, 1.0),
        np.clip((room - lean) / max(room, 1e-9), 0.0, 1.0),
        np.clip(1.0 - np.abs(deviation - middle) / half, 0.0, 1.0),
        np.clip(np.abs(move) / deviation / 2.0, 0.0, 1.0),
    )


def _strength(checkpoints: tuple["np.ndarray", ...], qualities: tuple[Floats, ...]) -> Floats:
    """0-100: 15 to 25 for each checkpoint that is met."""
    scores = [
        np.where(met, 15.0 + 10.0 * np.nan_to_num(quality), 0.0)
        for met, quality in zip(checkpoints, qualities, strict=True)
    ]
    return np.asarray(np.sum(scores, axis=0), dtype=np.float64)
