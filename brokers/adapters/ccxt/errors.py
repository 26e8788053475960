"""ccxt's exceptions as our family, and what they may say."""

import json
import re
import time
from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any

from brokers.errors import (
    AuthenticationFailed,
    BrokerError,
    BrokerUnavailable,
    InsufficientFunds,
    InvalidOrder,
    OutcomeUnknown,
    RateLimited,
)

_LONGEST_TEXT = 200
_DEFAULT_PAUSE = 1.0
_LONGEST_PAUSE = 300.0
_TEXT_FIELDS = (
    "message",
    "msg",
    "retMsg",
    "error_description",
    "err-msg",
    "err_msg",
    "error_message",
    "reason",
    "label",
)


_MISSING = re.compile(r"(?i)order[ _]not[ _]found|order does not exist|unknown order")
_UNCHANGED = re.compile(r"(?i)not modified|no need to change|same leverage|already (in|set to) ")


class Journey(Enum):
    """How far the last request of a call came."""

    NOT_SENT = "not sent"  # no connection was made, or ccxt refused before it tried
    SENT = "sent"  # no answer, or half of one: it may have arrived
    ANSWERED = "answered"
    FAILED = "failed"  # the exchange answered with a server error: it may or may not have acted


class OrderMissing(BrokerError):
    """The exchange knows no such order. Adapters answer with None or look elsewhere; it does not leave them."""

    code = "order_missing"


class Unchanged(BrokerError):
    """What was to be set is set already."""

    code = "unchanged"


def translate(
    error: Exception,
    name: str,
    *,
    acting: bool,
    journey: Journey,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    secrets: Collection[str] = (),
) -> BrokerError:
    """Our error for ccxt's. `acting`: the call would change something at the exchange (`name`).
    `status`: of the HTTP answer, for exchanges whose errors ccxt knows only in part.

    An acting call whose request left without a clear answer is OutcomeUnknown, also where ccxt would call it
    unavailable (5xx) or a duplicate client order id (the first one may have arrived).
    """
    import ccxt

    said = says(error, secrets)
    if journey == Journey.NOT_SENT and isinstance(error, ccxt.NetworkError):
        return BrokerUnavailable(f"{name} cannot be reached, nothing was sent ({type(error).__name__})")
    if status in (418, 429) or isinstance(error, ccxt.RateLimitExceeded | ccxt.DDoSProtection):
        pause = retry_after(headers or {})
        return RateLimited(f"{name} has had too many requests from us; again in {pause:g} s", pause)
    if isinstance(error, ccxt.DuplicateOrderId):
        return OutcomeUnknown(f"{name} already has an order of this client order id: {said}")
    if acting and (journey in (Journey.SENT, Journey.FAILED) or isinstance(error, ccxt.RequestTimeout)):
        return OutcomeUnknown(f"{name} gave no clear answer: it may have acted ({type(error).__name__})")
    if isinstance(error, ccxt.NoChange) or _UNCHANGED.search(said):
        return Unchanged(f"{name}: {said}")
    if isinstance(error, ccxt.InvalidNonce):
        return BrokerUnavailable(f"{name} refused the request's time stamp: this machine's clock differs. {said}")
    if isinstance(error, ccxt.BadResponse) and acting and journey == Journey.ANSWERED:
        return OutcomeUnknown(f"{name} answered in a way that could not be read: it may have acted")
    if isinstance(error, ccxt.AuthenticationError):
        return AuthenticationFailed(f"{name} does not accept the credentials: {said}")
    if isinstance(error, ccxt.InsufficientFunds):
        return InsufficientFunds(f"{name}: not enough funds: {said}")
    if isinstance(error, ccxt.OrderNotFound) or (isinstance(error, ccxt.ExchangeError) and _MISSING.search(said)):
        return OrderMissing(f"{name} knows no such order: {said}")
    if isinstance(error, ccxt.OnMaintenance):
        return BrokerUnavailable(f"{name} is under maintenance: {said}")
    if isinstance(error, ccxt.OperationFailed):
        return BrokerUnavailable(f"{name} cannot be reached ({type(error).__name__}): {said}")
    if isinstance(error, ccxt.ExchangeError) and (acting or isinstance(error, ccxt.InvalidOrder | ccxt.BadSymbol)):
        return InvalidOrder(f"{name} refused: {said}")
    if isinstance(error, ccxt.ExchangeError):
        return BrokerUnavailable(f"{name} answered with an error: {said}")
    if acting and journey == Journey.ANSWERED:
        return OutcomeUnknown(f"{name}'s answer could not be read ({type(error).__name__}): it may have acted")
    if acting:
        return InvalidOrder(f"{name}: the request could not be made ({type(error).__name__}): {said}")
    return BrokerUnavailable(f"{name}'s answer could not be read ({type(error).__name__})")


def says(error: Exception, secrets: Collection[str] = ()) -> str:
    """What the exchange said, without addresses, signatures and secrets, in at most 200 characters."""
    text = str(error)
    found = re.search(r"\{.*\}", text, re.DOTALL)
    if found is not None:
        text = _told(found[0]) or text
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, "…")
    text = re.sub(r"(https?|wss?)://[^\s?\"]*(\?\S*)?", "", text)
    text = re.sub(
        r"(?i)((api[-_]?key|signature|sign|secret|passphrase|token|access[-_]?key)[\"']?\s*[:=]\s*)\S+", r"\1…", text
    )
    return " ".join(text.split())[:_LONGEST_TEXT] or type(error).__name__


def _told(body: str) -> str:
    """The message in an error's JSON, with its code; "" where there is none."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return ""
    message, code = _find(parsed, _TEXT_FIELDS), _find(parsed, ("code", "retCode", "sCode", "err-code", "err_code"))
    parts = [str(part) for part in (message, f"({code})" if code not in (None, "") else None) if part]
    return " ".join(parts)


def _find(value: Any, names: tuple[str, ...]) -> Any:
    """The first of the named fields that is a text or a number, here or deeper."""
    if isinstance(value, list):
        return next((found for item in value if (found := _find(item, names)) is not None), None)
    if not isinstance(value, dict):
        return None
    for name in names:
        if isinstance(value.get(name), str | int) and value[name] != "":
            return value[name]
    return next((found for item in value.values() if (found := _find(item, names)) is not None), None)


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float:
    """Seconds until requests are welcome again, as the reply's headers say; 1 where they are silent.

    Retry-After is in seconds. Delta's X-RATE-LIMIT-RESET is in milliseconds; Bybit's X-Bapi-Limit-Reset-Timestamp is
    an epoch time in milliseconds, Gate.io's X-Gate-RateLimit-Reset-Timestamp in seconds.
    """
    known = {name.lower(): value for name, value in headers.items()}
    now = time.time() if now is None else now
    for name, pause in (
        ("retry-after", lambda value: value),
        ("x-rate-limit-reset", lambda value: value / 1000),
        ("x-bapi-limit-reset-timestamp", lambda value: value / 1000 - now),
        ("x-gate-ratelimit-reset-timestamp", lambda value: value - now),
    ):
        try:
            seconds = pause(float(known[name]))
        except (KeyError, ValueError):
            continue
        return min(max(seconds, 0.05), _LONGEST_PAUSE)
    return _DEFAULT_PAUSE
