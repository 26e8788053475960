"""POST /api/signals/: a signal from a program."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from signals.api.strict import FreeFormField, RoundedDecimalField, StrictSerializer, price_field
from signals.intake import save_signal
from signals.marketdata.timeframes import TIMEFRAMES
from signals.models import Direction, MarketType, Signal, SignalSource

KEY_HEADER = "Idempotency-Key"
EVIDENCE_LIMIT = 4000
# SQLite keeps 15 significant digits of a decimal.
_SAME_WITHIN = Decimal("1e-13")


class KeyReused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "The idempotency key was used for another request."


class NewSignalSerializer(StrictSerializer):
    symbol = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,39}$")
    direction = serializers.ChoiceField(Direction.choices)
    market_type = serializers.ChoiceField(MarketType.choices, default=MarketType.SPOT)
    confidence = RoundedDecimalField(
        places=4, min_value=Decimal(0), max_value=Decimal(1), help_text="Fraction 0-1, rounded to four places."
    )
    venue = serializers.CharField(max_length=40, default="", allow_blank=True, help_text="Market feed; blank: any.")
    timeframe = serializers.ChoiceField(list(TIMEFRAMES), default="", allow_blank=True)
    entry_price = price_field(required=False, allow_null=True, default=None)
    stop_loss = price_field(required=False, allow_null=True, default=None)
    take_profits = serializers.ListField(child=price_field(), max_length=10, default=list)
    expires_in_seconds = serializers.IntegerField(min_value=1, max_value=86_400, default=60)
    strategy = serializers.CharField(max_length=60, default="", allow_blank=True)
    evidence = FreeFormField(limit=EVIDENCE_LIMIT, default=dict, help_text="Why it fired: any JSON object.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Stop, entry and targets in their order; targets sorted, nearest first."""
        entry, stop = attrs["entry_price"], attrs["stop_loss"]
        sign = 1 if attrs["direction"] == Direction.LONG else -1
        levels = [("stop_loss", stop, -sign)] + [("take_profits", target, sign) for target in attrs["take_profits"]]
        for name, level, side in levels:
            if entry is not None and level is not None and (level - entry) * side <= 0:
                raise ValidationError({name: [f"{level:f} lies on the wrong side of the entry price {entry:f}."]})
        if stop is not None and any((target - stop) * sign <= 0 for target in attrs["take_profits"]):
            raise ValidationError({"take_profits": ["The stop lies beyond a target."]})
        return {**attrs, "take_profits": sorted(attrs["take_profits"], reverse=sign < 0)}


def take_in(values: Mapping[str, Any], *, owner_id: int, source: SignalSource, key: str) -> tuple[Signal, bool]:
    """Save a validated signal once per (owner, source, key); (signal, created).

    Raises KeyReused when the key was used for a signal that says something else.
    """
    now = timezone.now()
    fields = dict(values)
    lifetime = timedelta(seconds=fields.pop("expires_in_seconds"))
    fields["take_profits"] = [f"{target.normalize():f}" for target in fields["take_profits"]]
    stored = {**fields, "source": source, "market_time": now, "expires_at": now + lifetime}
    signal, created = save_signal(owner_id=owner_id, dedupe_key=dedupe_key(source, key), **stored)
    same = signal.expires_at - signal.market_time == lifetime and all(
        _same(getattr(signal, name), value) for name, value in fields.items()
    )
    if not same:
        raise KeyReused
    return signal, created


def dedupe_key(source: SignalSource, key: str) -> str:
    return f"{source.lower()}:{key}"


def _same(stored: Any, given: Any) -> bool:
    if isinstance(stored, Decimal) and isinstance(given, Decimal):
        return abs(stored - given) <= _SAME_WITHIN * max(abs(stored), abs(given))
    return bool(stored == given)


def checked_key(key: str, name: str = KEY_HEADER) -> str:
    """An idempotency key. Raises ValidationError naming its field when it is not 1 to 128 printable characters."""
    if not 1 <= len(key) <= 128 or not key.isprintable():
        raise ValidationError({name: ["1 to 128 printable characters are needed."]})
    return key


def header_key(request: Request) -> str | None:
    """The Idempotency-Key header, checked; None where there is none."""
    key = request.headers.get(KEY_HEADER)
    return None if key is None else checked_key(key)
