"""What a search maximizes: one of the figures of a result, by its dotted name."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CORE = (
    "total_pnl",
    "roi_percent",
    "profit_factor",
    "expectancy",
    "payoff",
    "win_rate_percent",
    "average_r",
    "expectancy_r",
    "trades",
)
_RISK = ("sharpe", "sortino", "calmar", "cagr_percent")
MAXIMIZABLE = (*(f"risk.{name}" for name in _RISK), *(f"core.{name}" for name in _CORE))
STRETCHES = 240  # of a trial's time, each with one return: enough for 16 blocks of 15


def score_of(figures: Mapping[str, Any], name: str) -> float | None:
    """The figure of the dotted name; None where it has no meaning or is no number."""
    found: Any = figures
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    is_number = isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)
    return float(found) if is_number else None


def stretch_returns(
    time: NDArray[np.int64], equity: NDArray[np.float64], start: int, end: int, count: int = STRETCHES
) -> NDArray[np.float32]:
    """Returns (fractions) of `count` equal stretches of [start, end), from equity (length n) as known at `time` (epoch
    ms, ascending, length n); before its first point equity is that point's. From ruin on they are 0.
    """
    edges = start + (end - start) * np.arange(count + 1) / count
    known = np.clip(np.searchsorted(time, edges, side="right") - 1, 0, len(time) - 1)
    at = equity[known]
    returns = np.zeros(count)
    np.divide(at[1:] - at[:-1], at[:-1], out=returns, where=at[:-1] > 0)
    return returns.astype(np.float32)
