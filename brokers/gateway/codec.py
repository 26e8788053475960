"""Value objects and errors as JSON, by name and field: nothing else passes, and no code comes in with the data."""

import dataclasses
import json
from decimal import Decimal
from enum import StrEnum
from typing import Any

from brokers import interface
from brokers.errors import (
    AuthenticationFailed,
    BrokerError,
    BrokerUnavailable,
    InsufficientFunds,
    InvalidOrder,
    OutcomeUnknown,
    RateLimited,
)

_OBJECTS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        interface.Balance, interface.Bracket, interface.Candle, interface.Capabilities, interface.ConnectionStatus,
        interface.ContractState, interface.ContractTerms, interface.Execution, interface.Instrument,
        interface.OrderChange, interface.OrderReport, interface.OrderRequest, interface.Position,
        interface.PublicTrade, interface.Quote, interface.Subscription,
    )
}  # fmt: skip
_ENUMS: dict[str, type[StrEnum]] = {
    kind.__name__: kind
    for kind in (
        interface.ConnectionState, interface.ContractStatus, interface.ContractType, interface.OrderStatus,
        interface.OrderType, interface.Side, interface.TimeInForce,
    )
}  # fmt: skip
_ERRORS: dict[str, type[BrokerError]] = {
    kind.code: kind
    for kind in (
        BrokerError, AuthenticationFailed, InsufficientFunds, InvalidOrder, BrokerUnavailable, OutcomeUnknown,
        RateLimited,
    )
}  # fmt: skip


def dumps(value: Any) -> str:
    """Raises TypeError for what has no form here: credentials and secrets among it."""
    return json.dumps(_encode(value), separators=(",", ":"))


def loads(text: str | bytes) -> Any:
    """Raises ValueError for what `dumps` does not write."""
    try:
        return _decode(json.loads(text))
    except (TypeError, KeyError, LookupError, ArithmeticError) as error:
        raise ValueError(f"not a value of the gateway ({type(error).__name__})") from None


def _encode(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return {"enum": [_named(value, _ENUMS), value.value]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, list):
        return [_encode(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_encode(item) for item in value]}
    if isinstance(value, frozenset):
        return {"set": [_encode(item) for item in sorted(value)]}
    fields = dataclasses.fields(_OBJECTS[_named(value, _OBJECTS)])
    return {"object": [type(value).__name__, {item.name: _encode(getattr(value, item.name)) for item in fields}]}


def _named(value: Any, kinds: dict[str, Any]) -> str:
    name = type(value).__name__
    if kinds.get(name) is not type(value):
        raise TypeError(f"a {name} does not travel through the gateway")
    return name


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((form, body),) = value.items()
    if form == "decimal":
        return Decimal(body)
    if form == "tuple":
        return tuple(_decode(item) for item in body)
    if form == "set":
        return frozenset(_decode(item) for item in body)
    if form == "enum":
        return _ENUMS[body[0]](body[1])
    if form == "object":
        return _OBJECTS[body[0]](**{name: _decode(item) for name, item in body[1].items()})
    raise ValueError(f"{form}: the gateway has no such form")


def dump_error(error: BrokerError) -> dict[str, Any]:
    code = error.code if error.code in _ERRORS else BrokerError.code
    row: dict[str, Any] = {"code": code, "message": str(error)}
    if isinstance(error, RateLimited):
        row["retry_after"] = error.retry_after
    return row


def load_error(row: dict[str, Any]) -> BrokerError:
    kind, message = _ERRORS.get(str(row.get("code")), BrokerError), str(row.get("message") or "")
    if kind is RateLimited:
        return RateLimited(message, float(row.get("retry_after") or 0.0))
    return kind(message)
