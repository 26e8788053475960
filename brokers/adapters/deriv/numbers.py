"""Deriv's numbers: the current API sends many of them as a number or as a string."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from brokers.adapters.deriv.errors import BadReply


def decimal_in(row: Mapping[str, Any], name: str) -> Decimal:
    """The number of that name. Raises BadReply, naming it, where there is none."""
    value = optional_decimal(row, name)
    if value is None:
        raise BadReply(f"{name}: Deriv's reply has no such number")
    return value


def optional_decimal(row: Mapping[str, Any], name: str) -> Decimal | None:
    """The number of that name; None where it is missing, null or empty. Raises BadReply for anything else."""
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise BadReply(f"{name}: Deriv sent something that is no number")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadReply(f"{name}: Deriv sent something that is no number") from None
    if not number.is_finite():
        raise BadReply(f"{name}: Deriv sent a number that is not finite")
    return number


def seconds_in(row: Mapping[str, Any], *names: str) -> float | None:
    """Epoch seconds under the first of the names that has them, else None."""
    for name in names:
        value = optional_decimal(row, name)
        if value is not None:
            return float(value)
    return None


def text_in(row: Mapping[str, Any], *names: str) -> str:
    """The text under the first of the names that has one (ids come as numbers), else ""."""
    for name in names:
        value = row.get(name)
        if value is not None and value != "":
            return str(value)
    return ""


def flag_in(row: Mapping[str, Any], name: str, default: bool = False) -> bool:
    """Deriv's 0 and 1."""
    value = optional_decimal(row, name)
    return default if value is None else value != 0


def wire_number(value: Decimal) -> int | float:
    """As a JSON number: Deriv refuses amounts that are sent as strings."""
    return int(value) if value == value.to_integral_value() else float(value)
