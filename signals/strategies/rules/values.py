"""Values of rules: numbers, prices, indicators, and what is reckoned from them. Each gives one number a bar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from signals.indicators import Floats
from signals.marketdata.candles import CandleArrays
from signals.strategies.rules.kinds import Kind, evaluate
from signals.strategies.rules.reading import MOST_BARS, Reader, RuleError, join, listed, mapping, real, shown, whole

PRICES = ("open", "high", "low", "close", "volume")
_LARGEST = 1e15


class Value(Protocol):
    @property
    def reach(self) -> int:
        """How many bars before the one judged it looks at."""

    def on(self, market: "Market") -> Floats: ...


class Market:
    """The candles, and every value of theirs that has been reckoned."""

    def __init__(self, candles: CandleArrays) -> None:
        self.candles = candles
        self._known: dict[Any, Any] = {}

    def of(self, value: Value) -> Floats:
        return self.once(value, lambda: value.on(self))

    def once(self, key: Any, work: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = work()
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Number:
    number: float
    reach: int = 0

    def on(self, market: Market) -> Floats:
        return np.full(len(market.candles), self.number)


@dataclass(frozen=True, slots=True)
class Price:
    name: str
    reach: int = 0

    def on(self, market: Market) -> Floats:
        return np.asarray(getattr(market.candles, self.name))


@dataclass(frozen=True, slots=True)
class Indicator:
    """`source` is None for those of whole bars."""

    kind: Kind
    params: tuple[float, ...]
    source: "Value | None"

    @property
    def reach(self) -> int:
        return self.kind.lookback(*self.params) + (self.source.reach if self.source is not None else 0)

    def outputs(self, market: Market) -> tuple[Floats, ...]:
        source = market.candles if self.source is None else market.of(self.source)
        found: tuple[Floats, ...] = market.once(
            ("outputs", self.kind.name, self.params, self.source), lambda: evaluate(self.kind, source, self.params)
        )
        return found


@dataclass(frozen=True)
class Output:
    """One of an indicator's values."""

    indicator: Indicator
    place: int

    def __hash__(self) -> int:
        return hash((self.indicator.kind.name, self.indicator.params, self.indicator.source, self.place))

    @property
    def reach(self) -> int:
        return self.indicator.reach

    def on(self, market: Market) -> Floats:
        return self.indicator.outputs(market)[self.place]


@dataclass(frozen=True, slots=True)
class Ago:
    value: Value
    bars: int

    @property
    def reach(self) -> int:
        return self.value.reach + self.bars

    def on(self, market: Market) -> Floats:
        return earlier(market.of(self.value), self.bars)


@dataclass(frozen=True, slots=True)
class Reckoned:
    operation: str
    parts: tuple[Value, ...]

    @property
    def reach(self) -> int:
        return max(part.reach for part in self.parts)

    def on(self, market: Market) -> Floats:
        first, *others = (market.of(part) for part in self.parts)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for other in others:
                first = _OPERATIONS[self.operation](first, other)
        return np.where(np.isfinite(first), first, np.nan)


_OPERATIONS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "max": np.maximum,
    "min": np.minimum,
}


def earlier(values: Floats, bars: int) -> Floats:
    """What the values were so many bars ago; NaN before there were any."""
    if not bars:
        return values
    return np.concatenate((np.full(min(bars, len(values)), np.nan), values[:-bars]))


def read_value(given: Any, path: str, reader: Reader) -> Value:
    """A number, the name of a price or an indicator ("fast", "bands.upper"), {"value": …, "ago": bars}, or one of the
    operations on a list of values. Raises RuleError.
    """
    reader.enter(path)
    if isinstance(given, str):
        return _named(given, path, reader)
    if not isinstance(given, Mapping):
        return Number(real(given, path, -_LARGEST, _LARGEST))
    if "value" in given:
        mapping(given, path, "value", "ago")
        value = read_value(given["value"], join(path, "value"), reader)
        return Ago(value, whole(given.get("ago", 0), join(path, "ago"), 0, MOST_BARS))
    if len(given) != 1 or not given.keys() <= _OPERATIONS.keys():
        raise RuleError(path, f"a value, or one of {', '.join(_OPERATIONS)} with a list of values, is needed")
    ((operation, parts),) = given.items()
    at = join(path, operation)
    return Reckoned(
        operation,
        tuple(read_value(part, join(at, place), reader) for place, part in enumerate(listed(parts, at, 2))),
    )


def _named(name: str, path: str, reader: Reader) -> Value:
    if name in PRICES:
        return Price(name)
    if name in reader.values:
        found: Value = reader.values[name]
        return found
    known = ", ".join([*PRICES, *sorted(reader.values)])
    raise RuleError(path, f"{shown(name)} is not one of {known}")
