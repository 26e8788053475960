"""A strategy's words on the same bars, compared."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from signals.marketdata.candles import CandleArrays
from signals.strategies.registry import Floats, StrategyOutput, run_strategy

Flags = NDArray[np.bool_]
SIGNAL = ("direction", "strength", "stop", "target")
_TOLERANCE = 1e-9  # relative: what the order of additions may change


class StrategyFault(ValueError):
    """The strategy raised, or its output does not have one figure for each bar."""


def words(name: str, params: Mapping[str, Any], candles: CandleArrays) -> dict[str, Floats]:
    """The strategy's output as columns: SIGNAL's and "evidence.<name>". Raises StrategyFault."""
    try:
        output = run_strategy(name, params, candles.read_only())
        found = _columns(output)
    except (Exception, SystemExit) as error:  # somebody's code: whatever it raises is its fault
        raise StrategyFault(f"{name} on {len(candles)} candles: {type(error).__name__}: {error}"[:300]) from None
    if wrong := [column for column, values in found.items() if values.shape != (len(candles),)]:
        raise StrategyFault(f"{name} on {len(candles)} candles: {wrong[0]} has the shape {found[wrong[0]].shape}")
    return found


def _columns(output: StrategyOutput) -> dict[str, Floats]:
    found = {name: getattr(output, name) for name in SIGNAL}
    found |= {f"evidence.{name}": values for name, values in output.evidence.items()}
    return {name: np.asarray(values, dtype=np.float64) for name, values in found.items()}


def differing(left: Floats, right: Floats) -> Flags:
    """Where two columns differ: NaN is NaN, and rounding is no difference."""
    with np.errstate(invalid="ignore"):
        same = (left == right) | (np.abs(left - right) <= _TOLERANCE * np.abs(left))
    return ~(same | (np.isnan(left) & np.isnan(right)))


def choose_bars(direction: Floats, count: int, *, first: int = 0, seed: int = 0) -> list[int]:
    """Up to `count` bars from `first` on, in order: half of them fired, spread over the time, then their neighbours,
    then any others.
    """
    bars = len(direction)
    fired = np.flatnonzero(direction[first:]) + first
    share = fired[np.unique(np.linspace(0, len(fired) - 1, min(len(fired), -(-count // 2))).astype(int))]
    rng = np.random.default_rng(seed)
    beside = rng.permutation(np.concatenate([share - 1, share + 1]))[: count // 4]
    others = rng.integers(first, bars, count) if bars > first else np.empty(0, np.int64)
    chosen = _first(count, (int(bar) for part in (share, beside, others) for bar in part if first <= bar < bars))
    return sorted(chosen)


def _first(count: int, bars: Iterable[int]) -> list[int]:
    """The first `count` distinct ones."""
    return list(dict.fromkeys(bars))[:count]
