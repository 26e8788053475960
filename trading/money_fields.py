"""Money in serializers: the figure for programs, and the same as a person reads it."""

from typing import Any

from rest_framework import serializers

from signals.serializers import PlainDecimalField
from trading.money import format_money


class MoneyTwins(serializers.Serializer):
    """Adds `<name>_formatted` beside each money field: `money` names balances, `signed_money` profits and losses."""

    money: tuple[str, ...] = ()
    signed_money: tuple[str, ...] = ()

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for name in (*self.money, *self.signed_money):
            fields[name] = PlainDecimalField(allow_null=True)
            fields[f"{name}_formatted"] = serializers.SerializerMethodField()
            setattr(self, f"get_{name}_formatted", self._formatter(name, signed=name in self.signed_money))
        return fields

    def _formatter(self, name: str, *, signed: bool) -> Any:
        def formatted(row: Any) -> str | None:
            value = getattr(row, name)
            return None if value is None else format_money(value, self.currency_of(row), signed=signed)

        formatted.__annotations__ = {"return": str}
        return formatted

    def currency_of(self, row: Any) -> str:
        return str(row.currency)
