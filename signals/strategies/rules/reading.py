"""Reading a document of rules: what is wrong is named by its path, such as long.all.0.left."""

import re
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_PARTS = 300  # conditions and values together
DEEPEST = 12
MOST_BARS = 500  # that live sessions judge by
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}\Z")


class RuleError(ValueError):
    """A document that says nothing, or too much; the message begins with the path of what is wrong."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)


@dataclass
class Reader:
    """What is known while a document is read: its indicators' values by name, and how many parts have been met."""

    values: dict[str, Any] = field(default_factory=dict)
    parts: int = 0

    def enter(self, path: str) -> None:
        """One more part. Raises RuleError where the document is too large, or too deep, to be evaluated."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise RuleError(path, f"there are more than {MOST_PARTS} conditions and values")
        if path.count(".") > 2 * DEEPEST:
            raise RuleError(path, "this is nested too deeply")


def mapping(value: Any, path: str, *allowed: str) -> Mapping[str, Any]:
    """Raises RuleError for another kind of value, or a key that is not `allowed`."""
    if not isinstance(value, Mapping):
        raise RuleError(path, f"an object is needed, not {shown(value)}")
    for key in value:
        if allowed and key not in allowed:
            raise RuleError(path, f"{shown(key)} is not one of {', '.join(allowed)}")
    return value


def listed(value: Any, path: str, least: int = 1) -> Sequence[Any]:
    if not isinstance(value, list | tuple) or len(value) < least:
        raise RuleError(path, f"a list of {least} or more is needed, not {shown(value)}")
    return value


def real(value: Any, path: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise RuleError(path, f"a number is needed, not {shown(value)}")
    if not low <= value <= high:
        raise RuleError(path, f"must lie between {low:g} and {high:g}, not {shown(value)}")
    return float(value)


def whole(value: Any, path: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise RuleError(path, f"a whole number is needed, not {shown(value)}")
    return int(real(value, path, low, high))


def named(value: Any, path: str) -> str:
    if not isinstance(value, str) or not _NAME.match(value):
        raise RuleError(path, f"a name is a small letter and up to 30 more, digits or _, not {shown(value)}")
    return value


def shown(value: Any) -> str:
    """A stranger's value in a message: cut off where it is long."""
    return reprlib.repr(value)


def join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)
