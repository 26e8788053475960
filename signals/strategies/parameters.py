"""The kinds of parameters that a strategy may have: a number within bounds, or a document with its own language."""

import copy
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, field
from typing import Any


def number(default: float, low: float, high: float, help_text: str) -> Any:
    """A parameter's dataclass field: its default, bounds (inclusive) and meaning with its unit."""
    return field(default=default, metadata={"low": low, "high": high, "help": help_text})


def document(
    default: Mapping[str, Any], check: Callable[[Any], dict[str, Any]], schema: Mapping[str, Any], help_text: str
) -> Any:
    """A parameter that is a JSON object. `check` returns it whole, with what was left out at its defaults, or raises
    ValueError, whose message begins with the path of what is wrong; `schema` is its JSON schema.
    """
    whole = check(default)
    metadata = {"default": whole, "check": check, "schema": schema, "help": help_text}
    return field(default_factory=lambda: copy.deepcopy(whole), metadata=metadata)


def checked(item: "Field[Any]", value: Any) -> Any:
    """The parameter's value as the strategy takes it. Raises ValueError naming the parameter."""
    if "check" in item.metadata:
        try:
            return item.metadata["check"](value)
        except ValueError as error:
            raise ValueError(f"{item.name}: {error}") from None
    low, high = item.metadata["low"], item.metadata["high"]
    whole = isinstance(item.default, int)
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or value != value:
        raise ValueError(f"{item.name}: a {'whole ' if whole else ''}number is needed, not {reprlib.repr(value)}")
    if not low <= value <= high:
        raise ValueError(f"{item.name}: must lie between {low:g} and {high:g}, not {value!r}")
    return value


def schema_of(item: "Field[Any]") -> dict[str, Any]:
    """The parameter's JSON schema. Raises ValueError for one without a default."""
    if "check" in item.metadata:
        found = {"default": item.metadata["default"], "description": item.metadata["help"]}
        return copy.deepcopy({**item.metadata["schema"], **found})
    if item.default is MISSING:
        raise ValueError(f"{item.name}: it has no default")
    return {
        "type": "integer" if isinstance(item.default, int) else "number",
        "default": item.default,
        "minimum": item.metadata["low"],
        "maximum": item.metadata["high"],
        "description": item.metadata["help"],
    }


def plain(value: Any) -> Any:
    """The value with every number as a float: equal for equal meaning, whether 9 or 9.0 was written."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
