"""The strategies there are, and their typed, validated parameters."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from signals.marketdata.candles import CandleArrays
from signals.strategies.parameters import checked, plain, schema_of

Floats = NDArray[np.float64]


class StrategyError(ValueError):
    """An unknown strategy, or a parameter that is wrong; the message names it."""


@dataclass(frozen=True, slots=True)
class StrategyOutput:
    """A strategy's word on each of n bars. A bar's word depends on that bar and earlier ones alone.

    direction: int8, 1 long, -1 short, 0 nothing; strength: 0-100; stop and target: prices per unit, NaN on bars that do
    not fire; evidence: what the decision was made from, by name. All arrays have length n.
    """

    direction: NDArray[np.int8]
    strength: Floats
    stop: Floats
    target: Floats
    evidence: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Strategy:
    name: str
    title: str
    description: str
    params: type
    run: Callable[[CandleArrays, Any], StrategyOutput]
    warmup: Callable[[Any], int]


_strategies: dict[str, Strategy] = {}


def strategy(
    *, name: str, title: str, params: type, warmup: Callable[[Any], int]
) -> Callable[[Callable[..., StrategyOutput]], Callable[..., Any]]:
    """Register a function (candles, params) -> StrategyOutput; its docstring is the description.

    `warmup` tells of a parameter object how many bars must be there before one can fire. Raises ValueError for a name
    that is taken.
    """

    def register(run: Callable[..., StrategyOutput]) -> Callable[..., StrategyOutput]:
        if name in _strategies:
            raise ValueError(f"strategy: the name {name!r} is taken")
        _strategies[name] = Strategy(name, title, " ".join((run.__doc__ or "").split()), params, run, warmup)
        return run

    return register


def all_strategies() -> list[Strategy]:
    return [_strategies[name] for name in sorted(_strategies)]


def get_strategy(name: str) -> Strategy:
    """Raises StrategyError naming the strategies there are."""
    if name not in _strategies:
        raise StrategyError(f"strategy: {name!r} is not one of {', '.join(sorted(_strategies))}")
    return _strategies[name]


def validate_params(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of the strategy, `values` in place of the defaults. Raises StrategyError naming the wrong one."""
    return asdict(build_params(name, values))


def build_params(name: str, values: Mapping[str, Any]) -> Any:
    """The strategy's parameter object. Raises StrategyError naming the wrong parameter."""
    kind = get_strategy(name).params
    known = {item.name: item for item in fields(kind)}
    for key in values:
        if key not in known:
            raise StrategyError(f"{key}: {name} has no such parameter")
    try:
        return kind(**{key: checked(known[key], value) for key, value in values.items()})
    except ValueError as error:
        raise StrategyError(str(error)) from None


def warmup(name: str, values: Mapping[str, Any]) -> int:
    """How many bars there must be before one can fire. Raises StrategyError as `build_params` does."""
    return get_strategy(name).warmup(build_params(name, values))


def run_strategy(name: str, values: Mapping[str, Any], candles: CandleArrays) -> StrategyOutput:
    """The strategy's word on every bar. Raises StrategyError as `build_params` does, and what the strategy raises."""
    return get_strategy(name).run(candles, build_params(name, values))


def strategy_key(name: str, values: Mapping[str, Any]) -> str:
    """The strategy with a short hash of all its parameters: equal for equal behaviour."""
    text = json.dumps(plain(validate_params(name, values)), sort_keys=True)
    return f"{name}:{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def json_schema(name: str) -> dict[str, Any]:
    """The parameters as a JSON schema."""
    properties = {item.name: schema_of(item) for item in fields(get_strategy(name).params)}
    return {"type": "object", "properties": properties, "additionalProperties": False}
