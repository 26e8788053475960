"""How signals look outside."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from signals.models import Signal


def plain_decimal(value: Any) -> str:
    """A number as stored, without the column's trailing zeros: "0.5"."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class PlainDecimalField(serializers.DecimalField):
    """Prices, sizes and money as stored, without the column's trailing zeros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=40, decimal_places=12, read_only=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return plain_decimal(value)


class SignalSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id", read_only=True)
    entry_price = PlainDecimalField(allow_null=True)
    stop_loss = PlainDecimalField(allow_null=True)
    take_profits = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Signal
        fields = (
            "id",
            "venue",
            "symbol",
            "market_type",
            "direction",
            "timeframe",
            "entry_price",
            "stop_loss",
            "take_profits",
            "confidence",
            "source",
            "strategy",
            "status",
            "evidence",
            "market_time",
            "created_at",
            "expires_at",
        )
        read_only_fields = fields
