"""Kinds of field that a frame may have: each says whether a JSON value is one."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Check = Callable[[Any], bool]


def integer(least: int | None = None, most: int | None = None) -> Check:
    def check(value: Any) -> bool:
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
            return False
        return (least is None or value >= least) and (most is None or value <= most)

    return check


def number(least: float | None = None, most: float | None = None) -> Check:
    def check(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return False
        return (least is None or value >= least) and (most is None or value <= most)

    return check


def one_of(*values: Any) -> Check:
    return lambda value: not isinstance(value, bool) and value in values


def text(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.search(value) is not None


def list_of(item: Check, most: int | None = None) -> Check:
    return lambda value: isinstance(value, list) and (most is None or len(value) <= most) and all(map(item, value))


def either(*checks: Check) -> Check:
    return lambda value: any(check(value) for check in checks)


def an_object(value: Any) -> bool:
    return isinstance(value, dict)


def nothing(value: Any) -> bool:
    return value is None


@dataclass(frozen=True, slots=True)
class Shape:
    """An object's fields; `parts` are those that are objects with a shape of their own. No others are allowed."""

    required: Collection[str]
    fields: Mapping[str, Check]
    parts: Mapping[str, "Shape"] = field(default_factory=dict)

    def fault(self, value: Mapping[str, Any]) -> tuple[str, str] | None:
        """The first field that is not allowed, missing or wrong, with what is the matter; None for a sound object."""
        for name in value:
            if name not in self.fields and name not in self.parts:
                return name, f"Properties not allowed: {name}."
        for name in self.required:
            if name not in value:
                return name, f"Missing property: {name}."
        for name, check in self.fields.items():
            if name in value and not check(value[name]):
                return name, f"{name}: the value is not valid."
        for name, part in self.parts.items():
            if name not in value:
                continue
            if not isinstance(value[name], dict):
                return name, f"{name}: an object is needed."
            if (found := part.fault(value[name])) is not None:
                return f"{name}/{found[0]}", found[1]
        return None
