"""Was the best of many settings skill or luck? The figures, and in plain words what they say together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.validation.overfitting_cscv import Cscv, cscv
from analytics.validation.overfitting_sharpe import (
    Moments,
    expected_max_of,
    minimum_track_record,
    moments_of,
    probabilistic_sharpe,
)

LIKELY_LUCK, NOT_SHOWN, HOLDS_UP = "likely luck", "not shown", "holds up"

_LEAST_RETURNS = 30
_SURE, _EVEN = 0.95, 0.5
_LOW_PBO = 0.2
_PERCENTILES = (5, 25, 50, 75, 95)


def assess(
    best_returns: ArrayLike,
    all_sharpes: Sequence[float] | NDArray[np.float64] | None = None,
    returns_matrix: ArrayLike | None = None,
) -> dict[str, Any]:
    """How far the best of a search can be trusted.

    `best_returns`: the best trial's returns of equal periods (fractions, shape (T,)). `all_sharpes`: the Sharpe ratio
    of each trial, per period of those returns and not annualized; none: worked out from the matrix. `returns_matrix`:
    all trials' returns (shape (T, N)); without it there is no PBO. Each trial counts as independent, which errs on the
    strict side: settings beside each other hardly are.

    Probabilities are fractions 0-1, Sharpe ratios per period, `minimum_track_record` in periods; null where a figure
    cannot be had. Raises ValueError for a matrix of another shape.
    """
    found = moments_of(best_returns)
    sharpes = _sharpes(all_sharpes, returns_matrix, found)
    highest = expected_max_of(sharpes)
    deflated = probabilistic_sharpe(found, highest)
    split = None if returns_matrix is None else cscv(returns_matrix)
    pbo = None if split is None else split.pbo
    word, message = verdict(deflated_sharpe=deflated, pbo=pbo, trials=len(sharpes), returns=found.count)
    return {
        "sharpe": found.sharpe,
        "skew": found.skew,
        "kurtosis": found.kurtosis,
        "returns": found.count,
        "trials": len(sharpes),
        "expected_max_sharpe": highest,
        "probabilistic_sharpe": probabilistic_sharpe(found),
        "deflated_sharpe": deflated,
        "minimum_track_record": minimum_track_record(found, benchmark=highest),
        "pbo": pbo,
        "loss_probability": None if split is None else split.loss_probability,
        "logits": None if split is None else summary_of(split),
        "verdict": word,
        "message": message,
    }


def verdict(*, deflated_sharpe: float | None, pbo: float | None, trials: int, returns: int) -> tuple[str, str]:
    """One of LIKELY_LUCK, NOT_SHOWN, HOLDS_UP, and why, in plain words.

    Held up: at least 95 % sure that the Sharpe ratio beats the best of as many lucky trials, and PBO 20 % at most.
    Luck: less than 50 % sure of it; or a PBO of 50 % or more, unless the first is past doubt, as it is where all
    settings are about equally good and only the choice among them is chance.
    """
    if deflated_sharpe is None or returns < _LEAST_RETURNS:
        return NOT_SHOWN, f"{returns} returns are too few to tell skill from luck; {_LEAST_RETURNS} are the least."
    sure = f"{_percent(deflated_sharpe)} sure that the best of {trials:,} trials is more than the luck of trying them"
    if trials < 2:
        sure = f"{_percent(deflated_sharpe)} sure that there is an edge"
    chosen = "" if pbo is None else f"; {_percent(pbo)} probability that it was chosen by chance (PBO)"
    luck = deflated_sharpe < _EVEN or (pbo is not None and pbo >= _EVEN and deflated_sharpe < _SURE)
    if luck:
        return LIKELY_LUCK, f"Likely luck: only {sure}{chosen}."
    if deflated_sharpe >= _SURE and (pbo is None or pbo <= _LOW_PBO):
        return HOLDS_UP, f"Holds up: {sure}{chosen}."
    if deflated_sharpe >= _SURE:
        return NOT_SHOWN, f"Not shown: {sure}, but which setting is the best does not last{chosen}."
    return NOT_SHOWN, f"Not shown: {sure}{chosen}; {_percent(_SURE)} are asked for."


def summary_of(split: Cscv) -> dict[str, Any]:
    """The logits of the splits: their mean and percentiles, and a histogram; above 0 is better than the median."""
    counts, edges = np.histogram(split.logits, bins=20)
    return {
        "splits": len(split.logits),
        "mean": float(np.mean(split.logits)),
        **{
            f"p{at}": float(value)
            for at, value in zip(_PERCENTILES, np.percentile(split.logits, _PERCENTILES), strict=True)
        },
        "edges": [float(edge) for edge in edges],
        "counts": [int(count) for count in counts],
    }


def _sharpes(
    given: Sequence[float] | NDArray[np.float64] | None, matrix: ArrayLike | None, best: Moments
) -> list[float]:
    if given is not None and len(given):
        return [float(value) for value in given]
    if matrix is None:
        return [best.sharpe]
    return [moments_of(column).sharpe for column in np.nan_to_num(np.asarray(matrix, dtype=np.float64)).T]


def _percent(fraction: float) -> str:
    return f"{100.0 * fraction:.0f} %"
