"""Random inputs for the rules: by the name of a parameter where it has a meaning, else by its type."""

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from trading.rules.exit_plan import PlanLevels

STEP_MS = 60_000
STEPS = st.sampled_from([1e-8, 0.001, 0.01, 0.05, 0.1, 0.25, 0.3, 0.5, 1.0, 7.0, 100.0])


def floats(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


DIRECTIONS = st.sampled_from([1, -1])
PRICES = floats(1e-6, 1e6)
# Few values, so that levels and bars meet exactly as often as not.
NEAR_PRICES = st.integers(90, 110).map(float) | floats(90.0, 110.0)
LEVELS = NEAR_PRICES | st.just(math.nan)
# What a limit, or the figure held to it, may be: often equal, "no limit", or not known.
AMOUNTS = floats(0.0, 1e6) | st.integers(0, 5).map(float) | st.sampled_from([math.inf, math.nan, -1.0])
FRACTIONS = floats(0.0, 1.0)
DRAWS = floats(0.0, 1.0).filter(lambda u: u < 1.0)
KEYS = st.integers(0, 2**62 - 1)

TICKS = st.just(0.0) | STEPS


@st.composite
def plans(draw: st.DrawFn, direction: int = 1) -> PlanLevels:
    """Exit plans around a price of 100, their parts each there or not; `direction` is the side of the profit."""

    def ahead(most: int) -> st.SearchStrategy[float]:
        return st.integers(0, most).map(lambda ticks: 100.0 + direction * ticks / 4.0) | st.just(math.nan)

    return PlanLevels(
        draw(st.sampled_from([math.nan, 0.5, 1.0, 3.0, 10.0]) | floats(0.01, 120.0)),
        draw(st.sampled_from([math.nan, 0.5, 1.0, 2.0]) | st.just(math.nan)),
        draw(ahead(20)),
        draw(st.sampled_from([0.0, 0.1, 0.25, 1.0])),
        draw(ahead(20)),
        draw(ahead(20)),
    )


@st.composite
def weights(draw: st.DrawFn) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(draw(st.lists(FRACTIONS | st.sampled_from([0.0, math.nan]), min_size=4, max_size=4)))


@st.composite
def signed_confidences(draw: st.DrawFn) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(draw(st.lists(floats(-1.0, 1.0) | st.just(math.nan), min_size=4, max_size=4)))


BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "direction": DIRECTIONS,
    "market_type": st.integers(0, 3),
    "stop": LEVELS,
    "target": LEVELS,
    "open_": NEAR_PRICES,
    "high": NEAR_PRICES,
    "low": NEAR_PRICES,
    "close": NEAR_PRICES,
    "price": PRICES | NEAR_PRICES,
    "bid": PRICES,
    "ask": PRICES,
    "trigger": PRICES,
    "rate": floats(-0.1, 0.1),
    "interval_hours": st.sampled_from([0.0, -8.0, 1.0, 4.0, 8.0]) | floats(0.001, 24.0) | AMOUNTS,
    "entry": PRICES | NEAR_PRICES,
    "best": LEVELS,
    "worst": LEVELS,
    "initial_stop": LEVELS,
    "plan": plans() | plans(-1),
    "tick": TICKS,
    "horizon": st.integers(0, 3),
    "others": signed_confidences(),
    "weights": weights(),
    "confidence": FRACTIONS | st.just(math.nan),
    "weekday": st.integers(0, 6),
    "minute": st.integers(0, 1439),
    "start": st.integers(0, 1439),
    "end": st.integers(0, 1439),
    "days": st.integers(0, 127),
    "timeframe_ms": st.integers(1, 50).flatmap(
        lambda count: st.sampled_from([1_000, 60_000, 3_600_000, 86_400_000]).map(lambda unit: count * unit)
    ),
    "method": st.integers(0, 5),
    "wins": st.integers(-1, 100),
    "losses": st.integers(-1, 100),
    "live": st.integers(0, 10),
    "opened": st.integers(0, 10),
    "limit": AMOUNTS,
    "exit_price": PRICES,
    "tick_size": STEPS,
    "lot_size": STEPS,
    "step": STEPS,
    "quantity": floats(0.0, 1e6) | floats(0.0, 1e30),
    "count": floats(0.0, 1e9),
    "contract_size": floats(1e-6, 1e6) | floats(-1e6, 1e6),
    "volatility": floats(0.0, 1.0),
    "slippage": floats(0.0, 2.0),
    "latency_seconds": floats(0.0, 60.0),
    "drift": floats(-2.0, 2.0),
    "z": floats(-7.0, 7.0),
    "u": DRAWS,
    "v": DRAWS,
    "probability": FRACTIONS,
    "state": st.integers(0, 2**31 - 2),
    "key": KEYS,
    "seed": KEYS,
    "first": KEYS,
    "second": KEYS,
    "salt": KEYS.map(lambda key: key // 2),
}
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    float: AMOUNTS | floats(-1e6, 1e6),
    int: st.integers(-1_000_000, 1_000_000),
    bool: st.booleans(),
}


@st.composite
def bars(draw: st.DrawFn, most: int = 12) -> dict[str, Any]:
    """Consistent candles with gaps between them, as equal-length arrays; possibly none."""
    count = draw(st.integers(0, most))
    skips = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    corners = draw(st.lists(st.tuples(*[NEAR_PRICES] * 4), min_size=count, max_size=count))
    table = np.array([(a, max(a, b, c, d), min(a, b, c, d), b) for a, b, c, d in corners]).reshape(count, 4)
    names = ("open_", "high", "low", "close")
    columns = {name: np.ascontiguousarray(table[:, index]) for index, name in enumerate(names)}
    return {"time": np.cumsum(np.array(skips, dtype=np.int64)) * STEP_MS, **columns, "step": STEP_MS}


OPENED = st.integers(-STEP_MS, 30 * STEP_MS) | st.integers(0, 30).map(lambda count: count * STEP_MS)


@st.composite
def scan_arguments(draw: st.DrawFn) -> dict[str, Any]:
    levels = {"direction": draw(DIRECTIONS), "stop": draw(LEVELS), "target": draw(LEVELS), "opened": draw(OPENED)}
    return levels | draw(bars())


# Rules whose arguments depend on each other.
WHOLE: dict[str, st.SearchStrategy[dict[str, Any]]] = {"first_exit": scan_arguments()}


def arguments_of(rule: Callable[..., Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Keyword arguments for `rule`. Raises LookupError for a parameter that nothing here knows how to make."""
    if rule.__name__ in WHOLE:
        return WHOLE[rule.__name__]
    chosen = {}
    for name, parameter in inspect.signature(rule).parameters.items():
        strategy = BY_NAME.get(name, BY_TYPE.get(parameter.annotation))
        if strategy is None:
            raise LookupError(f"{rule.__module__}.{rule.__name__}: give its parameter {name!r} a strategy")
        chosen[name] = strategy
    return st.fixed_dictionaries(chosen)
