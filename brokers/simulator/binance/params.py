"""Request parameters, as Binance checks them."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation

from brokers.interface import Side
from brokers.simulator.binance.errors import ApiError

_CLIENT_ID = re.compile(r"^[.A-Z:/a-z0-9_-]{1,36}$")


class Params:
    """A call's parameters; each reader raises ApiError for one that is missing or malformed."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str) -> str | None:
        return self._values.get(name) or None

    def need(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise ApiError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
        return value

    def need_decimal(self, name: str) -> Decimal:
        try:
            value = Decimal(self.need(name))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise ApiError(-1100, f"Illegal characters found in parameter '{name}'")
        return value

    def whole(self, name: str) -> int | None:
        text = self.text(name)
        if text is None:
            return None
        if not re.fullmatch(r"\d{1,18}", text):
            raise ApiError(-1100, f"Illegal characters found in parameter '{name}'")
        return int(text)

    def limit(self, default: int, largest: int) -> int:
        value = self.whole("limit")
        return default if value is None else max(1, min(value, largest))

    def flag(self, name: str) -> bool:
        text = (self.text(name) or "false").lower()
        if text not in ("true", "false"):
            raise ApiError(-1100, f"Illegal characters found in parameter '{name}'")
        return text == "true"

    def one_of(self, name: str, choices: Collection[str], code: int, message: str, default: str | None = None) -> str:
        value = self.text(name) or default
        if value is None:
            return self.need(name)
        if value not in choices:
            raise ApiError(code, message)
        return value

    def side(self) -> Side:
        return Side(self.one_of("side", list(Side), -1117, "Invalid side."))

    def client_id(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not _CLIENT_ID.match(value):
            raise ApiError(-4015, "Client order id length should be less than 36 chars")
        return value
