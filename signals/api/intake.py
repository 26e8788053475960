"""POST /api/signals/: a signal from a program."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from signals.api.strict import StrictSerializer
from signals.intake import save_signal
from signals.marketdata.timeframes import TIMEFRAMES
from signals.models import Direction, MarketType, Signal, SignalSource

_EVIDENCE_LIMIT = 4000


class KeyReused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "The idempotency key was used for another signal."


def price_field(**kwargs: Any) -> serializers.DecimalField:
    """A positive price per unit."""
    return serializers.DecimalField(
        max_digits=28, decimal_places=12, min_value=Decimal("1e-12"), max_value=Decimal("1e15"), **kwargs
    )


class NewSignalSerializer(StrictSerializer):
    symbol = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,39}$")
    direction = serializers.ChoiceField(Direction.choices)
    market_type = serializers.ChoiceField(MarketType.choices, default=MarketType.SPOT)
    confidence = serializers.DecimalField(max_digits=5, decimal_places=4, min_value=Decimal(0), max_value=Decimal(1))
    venue = serializers.CharField(max_length=40, default="", allow_blank=True)
    timeframe = serializers.ChoiceField(list(TIMEFRAMES), default="", allow_blank=True)
    entry_price = price_field(required=False, allow_null=True)
    stop_loss = price_field(required=False, allow_null=True)
    take_profits = serializers.ListField(child=price_field(), max_length=10, default=list)
    expires_in_seconds = serializers.IntegerField(min_value=1, max_value=86_400, default=60)
    strategy = serializers.CharField(max_length=60, default="", allow_blank=True)
    evidence = serializers.DictField(default=dict)

    def validate_evidence(self, value: dict[str, Any]) -> dict[str, Any]:
        if len(str(value)) > _EVIDENCE_LIMIT:
            raise ValidationError(f"At most {_EVIDENCE_LIMIT} characters are kept.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        entry, sign = attrs.get("entry_price"), 1 if attrs["direction"] == Direction.LONG else -1
        levels = [("stop_loss", attrs.get("stop_loss"), -sign)]
        levels += [("take_profits", target, sign) for target in attrs["take_profits"]]
        for name, level, side in levels:
            if entry is not None and level is not None and (level - entry) * side <= 0:
                raise ValidationError({name: [f"{level} lies on the wrong side of the entry price {entry}."]})
        stop = attrs.get("stop_loss")
        if stop is not None and any((target - stop) * sign <= 0 for target in attrs["take_profits"]):
            raise ValidationError({"take_profits": ["The stop lies beyond a target."]})
        attrs["take_profits"].sort(reverse=sign < 0)
        return attrs


def take_in(
    values: dict[str, Any], *, owner_id: int, source: SignalSource, key: str
) -> tuple[Signal, bool]:
    """Save a validated signal once per (owner, key); (signal, created). Raises KeyReused for another signal's key."""
    now = timezone.now()
    fields = dict(values)
    lifetime = fields.pop("expires_in_seconds")
    fields["take_profits"] = [f"{target.normalize():f}" for target in fields["take_profits"]]
    fields |= {"source": source, "market_time": now, "expires_at": now + timedelta(seconds=lifetime)}
    signal, created = save_signal(owner_id=owner_id, dedupe_key=f"{source.lower()}:{key}", **fields)
    same = ("symbol", "direction", "market_type", "confidence", "venue", "stop_loss", "take_profits")
    if not created and any(getattr(signal, name) != fields.get(name, getattr(signal, name)) for name in same):
        raise KeyReused
    return signal, created


def header_key(request: Request, fallback: str) -> str:
    """The Idempotency-Key header. Raises ValidationError naming it when it is not 1 to 128 printable characters."""
    key = request.headers.get("Idempotency-Key", fallback)
    if not 1 <= len(key) <= 128 or not key.isprintable():
        raise ValidationError({"Idempotency-Key": ["1 to 128 printable characters are needed."]})
    return key
