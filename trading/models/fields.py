"""The money column: exact on every database."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import models

MONEY_PLACES = 8
MONEY_DIGITS = 18
UNIT = Decimal(1).scaleb(-MONEY_PLACES)


def to_money(value: Decimal | int | str | float) -> Decimal:
    """`value` in an account's currency, rounded half-even to the ledger's 1e-8; floats through their shortest text.

    Raises decimal.InvalidOperation for NaN, infinities and text that is not a number.
    """
    return (value if isinstance(value, Decimal) else Decimal(str(value))).quantize(UNIT, rounding=ROUND_HALF_EVEN)


def from_units(value: Decimal | int) -> Decimal:
    """A whole number of the ledger's units, 1e-8, as the amount that it stands for."""
    return Decimal(int(value)).scaleb(-MONEY_PLACES)


def to_price(value: Decimal | float) -> Decimal:
    """A price or quantity at the 12 places that they are stored with, which drops float noise."""
    return round(value if isinstance(value, Decimal) else Decimal(str(value)), 12)


class MoneyField(models.DecimalField):
    """A Decimal with 8 places, stored as a whole number of 1e-8 units (64 bits: up to 92 billion).

    SQLite keeps decimals as floating point, where a sum of cents drifts; whole numbers add exactly there and on
    PostgreSQL alike, so that CHECK constraints and triggers can hold the ledger to equality.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", MONEY_DIGITS)
        kwargs.setdefault("decimal_places", MONEY_PLACES)
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else from_units(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return int(to_money(value).scaleb(MONEY_PLACES))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return self.get_db_prep_value(value, connection)


class DocumentField(models.JSONField):
    """A JSONField for rows that are written many at once.

    Django inserts many rows into PostgreSQL through arrays, for which a JSON text's quotation marks are escaped one by
    one, which takes longer than all the rest. A field with a placeholder of its own is inserted as plain values.
    """

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s"

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """To migrations it is a JSONField: the column is the same."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", list(args), kwargs
