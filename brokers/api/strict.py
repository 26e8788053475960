"""Input that says exactly what is meant."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from brokers.interface import Secret

_NAMED_AT_MOST = 10


class StrictSerializer(serializers.Serializer):
    """A serializer that names the fields it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise ValidationError({name[:60]: ["There is no such field."] for name in unknown[:_NAMED_AT_MOST]})
        return super().to_internal_value(data)


class SecretField(serializers.CharField):
    """A text that is a Secret from here on; no error repeats it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(write_only=True, max_length=8192, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        return Secret(value) if isinstance(value, str) else value


class SecretsField(serializers.DictField):
    """Secrets by the names that the broker's catalog entry gives them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=SecretField(allow_blank=True), write_only=True, **kwargs)
