"""Input that says exactly what is meant: unknown fields are refused, and what the database could not keep."""

import json
import math
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from brokers.api.strict import StrictSerializer as StrictSerializer

_DEEPEST = 10


def query(request: Request, kind: type[serializers.Serializer]) -> dict[str, Any]:
    """The request's query parameters that `kind` describes; blank ones count as absent, unknown ones are left alone.

    Raises ValidationError naming the wrong one.
    """
    given = kind(data={name: value for name, value in request.query_params.items() if value})
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def dotted(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested detail as {"dotted.name": [messages]}; errors of the whole request under "non_field_errors"."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, value in detail.items():
            found |= dotted(value, f"{prefix}.{name}" if prefix else str(name))
        return found
    if isinstance(detail, list):
        if any(isinstance(item, dict) for item in detail):
            found = {}
            for index, item in enumerate(detail):
                found |= dotted(item, f"{prefix}.{index}" if prefix else str(index)) if item else {}
            return found
        return {prefix or "non_field_errors": [str(item) for item in detail]}
    return {prefix or "non_field_errors": [str(detail)]}


class RoundedDecimalField(serializers.DecimalField):
    """A number within bounds, rounded half-even to `places`: programs send floats, with all their digits."""

    def __init__(self, *, places: int, **kwargs: Any) -> None:
        self._step = Decimal(1).scaleb(-places)
        super().__init__(max_digits=None, decimal_places=None, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        value = super().to_internal_value(data)
        if self.max_value is not None and value > self.max_value:
            self.fail("max_value", max_value=self.max_value)
        try:
            return value.quantize(self._step, rounding=ROUND_HALF_EVEN)
        except InvalidOperation:
            self.fail("invalid")


class NumberField(serializers.FloatField):
    """A finite number within bounds; with `above`, the lower one is not part of the range."""

    default_error_messages = {"above": "Ensure this value is greater than {above:g}."}

    def __init__(self, low: float, high: float, *, open_low: bool = False, **kwargs: Any) -> None:
        self._above = low if open_low else None
        super().__init__(min_value=None if open_low else low, max_value=high, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool):
            self.fail("invalid")
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        if self._above is not None and value <= self._above:
            self.fail("above", above=self._above)
        return value


def price_field(**kwargs: Any) -> RoundedDecimalField:
    """A positive price per unit."""
    return RoundedDecimalField(places=12, min_value=Decimal("1e-12"), max_value=Decimal("1e15"), **kwargs)


class FreeFormField(serializers.DictField):
    """A JSON object of any shape, up to `limit` characters and ten levels, that every database can store."""

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        self._limit = limit
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value: dict[str, Any] = super().to_internal_value(data)
        if problem := unstorable(value):
            raise ValidationError(problem)
        if len(json.dumps(value, ensure_ascii=False)) > self._limit:
            raise ValidationError(f"At most {self._limit} characters of JSON are kept.")
        return value


def unstorable(value: Any) -> str | None:
    """Why parsed JSON cannot be stored, or None: too deep, not finite, or characters that PostgreSQL refuses."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > _DEEPEST:
            return f"It may be nested {_DEEPEST} levels deep at most."
        if isinstance(item, dict):
            waiting += [(part, depth + 1) for pair in item.items() for part in pair]
        elif isinstance(item, list):
            waiting += [(part, depth + 1) for part in item]
        elif isinstance(item, float) and not math.isfinite(item):
            return "Its numbers must be finite."
        elif isinstance(item, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in item):
            return "It holds a character that cannot be stored."
    return None
