"""The probability of backtest overfitting, by combinatorially symmetric cross-validation.

Bailey, Borwein, Lopez de Prado, Zhu: "The Probability of Backtest Overfitting" (Journal of Computational Finance,
2015): time is cut into an even number of equal stretches; for each choice of half of them, the setting with the
best Sharpe ratio there is ranked among all settings on the other half. It is overfitting where it falls to the lower
half there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_MOST_STRETCHES = 16
_LEAST_STRETCHES = 4
_LEAST_ROWS = 2  # a stretch
_MOST_CELLS = 30_000_000  # splits x trials, beyond which time is cut into fewer stretches
_AT_ONCE = 1_000_000  # cells of one chunk: 8 MB an array
_NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Cscv:
    """`logits` (shape (splits,)): ln(rank / (1 - rank)) of the best in-sample setting out of sample, rank in (0, 1).

    `pbo`: the share of logits <= 0. `loss_probability`: the share of splits in which that setting loses out of sample.
    """

    pbo: float
    loss_probability: float
    logits: Floats
    stretches: int


def stretches_for(rows: int, trials: int) -> int:
    """The most stretches (even, 16 at most) that the rows allow and that are worked out in seconds; 0: too few rows."""
    for count in range(_MOST_STRETCHES, _LEAST_STRETCHES - 1, -2):
        if rows >= count * _LEAST_ROWS and (comb(count, count // 2) * trials <= _MOST_CELLS):
            return count
    return _LEAST_STRETCHES if rows >= _LEAST_STRETCHES * _LEAST_ROWS else 0


def cscv(returns: ArrayLike, *, stretches: int | None = None) -> Cscv | None:
    """Of trial returns (fractions, shape (T, N): a row a period, a column a setting); NaN counts as 0, no trade.

    The oldest rows that do not fill a stretch are left out. None for fewer than two settings or too few rows; raises
    ValueError for stretches that are odd, or more than the rows allow, or an array of another shape.
    """
    matrix = np.nan_to_num(np.asarray(returns, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if matrix.ndim != 2:
        raise ValueError("Returns are an array of two dimensions: periods x settings.")
    rows, trials = matrix.shape
    count = stretches_for(rows, trials) if stretches is None else stretches
    if trials < 2 or count == 0:
        return None
    if count % 2 or count < 2 or rows < count * _LEAST_ROWS:
        raise ValueError("Stretches are an even number, of two rows each at least.")
    length = rows // count
    blocks = matrix[rows - length * count :].reshape(count, length, trials)
    sums, squares = blocks.sum(axis=1), (blocks**2).sum(axis=1)
    found = [_judge(chosen, sums, squares, length) for chosen in _choices(count, max(1, _AT_ONCE // trials))]
    ranks = np.concatenate([rank for rank, _ in found])
    losses = np.concatenate([loss for _, loss in found])
    logits = np.log(ranks / (1.0 - ranks))
    return Cscv(float(np.mean(ranks <= 0.5)), float(np.mean(losses)), logits, count)


def _choices(count: int, at_once: int) -> Iterator[Floats]:
    """Every choice of half of the stretches, as rows of 1 (in sample) and 0, in chunks (<= at_once, count)."""
    every = np.array(list(combinations(range(count), count // 2)))
    for start in range(0, len(every), at_once):
        part = every[start : start + at_once]
        chosen = np.zeros((len(part), count))
        np.put_along_axis(chosen, part, 1.0, axis=1)
        yield chosen


def _judge(chosen: Floats, sums: Floats, squares: Floats, length: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Of each choice: the rank (0-1) out of sample of the best setting in sample, and whether it loses there."""
    rows = length * chosen.shape[1] // 2
    best = np.argmax(_sharpes(chosen @ sums, chosen @ squares, rows), axis=1)[:, np.newaxis]
    totals = (1.0 - chosen) @ sums
    outside = _sharpes(totals, (1.0 - chosen) @ squares, rows)
    own = np.take_along_axis(outside, best, axis=1)
    below, equal = np.sum(outside < own, axis=1), np.sum(outside == own, axis=1)
    rank = (below + (equal + 1) / 2.0) / (outside.shape[1] + 1)
    return rank, np.take_along_axis(totals, best, axis=1)[:, 0] < 0.0


def _sharpes(sums: Floats, squares: Floats, rows: int) -> Floats:
    """Sharpe ratios from sums of returns and of their squares; 0 where returns do not vary."""
    mean, square = sums / rows, squares / rows
    variance = square - mean**2
    varies = variance > _NO_VARIANCE * square
    return np.where(varies, mean / np.sqrt(np.where(varies, variance, 1.0)), 0.0)
