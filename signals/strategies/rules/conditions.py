"""Conditions of rules: true or false on each bar. What is not known yet is not true."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from signals.strategies.rules.reading import MOST_BARS, Reader, RuleError, join, listed, mapping, shown, whole
from signals.strategies.rules.values import Market, Value, earlier, read_value

Truths = NDArray[np.bool_]
COMPARISONS = (">", ">=", "<", "<=", "crosses_above", "crosses_below")
WAYS = ("rising", "falling")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PLAIN: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
}
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")
_MINUTE, _DAY = 60_000, 86_400_000
_THURSDAY = 3  # 1 January 1970


class Condition(Protocol):
    @property
    def reach(self) -> int:
        """How many bars before the one judged it looks at."""

    def on(self, market: Market) -> Truths: ...


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Value
    word: str
    right: Value

    @property
    def reach(self) -> int:
        return max(self.left.reach, self.right.reach) + self.word.startswith("crosses")

    def on(self, market: Market) -> Truths:
        left, right = market.of(self.left), market.of(self.right)
        with np.errstate(invalid="ignore"):
            if self.word in _PLAIN:
                return np.asarray(_PLAIN[self.word](left, right))
            gap = left - right if self.word == "crosses_above" else right - left
            return np.asarray((gap > 0) & (earlier(gap, 1) <= 0))


@dataclass(frozen=True, slots=True)
class Trend:
    """A value has risen, or fallen, on each of the last `bars` bars."""

    value: Value
    way: str
    bars: int

    @property
    def reach(self) -> int:
        return self.value.reach + self.bars

    def on(self, market: Market) -> Truths:
        values = market.of(self.value)
        step = values - earlier(values, 1)
        with np.errstate(invalid="ignore"):
            return held(step > 0 if self.way == "rising" else step < 0, self.bars)


@dataclass(frozen=True, slots=True)
class Held:
    condition: Condition
    bars: int

    @property
    def reach(self) -> int:
        return self.condition.reach + self.bars - 1

    def on(self, market: Market) -> Truths:
        return held(self.condition.on(market), self.bars)


@dataclass(frozen=True, slots=True)
class Clock:
    """The candle opens from `start` on and before `end` (minutes of the UTC day, over midnight where it ends before it
    starts) on one of `days` (0 is Monday).
    """

    start: int
    end: int
    days: tuple[int, ...]
    reach: int = 0

    def on(self, market: Market) -> Truths:
        time = market.candles.time
        minute, day = time % _DAY // _MINUTE, (time // _DAY + _THURSDAY) % 7
        inside = (minute >= self.start) & (minute < self.end)
        if self.end <= self.start:
            inside = (minute >= self.start) | (minute < self.end)
        return np.asarray(inside & np.isin(day, self.days))


@dataclass(frozen=True, slots=True)
class Joined:
    word: str  # all, any
    parts: tuple[Condition, ...]

    @property
    def reach(self) -> int:
        return max(part.reach for part in self.parts)

    def on(self, market: Market) -> Truths:
        how = np.logical_and if self.word == "all" else np.logical_or
        return np.asarray(how.reduce([part.on(market) for part in self.parts]))


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition

    @property
    def reach(self) -> int:
        return self.condition.reach

    def on(self, market: Market) -> Truths:
        return ~self.condition.on(market)


def held(truths: Truths, bars: int) -> Truths:
    """Whether it was true on each of the last `bars` bars, this one among them."""
    since = np.arange(len(truths)) - np.maximum.accumulate(np.where(truths, -1, np.arange(len(truths))))
    return np.asarray(since >= bars)


def read_condition(given: Any, path: str, reader: Reader) -> Condition:
    """One of the objects that docs/strategies.md lists. Raises RuleError."""
    reader.enter(path)
    found = mapping(given, path)
    for key, read in _READERS.items():
        if key in found:
            return read(found, path, reader)
    raise RuleError(path, f"a condition has one of {', '.join(_READERS)}")


def _joined(given: Mapping[str, Any], path: str, reader: Reader) -> Condition:
    (word,) = mapping(given, path, "all" if "all" in given else "any")
    at = join(path, word)
    return Joined(
        word, tuple(read_condition(part, join(at, place), reader) for place, part in enumerate(listed(given[word], at)))
    )


def _not(given: Mapping[str, Any], path: str, reader: Reader) -> Condition:
    mapping(given, path, "not")
    return Not(read_condition(given["not"], join(path, "not"), reader))


def _held(given: Mapping[str, Any], path: str, reader: Reader) -> Condition:
    mapping(given, path, "held", "bars")
    bars = whole(given.get("bars"), join(path, "bars"), 1, MOST_BARS)
    return Held(read_condition(given["held"], join(path, "held"), reader), bars)


def _comparison(given: Mapping[str, Any], path: str, reader: Reader) -> Condition:
    mapping(given, path, "left", "is", "right")
    left = read_value(given["left"], join(path, "left"), reader)
    word = _word(given.get("is"), join(path, "is"), COMPARISONS)
    return Comparison(left, word, read_value(given.get("right"), join(path, "right"), reader))


def _trend(given: Mapping[str, Any], path: str, reader: Reader) -> Condition:
    mapping(given, path, "value", "is", "bars")
    value = read_value(given["value"], join(path, "value"), reader)
    bars = whole(given.get("bars", 1), join(path, "bars"), 1, MOST_BARS)
    return Trend(value, _word(given.get("is"), join(path, "is"), WAYS), bars)


def _clock(given: Mapping[str, Any], path: str, _: Reader) -> Condition:
    mapping(given, path, "time")
    at = join(path, "time")
    told = mapping(given["time"], at, "from", "to", "days")
    days = listed(told.get("days", list(DAYS)), join(at, "days"))
    places = [DAYS.index(_word(day, join(join(at, "days"), place), DAYS)) for place, day in enumerate(days)]
    start, end = (_minutes(told.get(key, "00:00"), join(at, key)) for key in ("from", "to"))
    return Clock(start, end, tuple(sorted(set(places))))


def _minutes(value: Any, path: str) -> int:
    found = _CLOCK.match(value) if isinstance(value, str) else None
    if found is None:
        raise RuleError(path, f"a time of the day such as 08:30 is needed, not {shown(value)}")
    return int(found[1]) * 60 + int(found[2])


def _word(value: Any, path: str, words: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in words:
        raise RuleError(path, f"{shown(value)} is not one of {', '.join(words)}")
    return value


_READERS: Mapping[str, Callable[[Mapping[str, Any], str, Reader], Condition]] = {
    "all": _joined,
    "any": _joined,
    "not": _not,
    "held": _held,
    "left": _comparison,
    "value": _trend,
    "time": _clock,
}
