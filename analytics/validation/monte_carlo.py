"""Monte Carlo of a record of trades: what else might have come of them.

Compounding is the rule here: a trade's result counts as a fraction of the equity before it, since sizes are shares of
the balance (all methods of trading/sessions/session_settings.py but FIXED): after losses trades are smaller. Records of
fixed sizes are added instead, as fractions of the start.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

METHODS = ("shuffle", "bootstrap", "skip")
MOST_STEPS = 200  # of the fan
_BINS = 20
_PATHS_AT_ONCE = 500
_PERCENTILES = (5, 25, 50, 75, 95)


class NoEquity(ValueError):
    """Results cannot be measured: the balance before one of them is not above 0."""


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """How paths are drawn.

    shuffle: the trades in another order. bootstrap: as many trades, drawn in blocks of `block` trades on average whose
    lengths are geometric and which go on around the end (the stationary bootstrap: Politis & Romano, "The Stationary
    Bootstrap", 1994), which keeps streaks together. skip: each trade is missed with `skip_percent`. With any of them
    each trade may cost extra slippage: `slippage_shock_percent` of its notional at most, uniformly drawn. Ruin: equity
    at `ruin_percent` of the start, or below, at any time. Percents 0-100. Raises ValueError naming what is wrong.
    """

    method: str = "shuffle"
    paths: int = 10_000
    block: float = 10.0
    skip_percent: float = 10.0
    slippage_shock_percent: float = 0.0
    ruin_percent: float = 50.0
    seed: int = 0
    compounding: bool = True

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"method: one of {', '.join(METHODS)}, not {self.method!r}")
        if self.paths < 1:
            raise ValueError(f"paths: at least 1, not {self.paths!r}")
        if not 1.0 <= self.block < math.inf:
            raise ValueError(f"block: at least 1 trade, not {self.block!r}")
        for name in ("skip_percent", "slippage_shock_percent", "ruin_percent"):
            if not 0.0 <= getattr(self, name) <= 100.0:
                raise ValueError(f"{name}: a percentage 0-100, not {getattr(self, name)!r}")
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed: a whole number from 0 to 2**63 - 1, not {self.seed!r}")


@dataclass(frozen=True, slots=True)
class Paths:
    """Equity as a multiple of the start. marks (k,): after how many trades the fan is told; fan (k, paths); final,
    lowest (paths,); drawdown (paths,): the largest fall from a peak, a fraction of it.
    """

    marks: NDArray[np.int64]
    fan: NDArray[np.float32]
    final: Floats
    drawdown: Floats
    lowest: Floats

    def ruin_probability(self, ruin_percent: float) -> float:
        """The share of paths that fall to `ruin_percent` of the start, a fraction 0-1."""
        return float(np.mean(self.lowest <= ruin_percent / 100.0))


def record_of(pnl: ArrayLike, notional: ArrayLike, start: float, *, compounding: bool = True) -> tuple[Floats, Floats]:
    """Results and notionals (account currency, in the order of the exits) as fractions of the equity before each trade,
    or of the start where nothing compounds. Raises NoEquity for a start that is not above 0, and where the equity
    before a trade is not.
    """
    results, sizes = np.asarray(pnl, dtype=np.float64), np.abs(np.asarray(notional, dtype=np.float64))
    if not start > 0.0:
        raise NoEquity("Results are measured by a balance above 0, and there was none before the first.")
    if not compounding:
        return results / start, sizes / start
    before = start + np.concatenate([[0.0], np.cumsum(results)[:-1]])[: len(results)]
    if np.any(before <= 0.0):
        raise NoEquity("The record itself lost all of the balance; only without compounding can it be looked at.")
    return results / before, sizes / before


def simulate(returns: ArrayLike, notionals: ArrayLike, told: MonteCarlo, *, threads: int | None = None) -> Paths:
    """The paths of a record as `record_of` gives it (shape (trades,)); however many threads, the same ones.

    Memory: 4 bytes a path and step of the fan, 40 MB for 50,000 paths; the trades of a path are never kept.
    """
    from analytics.validation.monte_carlo_kernels import walk_paths

    values, sizes = np.ascontiguousarray(returns, np.float64), np.ascontiguousarray(notionals, np.float64)
    marks = np.unique(np.linspace(0, len(values), min(MOST_STEPS, len(values) + 1)).round().astype(np.int64))
    paths = Paths(marks, np.empty((len(marks), told.paths), np.float32), *(np.empty(told.paths) for _ in range(3)))

    def walk(first: int) -> None:
        walk_paths(
            METHODS.index(told.method),
            values,
            sizes,
            float(told.block),
            told.skip_percent / 100.0,
            told.slippage_shock_percent / 100.0,
            told.compounding,
            told.seed,
            first,
            min(first + _PATHS_AT_ONCE, told.paths),
            marks,
            paths.fan,
            paths.final,
            paths.drawdown,
            paths.lowest,
        )

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(walk, range(0, told.paths, _PATHS_AT_ONCE)))
    return paths


def monte_carlo(pnl: ArrayLike, notional: ArrayLike, start: float, told: MonteCarlo) -> dict[str, Any]:
    """What came of the paths, as JSON: `final` and the fan in account currency, drawdowns in percent, probabilities as
    fractions. `pnl` and `notional` (shape (trades,)) in the order of the exits, `start` the balance before them.

    Raises NoEquity as `record_of` does.
    """
    returns, notionals = record_of(pnl, notional, start, compounding=told.compounding)
    paths = simulate(returns, notionals, told)
    falls = 100.0 * paths.drawdown
    return {
        "method": told.method,
        "paths": told.paths,
        "trades": len(returns),
        "compounding": told.compounding,
        "seed": told.seed,
        "ruin_percent": told.ruin_percent,
        "ruin_probability": paths.ruin_probability(told.ruin_percent),
        "loss_probability": float(np.mean(paths.final < 1.0)),
        "start": start,
        "recorded": _recorded(np.asarray(pnl, dtype=np.float64), start),
        "final": {**_percentiles(start * paths.final), "mean": float(start * paths.final.mean())},
        "drawdown": {**_percentiles(falls), "mean": float(falls.mean())},
        "fan": [
            {"step": int(mark), **_percentiles(start * row.astype(np.float64))}
            for mark, row in zip(paths.marks, paths.fan, strict=True)
        ],
        "final_histogram": _histogram(start * paths.final),
        "drawdown_histogram": _histogram(falls),
    }


def _recorded(pnl: Floats, start: float) -> dict[str, float]:
    equity = start + np.concatenate([[0.0], np.cumsum(pnl)])
    peaks = np.maximum.accumulate(equity)
    return {"final": float(equity[-1]), "drawdown": float(100.0 * np.max(1.0 - equity / peaks))}


def _percentiles(values: Floats) -> dict[str, float]:
    found = np.percentile(values, _PERCENTILES)
    return {f"p{at}": round(float(value), 8) for at, value in zip(_PERCENTILES, found, strict=True)}


def _histogram(values: Floats) -> dict[str, list[Any]]:
    """Outcomes that differ by rounding alone, as those of another order do, stand around the middle."""
    low, high = float(values.min()), float(values.max())
    apart = high - low > 1e-9 * max(abs(low), abs(high), 1.0)
    middle, half = (low + high) / 2.0, max(abs(low), abs(high), 1.0) / 100.0
    counts, edges = np.histogram(values, bins=_BINS, range=None if apart else (middle - half, middle + half))
    return {"edges": [round(float(edge), 8) for edge in edges], "counts": [int(count) for count in counts]}
