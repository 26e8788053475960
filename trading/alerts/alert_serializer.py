"""How alerts look outside: in API answers and in events alike."""

from typing import Any

from rest_framework import serializers

from trading.models import Alert, Severity

SEVERITIES = [item.name for item in Severity]


class SeverityField(serializers.ChoiceField):
    """A severity by its name: INFO, WARNING, CRITICAL."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(SEVERITIES, **kwargs)

    def to_internal_value(self, data: Any) -> Severity:  # type: ignore[override]
        return Severity[super().to_internal_value(data)]

    def to_representation(self, value: Any) -> str:
        return Severity(value).name


class AlertSerializer(serializers.ModelSerializer):
    severity = SeverityField(read_only=True)
    details = serializers.DictField(read_only=True)
    account = serializers.IntegerField(source="account_id", read_only=True, allow_null=True)
    session = serializers.IntegerField(source="session_id", read_only=True, allow_null=True)
    trade = serializers.IntegerField(source="trade_id", read_only=True, allow_null=True)

    class Meta:
        model = Alert
        fields = (
            "id",
            "kind",
            "severity",
            "code",
            "message",
            "details",
            "account",
            "session",
            "trade",
            "created_at",
            "read_at",
        )
        read_only_fields = fields
