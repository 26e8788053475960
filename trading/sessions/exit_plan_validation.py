"""What an exit plan may be: the bounds of its parts, in sessions and for trades by hand. Units: session_settings.py."""

from itertools import pairwise
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from signals.api.strict import NumberField, StrictSerializer

LONGEST_MINUTES = 366.0 * 24 * 60
_NOISE = 1e-9


def _number(low: float, high: float, **kwargs: Any) -> NumberField:
    return NumberField(low, high, required=False, **kwargs)


def _percent(high: float) -> NumberField:
    return _number(0.0, high, open_low=True)


class TrailingSerializer(StrictSerializer):
    kind = serializers.ChoiceField(["PERCENT", "DISTANCE", "ATR"], required=False)
    value = _percent(1e9)
    activation_percent = _number(0.0, 1000.0)
    step_percent = _number(0.0, 100.0)
    atr_period = serializers.IntegerField(min_value=2, max_value=500, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        highest = {"PERCENT": 99.0, "ATR": 100.0}.get(attrs.get("kind", "PERCENT"))
        if highest is not None and attrs.get("value", 0.0) > highest:
            raise ValidationError({"value": [f"Ensure this value is less than or equal to {highest:g}."]})
        return attrs


class BreakEvenSerializer(StrictSerializer):
    trigger_percent = _percent(1000.0)
    offset_percent = _number(0.0, 1000.0)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("offset_percent", 0.0) >= attrs.get("trigger_percent", 1.0):
            raise ValidationError({"offset_percent": ["The stop can only go to less profit than has triggered it."]})
        return attrs


class TargetSerializer(StrictSerializer):
    percent = _percent(10_000.0)
    portion = _number(0.0, 1.0, open_low=True)


class ExitPlanSerializer(StrictSerializer):
    trailing = TrailingSerializer(required=False, allow_null=True)
    break_even = BreakEvenSerializer(required=False, allow_null=True)
    targets = serializers.ListField(child=TargetSerializer(), max_length=10, required=False)
    time_exit_minutes = _number(0.0, LONGEST_MINUTES, open_low=True, allow_null=True)

    def validate_targets(self, targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
        levels = [item.get("percent", 1.0) for item in targets]
        if any(later <= earlier for earlier, later in pairwise(levels)):
            raise ValidationError("Each target must lie beyond the one before it.")
        if sum(item.get("portion", 1.0) for item in targets) > 1.0 + _NOISE:
            raise ValidationError("The portions sum to more than 1, the whole of the trade.")
        return targets
