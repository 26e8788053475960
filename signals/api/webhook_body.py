"""Reading what TradingView and its like send: their field names, their notations, ours out."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from rest_framework.exceptions import ParseError, ValidationError

from signals.api.strict import unstorable

# Our name <- theirs. Where two are sent they must agree, but for the entry price: there the first one counts.
SPELLINGS = {
    "symbol": ("symbol", "ticker"),
    "direction": ("direction", "action", "side"),
    "entry_price": ("entry_price", "price", "close"),
    "stop_loss": ("stop_loss", "stop", "sl"),
    "take_profits": ("take_profits", "take_profit", "target", "tp"),
    "confidence": ("confidence", "strength"),
    "timeframe": ("timeframe", "interval"),
    "market_type": ("market_type",),
    "venue": ("venue",),
    "strategy": ("strategy",),
    "expires_in_seconds": ("expires_in_seconds",),
    "evidence": ("evidence",),
}
# Read by the door itself; `secret` goes no further than that.
CONTROL = ("secret", "time", "timestamp", "id", "idempotency_key")
# What alert templates often carry and nothing here acts on: kept with the signal's evidence.
REMARKS = ("comment", "message", "exchange", "open", "high", "low", "volume")

_KNOWN = {name for names in SPELLINGS.values() for name in names} | {*CONTROL, *REMARKS}
_DIRECTIONS = {"buy": "LONG", "long": "LONG", "sell": "SHORT", "short": "SHORT"}
_INTERVALS = {"1": "1m", "5": "5m", "15": "15m", "30": "30m", "60": "1h", "240": "4h", "d": "1d"}
_EXCHANGE = re.compile(r"^\w+:(?=.)")


def parse_body(raw: bytes) -> dict[str, Any]:
    """The body as a JSON object that can be stored. Raises ParseError."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ParseError("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ParseError("The body is not a JSON object.")
    if problem := unstorable(body):
        raise ParseError(f"The body cannot be read. {problem}")
    return body


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def moment(value: Any) -> float | None:
    """Epoch seconds of an ISO text (UTC unless it says otherwise) or of a number in s or ms; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    except ValueError:
        return _iso_moment(str(value))
    if not math.isfinite(number):
        return None
    return number / 1000 if number > 1e11 else number


def _iso_moment(text: str) -> float | None:
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def normalize(body: Mapping[str, Any]) -> dict[str, Any]:
    """The sender's fields under our names. Raises ValidationError naming a field that is unknown or said twice.

    An unknown field is refused and not skipped: it may be a stop whose name was mistyped.
    """
    if unknown := sorted(set(body) - _KNOWN):
        raise ValidationError({name[:60]: ["There is no such field."] for name in unknown[:10]})
    found = {name: _one_of(body, name) for name in SPELLINGS}
    found = {name: value for name, value in found.items() if value is not None}
    if isinstance(found.get("symbol"), str):
        found["symbol"] = _EXCHANGE.sub("", found["symbol"].strip())
    if isinstance(found.get("direction"), str):
        found["direction"] = _DIRECTIONS.get(found["direction"].strip().lower(), found["direction"])
    if "timeframe" in found:
        text = str(found["timeframe"]).strip().lower()
        found["timeframe"] = _INTERVALS.get(text, text)
    if "take_profits" in found and not isinstance(found["take_profits"], list):
        found["take_profits"] = [found["take_profits"]]
    found["confidence"] = _confidence(found.get("confidence", 1))
    remarks = {name: body[name] for name in REMARKS if name in body}
    if remarks and isinstance(found.setdefault("evidence", {}), dict):
        found["evidence"] = {**remarks, **found["evidence"]}
    return found


def _one_of(body: Mapping[str, Any], name: str) -> Any:
    given = [(spelling, body[spelling]) for spelling in SPELLINGS[name] if body.get(spelling) is not None]
    if name != "entry_price":
        for spelling, value in given[1:]:
            if value != given[0][1]:
                raise ValidationError({spelling: [f"It says something else than {given[0][0]}."]})
    return given[0][1] if given else None


def _confidence(value: Any) -> Any:
    """0-1 as it is; above 1 and up to 100 as percent. An alert that names none is meant: confidence 1."""
    try:
        number = Decimal(str(value))
        return number / 100 if 1 < number <= 100 else value
    except InvalidOperation:
        return value
