"""The document as a whole: {"indicators", "long", "short", "stop", "target", "strength"}."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from signals.strategies.rules.conditions import Condition, read_condition
from signals.strategies.rules.kinds import KINDS, Kind
from signals.strategies.rules.levels import DEFAULT_STOP, DEFAULT_TARGET, Level, read_level
from signals.strategies.rules.reading import MOST_BARS, Reader, RuleError, join, mapping, named, real, shown, whole
from signals.strategies.rules.values import PRICES, Indicator, Number, Output, Price, Value, read_value

MOST_INDICATORS = 20
DEFAULT_STRENGTH = 80
_KEYS = ("indicators", "long", "short", "stop", "target", "strength")


@dataclass(frozen=True)
class Rules:
    """`long` and `short`: None where it never goes that way. `evidence`: each indicator's values, by name."""

    long: Condition | None
    short: Condition | None
    stop: Level
    target: Level
    strength: Value
    evidence: Mapping[str, Value]
    whole: Mapping[str, Any]

    @property
    def reach(self) -> int:
        """How many bars before the one judged are looked at."""
        found = [side.reach for side in (self.long, self.short) if side is not None]
        found += [value.reach for value in self.evidence.values()]
        return max(*found, self.stop.reach, self.target.reach, self.strength.reach)


def read_rules(given: Any) -> Rules:
    """Raises RuleError naming what is wrong by its path."""
    told = mapping(given, "", *_KEYS)
    reader = Reader()
    whole_indicators = _read_indicators(told.get("indicators", {}), reader)
    if told.get("long") is None and told.get("short") is None:
        raise RuleError("long", "a condition for long or for short is needed")
    sides = {
        side: None if told.get(side) is None else read_condition(told[side], side, reader) for side in ("long", "short")
    }
    stop, whole_stop = read_level(told.get("stop", DEFAULT_STOP), "stop", reader)
    target, whole_target = read_level(told.get("target", DEFAULT_TARGET), "target", reader)
    strength = told.get("strength", DEFAULT_STRENGTH)
    found = Rules(
        long=sides["long"],
        short=sides["short"],
        stop=stop,
        target=target,
        strength=_read_strength(strength, reader),
        evidence={name.replace(".", "_"): value for name, value in reader.values.items()},
        whole={
            "indicators": whole_indicators,
            "long": told.get("long"),
            "short": told.get("short"),
            "stop": whole_stop,
            "target": whole_target,
            "strength": strength,
        },
    )
    if found.reach + 2 > MOST_BARS:
        raise RuleError("", f"it looks at {found.reach + 2} candles; live sessions see the latest {MOST_BARS}")
    return found


def _read_strength(given: Any, reader: Reader) -> Value:
    if isinstance(given, int | float) and not isinstance(given, bool):
        return Number(real(given, "strength", 0.0, 100.0))
    return read_value(given, "strength", reader)


def _read_indicators(given: Any, reader: Reader) -> dict[str, Any]:
    """Fill in the reader's values; returns the indicators with what they left out. They may name each other in any
    order, in no circle: a database does not keep the order of keys.
    """
    told = mapping(given, "indicators")
    if len(told) > MOST_INDICATORS:
        raise RuleError("indicators", f"there are more than {MOST_INDICATORS}")
    left = {named(name, "indicators"): mapping(item, f"indicators.{name}") for name, item in told.items()}
    for name in left.keys() & set(PRICES):
        raise RuleError(f"indicators.{name}", "that is the name of a price")
    found: dict[str, Any] = {}
    while left:
        ready = [name for name in sorted(left) if not _waits(left[name].get("of"), left)]
        if not ready:
            raise RuleError(f"indicators.{min(left)}.of", "these indicators go round in a circle")
        for name in ready:
            found[name] = _read_indicator(name, left.pop(name), reader)
    return {name: found[name] for name in told}


def _waits(source: Any, left: Mapping[str, Any]) -> bool:
    return isinstance(source, str) and source.partition(".")[0] in left


def _read_indicator(name: str, given: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    path = join("indicators", name)
    reader.enter(path)
    kind = KINDS.get(given["kind"]) if isinstance(given.get("kind"), str) else None
    if kind is None:
        raise RuleError(join(path, "kind"), f"{shown(given.get('kind'))} is not one of {', '.join(KINDS)}")
    mapping(given, path, "kind", *kind.params, *(["of"] if kind.of_source else []))
    whole_indicator: dict[str, Any] = {"kind": kind.name}
    whole_indicator |= {key: given.get(key, bound.default) for key, bound in kind.params.items()}
    params = _params(kind, whole_indicator, path)
    source: Value | None = None
    if kind.of_source:
        whole_indicator["of"] = given.get("of", "close")
        source = read_value(whole_indicator["of"], join(path, "of"), reader)
        if not isinstance(source, Price | Output):
            raise RuleError(join(path, "of"), "the name of a price or of an indicator is needed")
    indicator = Indicator(kind, params, source)
    for place, output in enumerate(kind.outputs):
        reader.values[name if output == "value" else f"{name}.{output}"] = Output(indicator, place)
    return whole_indicator


def _params(kind: Kind, given: Mapping[str, Any], path: str) -> tuple[float, ...]:
    found = tuple(
        whole(given[key], join(path, key), int(bound.low), int(bound.high))
        if bound.is_whole
        else real(given[key], join(path, key), bound.low, bound.high)
        for key, bound in kind.params.items()
    )
    if kind.name == "macd" and found[0] >= found[1]:
        raise RuleError(join(path, "fast"), f"must be shorter than slow ({found[1]:g}), not {found[0]:g}")
    return found
