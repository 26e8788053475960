"""Sharpe ratios judged: how probable is an edge, given luck, fat tails, and the number of settings that were tried?

All Sharpe ratios here are per period (not annualized), of returns as fractions; kurtosis is no excess: 3 is normal.
Probabilistic Sharpe ratio, minimum track record length: Bailey & Lopez de Prado, "The Sharpe Ratio Efficient Frontier"
(Journal of Risk, 2012). Expected maximum, deflated Sharpe ratio: the same, "The Deflated Sharpe Ratio: Correcting for
Selection Bias, Backtest Overfitting and Non-Normality" (Journal of Portfolio Management, 2014).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_NORMAL = NormalDist()
_EULER = 0.5772156649015329
_NO_VARIANCE = 1e-12  # of the mean square: what rounding leaves of the variance of equal returns


@dataclass(frozen=True, slots=True)
class Moments:
    """Of `count` returns. `sharpe` is mean by standard deviation (of the sample, n - 1); skew and kurtosis are the
    population's. Returns that do not vary have sharpe 0, skew 0 and kurtosis 3.
    """

    count: int
    sharpe: float
    skew: float
    kurtosis: float


def moments_of(returns: ArrayLike) -> Moments:
    """Moments of the returns (fractions, shape (T,)) that are finite."""
    values = np.asarray(returns, dtype=np.float64).ravel()
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return Moments(len(values), 0.0, 0.0, 3.0)
    apart = values - values.mean()
    variance = float(np.mean(apart**2))
    if variance <= _NO_VARIANCE * float(np.mean(values**2)):
        return Moments(len(values), 0.0, 0.0, 3.0)
    deviation = math.sqrt(variance)
    sharpe = float(values.mean()) / (deviation * math.sqrt(len(values) / (len(values) - 1)))
    return Moments(
        len(values), sharpe, float(np.mean((apart / deviation) ** 3)), float(np.mean((apart / deviation) ** 4))
    )


def probabilistic_sharpe(found: Moments, benchmark: float = 0.0) -> float | None:
    """The probability that the true Sharpe ratio is above `benchmark`; None for fewer than two returns."""
    if found.count < 2:
        return None
    error = math.sqrt(_error_square(found) / (found.count - 1))
    return _NORMAL.cdf((found.sharpe - benchmark) / error)


def expected_max_sharpe(trials: int, variance: float) -> float:
    """The highest Sharpe ratio to expect of `trials` independent settings without an edge, whose Sharpe ratios have
    this variance. 0 for a single trial.
    """
    if trials < 2:
        return 0.0
    highest = (1.0 - _EULER) * _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    highest += _EULER * _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return math.sqrt(max(variance, 0.0)) * highest


def expected_max_of(sharpes: Sequence[float] | Floats) -> float:
    """`expected_max_sharpe` of trials with these Sharpe ratios; those that are not finite count as trials with 0."""
    values = np.nan_to_num(np.asarray(sharpes, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    return expected_max_sharpe(len(values), float(values.var(ddof=1)) if len(values) > 1 else 0.0)


def minimum_track_record(found: Moments, *, benchmark: float = 0.0, confidence: float = 0.95) -> float | None:
    """How many returns it takes until a Sharpe ratio as found is above `benchmark` at this confidence (fraction);
    None where it is not above it at all.
    """
    if found.count < 2 or found.sharpe <= benchmark:
        return None
    return 1.0 + _error_square(found) * (_NORMAL.inv_cdf(confidence) / (found.sharpe - benchmark)) ** 2


def _error_square(found: Moments) -> float:
    """The variance of the Sharpe ratio's estimate, times (n - 1); it cannot fall below 0, as kurtosis >= 1 + skew^2."""
    square = 1.0 - found.skew * found.sharpe + (found.kurtosis - 1.0) / 4.0 * found.sharpe**2
    return max(square, 1e-12)
