"""Request fields, as Delta checks them: numbers may be texts, and so may booleans."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from brokers.interface import Side
from brokers.simulator.delta.errors import ApiError, bad_schema
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.listing import Listing

_CLIENT_ID_LENGTH = 32


class Params:
    """A call's fields, of query or body; each reader raises ApiError (bad_schema) naming the field."""

    def __init__(self, exchange: Exchange, values: Mapping[str, Any]) -> None:
        self._exchange = exchange
        self._values = values

    def get(self, name: str) -> Any:
        return self._values.get(name)

    def nested(self, name: str) -> "Params | None":
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise bad_schema(name, "must be an object")
        return Params(self._exchange, value)

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        return None if value in (None, "") else str(value)

    def decimal(self, name: str) -> Decimal | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise bad_schema(name, "must be a number")
        return value

    def need_decimal(self, name: str) -> Decimal:
        value = self.decimal(name)
        if value is None:
            raise bad_schema(name, f"{name} is required")
        return value

    def whole(self, name: str) -> int | None:
        text = self.text(name)
        if text is None:
            return None
        if not re.fullmatch(r"-?\d{1,18}", text):
            raise bad_schema(name, "must be an integer")
        return int(text)

    def flag(self, name: str) -> bool:
        text = (self.text(name) or "false").lower()
        if text not in ("true", "false"):
            raise bad_schema(name, "must be true or false")
        return text == "true"

    def one_of(self, name: str, choices: Collection[str], default: str | None = None) -> str:
        value = self.text(name) or default
        if value is None or value not in choices:
            raise bad_schema(name, f"must be one of {', '.join(sorted(choices))}")
        return value

    def side(self) -> Side:
        return Side(self.one_of("side", ("buy", "sell")).upper())

    def client_id(self) -> str:
        value = self.text("client_order_id") or ""
        if len(value) > _CLIENT_ID_LENGTH:
            raise bad_schema("client_order_id", f"at most {_CLIENT_ID_LENGTH} characters")
        return value

    def listing(self) -> Listing:
        """Of product_id, or product_symbol. Raises ApiError."""
        found = self.optional_listing()
        if found is None:
            raise bad_schema("product_id", "product_id or product_symbol is required")
        return found

    def optional_listing(self) -> Listing | None:
        number, symbol = self.whole("product_id"), self.text("product_symbol")
        if number is None and symbol is None:
            return None
        for listing in self._exchange.listings.values():
            if number in (None, listing.number) and symbol in (None, listing.symbol):
                return listing
        raise ApiError("invalid_contract", {"product_id": number, "product_symbol": symbol})

    def listings(self) -> list[Listing]:
        """Of product_ids, a list with commas; all of them where it is not given. Raises ApiError."""
        text = self.text("product_ids")
        known = {str(listing.number): listing for listing in self._exchange.listings.values()}
        if text is None:
            only = self.optional_listing()
            return [only] if only is not None else list(known.values())
        wanted = [part.strip() for part in text.split(",")]
        return [known[number] for number in wanted if number in known]
