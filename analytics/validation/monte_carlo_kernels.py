"""The compiled paths of monte_carlo.py. Importing this module loads numba: import it where it is used.

Draws are SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014), a stream for each
path by the seed and the path's number, so that nothing depends on who works out which path when. The interpreter's
lock is released meanwhile; threads share the work by paths.
"""

import os
from pathlib import Path

import numba
import numpy as np
from django.conf import settings
from numba import njit
from numpy.typing import NDArray

# Machine code is kept where the backtester's is; numba itself sees that this file has changed.
_ROOT = Path(os.environ.get("NUMBA_CACHE_DIR") or settings.DATA_DIR / "numba")
numba.config.CACHE_DIR = str(_ROOT / "monte-carlo")  # type: ignore[attr-defined]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
State = NDArray[np.uint64]

SHUFFLE, BOOTSTRAP, SKIP = 0, 1, 2  # as monte_carlo.METHODS
MISSED = -1

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 1.0 / (1 << 53)


@njit(nogil=True, cache=True)
def mixed(value: np.uint64) -> np.uint64:
    """A number's bits stirred: 64 bits to 64 bits, one to one."""
    value = (value ^ (value >> _S30)) * _FIRST
    value = (value ^ (value >> _S27)) * _SECOND
    return value ^ (value >> _S31)


@njit(nogil=True, cache=True)
def draw(state: State) -> float:
    """The stream's next number, in [0, 1)."""
    state[0] += _GAMMA
    return (mixed(state[0]) >> _S11) * _UNIT


@njit(nogil=True, cache=True)
def shuffle(order: Ints, state: State) -> None:
    """Every order alike (Fisher, Yates)."""
    for at in range(len(order)):
        order[at] = at
    for at in range(len(order) - 1, 0, -1):
        other = int(draw(state) * (at + 1))
        order[at], order[other] = order[other], order[at]


@njit(nogil=True, cache=True)
def bootstrap(order: Ints, state: State, block: float) -> None:
    """Blocks that begin anywhere, go on around the end, and end after each trade with probability 1 / block."""
    trade = -1
    for at in range(len(order)):
        fresh = at == 0 or draw(state) < 1.0 / block
        trade = int(draw(state) * len(order)) if fresh else (trade + 1) % len(order)
        order[at] = trade


@njit(nogil=True, cache=True)
def leave_out(order: Ints, state: State, skip: float) -> None:
    """The record's order, with MISSED in place of what was skipped."""
    for at in range(len(order)):
        order[at] = MISSED if draw(state) < skip else at


@njit(nogil=True, cache=True)
def walk_paths(
    method: int,
    returns: Floats,
    notionals: Floats,
    block: float,
    skip: float,
    shock: float,
    compounding: bool,
    seed: int,
    first: int,
    last: int,
    marks: Ints,
    fan: NDArray[np.float32],
    final: Floats,
    drawdown: Floats,
    lowest: Floats,
) -> None:
    """Paths [first, last): equity as a multiple of the start into `fan` (marks, paths), `final` and `lowest` (paths,),
    the largest fall from a peak as a fraction of it into `drawdown` (paths,).

    returns and notionals (trades,): fractions of the equity before the trade, or of the start where nothing compounds;
    block: mean length of the blocks; skip: probability; shock: the most extra slippage, a fraction of the notional;
    marks: after how many trades the fan is told, rising, from 0 to the number of trades.
    """
    order, state = np.empty(len(returns), np.int64), np.empty(1, np.uint64)
    for path in range(first, last):
        state[0] = mixed(np.uint64(seed) * _GAMMA + mixed(np.uint64(path) + _GAMMA))
        if method == SHUFFLE:
            shuffle(order, state)
        elif method == BOOTSTRAP:
            bootstrap(order, state, block)
        else:
            leave_out(order, state, skip)
        equity, peak, low, fall, mark = 1.0, 1.0, 1.0, 0.0, 0
        for step in range(len(order)):
            if marks[mark] == step:
                fan[mark, path] = equity
                mark += 1
            # An account without money trades no more.
            if order[step] == MISSED or equity <= 0.0:
                continue
            change = returns[order[step]]
            if shock > 0.0:
                change -= shock * draw(state) * notionals[order[step]]
            equity = max(0.0, equity * (1.0 + change) if compounding else equity + change)
            peak, low = max(peak, equity), min(low, equity)
            fall = max(fall, 1.0 - equity / peak)
        fan[mark, path] = equity
        final[path], drawdown[path], lowest[path] = equity, fall, low
