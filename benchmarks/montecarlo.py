"""Monte Carlo: 10,000 paths of 2,000 trades, ours and plain numpy's.

Run: python -m benchmarks.montecarlo. Aim: two seconds at most, and faster than numpy.
"""

import os
import resource
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import machine

Floats = NDArray[np.float64]

PATHS, TRADES = 10_000, 2_000
BLOCK, SKIP = 10.0, 0.1
_AT_ONCE = 1_000  # paths that numpy holds at a time: more do not fit the caches, and need gigabytes


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    print(machine())
    rng = np.random.default_rng(1)
    returns, notionals = rng.normal(0.0005, 0.01, TRADES), np.ones(TRADES)
    started = time.perf_counter()
    ours("shuffle", returns[:10], notionals[:10])
    print(f"first call, with loading numba or compiling: {time.perf_counter() - started:.2f} s")
    for method in ("shuffle", "bootstrap", "skip"):
        own, finals = _timed(partial(ours, method, returns, notionals))
        plain, expected = _timed(partial(by_numpy, method, returns))
        assert abs(np.median(finals) / np.median(expected) - 1.0) < 0.02, "they draw from the same distribution"
        rate = PATHS * TRADES / own / 1e6
        print(
            f"{method:10} ours {own:6.3f} s ({rate:6.0f} M trades/s), plain numpy {plain:6.3f} s: {plain / own:5.1f}x",
            flush=True,
        )
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _timed(work: Callable[[], Floats]) -> tuple[float, Floats]:
    """The best of three, seconds, and what came of it."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - started)
    return best, found


def ours(method: str, returns: Floats, notionals: Floats) -> Floats:
    from analytics.validation.monte_carlo import MonteCarlo, simulate

    told = MonteCarlo(method=method, paths=PATHS, block=BLOCK, skip_percent=100 * SKIP)
    return simulate(returns, notionals, told).final


def by_numpy(method: str, returns: Floats) -> Floats:
    """The same figures (fan, finals, drawdowns, lows), path chunk by path chunk."""
    rng = np.random.default_rng(2)
    marks = np.unique(np.linspace(0, TRADES, 200).round().astype(int))
    fan, finals = np.empty((len(marks), PATHS), np.float32), np.empty(PATHS)
    falls, lows = np.empty(PATHS), np.empty(PATHS)
    for first in range(0, PATHS, _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        equity = np.ones((_AT_ONCE, TRADES + 1))
        np.cumprod(1.0 + _drawn(method, returns, rng), axis=1, out=equity[:, 1:])
        fan[:, part], finals[part], lows[part] = equity[:, marks].T, equity[:, -1], equity.min(axis=1)
        falls[part] = np.max(1.0 - equity / np.maximum.accumulate(equity, axis=1), axis=1)
    return finals


def _drawn(method: str, returns: Floats, rng: np.random.Generator) -> Floats:
    """Returns of _AT_ONCE paths."""
    shape = (_AT_ONCE, TRADES)
    if method == "shuffle":
        return rng.permuted(np.broadcast_to(returns, shape), axis=1)
    if method == "skip":
        return np.where(rng.random(shape) < SKIP, 0.0, returns)
    fresh = rng.random(shape) < 1.0 / BLOCK
    fresh[:, 0] = True
    step = np.arange(TRADES)
    began = np.maximum.accumulate(np.where(fresh, step, 0), axis=1)
    starts = np.take_along_axis(rng.integers(0, TRADES, shape), began, axis=1)
    return returns[(starts + step - began) % TRADES]


if __name__ == "__main__":
    main()
