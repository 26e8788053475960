"""A call's parameters, read with care: JSON values over the socket, texts in the query of an HTTP call."""

import json
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from brokers.simulator.deribit.errors import invalid

_LARGEST = Decimal(10) ** 15


class Params:
    """Each reader raises RpcError -32602 (Invalid params), naming the parameter that is missing or wrong."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, default: str | None = None, *, among: Collection[str] | None = None) -> str:
        value = self._values.get(name, default)
        if value is None:
            raise invalid(name, "value required")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise invalid(name, "must be a string")
        if among is not None and str(value) not in among:
            raise invalid(name, f"must be one of {', '.join(sorted(among))}")
        return str(value)

    def number(self, name: str) -> Decimal:
        value = self._values.get(name)
        if value is None:
            raise invalid(name, "value required")
        try:
            found = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or abs(found) >= _LARGEST:
            raise invalid(name, "must be a number")
        return found

    def optional_number(self, name: str) -> Decimal | None:
        return self.number(name) if name in self else None

    def integer(self, name: str, default: int | None = None, *, least: int = 0, most: int = 10**15) -> int:
        if name not in self and default is not None:
            return default
        value = self.number(name)
        if value != int(value) or not least <= value <= most:
            raise invalid(name, f"must be a whole number from {least} to {most}")
        return int(value)

    def flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return value == "true"
        raise invalid(name, "must be a boolean")

    def list(self, name: str) -> list[Any]:
        """An array; in a query, its JSON text."""
        value = self._values.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise invalid(name, "must be an array") from None
        if not isinstance(value, list):
            raise invalid(name, "must be an array" if name in self else "value required")
        return value
