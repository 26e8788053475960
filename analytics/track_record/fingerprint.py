"""What of a closed trade may not change any more, alike from its event and from its row."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any

_NUMBERS = ("quantity", "entry_price", "exit_price", "realized_pnl", "fees", "slippage", "funding")
_TEXTS = ("venue", "symbol", "market_type", "direction", "status", "exit_reason", "strategy")
_TIMES = ("opened_at", "closed_at")
# Of the row, in the order of `parts`.
COLUMNS = ("id", "session_id", *_TEXTS, *_NUMBERS, *_TIMES)
_LATER = {"funding": "0"}  # what the events of earlier versions did not tell of


def digest(parts: Iterator[tuple[str, str]]) -> int:
    """64 bits of the fields, signed."""
    text = "\n".join(value for _, value in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def of_payload(payload: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, canonical text) of a trade as its event shows it."""
    yield "id", str(payload.get("id"))
    yield "session", str(payload.get("session"))
    for name in _TEXTS:
        yield name, str(payload.get(name) or "")
    for name in _NUMBERS:
        yield name, _number(payload.get(name, _LATER.get(name)))
    for name in _TIMES:
        yield name, _time(payload.get(name))


def of_row(row: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
    """The same of the row's COLUMNS."""
    values = dict(zip(COLUMNS, row, strict=True))
    yield from of_payload({**values, "session": values["session_id"]})


def _number(value: Any) -> str:
    if value is None:
        return ""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return str(number.normalize()) if number else "0"


def _time(value: Any) -> str:
    if value is None:
        return ""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return str(moment.timestamp())
