"""The document's JSON schema (2020-12): what an editor can offer. `read_rules` checks more, and says it better."""

from typing import Any

from signals.strategies.rules.conditions import COMPARISONS, DAYS, WAYS
from signals.strategies.rules.kinds import KINDS, Kind
from signals.strategies.rules.reading import MOST_BARS

_VALUE, _CONDITION = {"$ref": "#/$defs/value"}, {"$ref": "#/$defs/condition"}
_BARS = {"type": "integer", "minimum": 1, "maximum": MOST_BARS}
_TIME = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _indicator(kind: Kind) -> dict[str, Any]:
    params: dict[str, Any] = {
        name: {
            "type": "integer" if bound.is_whole else "number",
            "minimum": bound.low,
            "maximum": bound.high,
            "default": bound.default,
        }
        for name, bound in kind.params.items()
    }
    if kind.of_source:
        params["of"] = {"type": "string", "default": "close"}
    return {**_object(["kind"], kind={"const": kind.name}, **params), "description": kind.help}


def _level(*units: str) -> dict[str, Any]:
    shapes: dict[str, dict[str, Any]] = {
        "percent": _object(["percent"], percent={"type": "number", "exclusiveMinimum": 0}),
        "atr": _object(["atr"], atr={"type": "number", "exclusiveMinimum": 0}, period={**_BARS, "default": 14}),
        "at": _object(["at"], at=_VALUE),
        "risk": _object(["risk"], risk={"type": "number", "exclusiveMinimum": 0}),
    }
    return {"oneOf": [shapes[unit] for unit in units]}


_MANY_VALUES = {"type": "array", "items": _VALUE, "minItems": 2}
_MANY = {"type": "array", "items": _CONDITION, "minItems": 1}
SCHEMA: dict[str, Any] = {
    **_object(
        [],
        indicators={
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,30}$"},
            "additionalProperties": {"oneOf": [_indicator(kind) for kind in KINDS.values()]},
        },
        long={"oneOf": [_CONDITION, {"type": "null"}]},
        short={"oneOf": [_CONDITION, {"type": "null"}]},
        stop=_level("percent", "atr", "at"),
        target=_level("percent", "atr", "at", "risk"),
        strength=_VALUE,
    ),
    "$defs": {
        "value": {
            "oneOf": [
                {"type": "number"},
                {"type": "string"},
                _object(["value"], value=_VALUE, ago={"type": "integer", "minimum": 0, "maximum": MOST_BARS}),
                *(
                    _object([name], **{name: _MANY_VALUES})
                    for name in ("add", "subtract", "multiply", "divide", "max", "min")
                ),
            ]
        },
        "condition": {
            "oneOf": [
                _object(["all"], all=_MANY),
                _object(["any"], any=_MANY),
                _object(["not"], **{"not": _CONDITION}),
                _object(["held", "bars"], held=_CONDITION, bars=_BARS),
                _object(["left", "is", "right"], left=_VALUE, right=_VALUE, **{"is": {"enum": list(COMPARISONS)}}),
                _object(["value", "is"], value=_VALUE, bars={**_BARS, "default": 1}, **{"is": {"enum": list(WAYS)}}),
                _object(
                    ["time"],
                    time=_object(
                        [],
                        to=_TIME,
                        days={"type": "array", "items": {"enum": list(DAYS)}, "minItems": 1},
                        **{"from": _TIME},
                    ),
                ),
            ]
        },
    },
}
