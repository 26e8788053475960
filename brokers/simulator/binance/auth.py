"""Who calls: the API key in X-MBX-APIKEY, and the HMAC-SHA256 signature over all parameters.

From developers.binance.com, derivatives, USDⓈ-M futures, general info, "SIGNED endpoint security": the signature is the
hex digest over the query string and the body, joined as they are sent; `timestamp` (ms) may be at most recvWindow
(5,000 ms unless given) old, and at most 1,000 ms ahead.
"""

import hashlib
import hmac
import re

from brokers.simulator.binance.errors import ApiError
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange

_SIGNATURE = re.compile(r"(?:^|&)signature=([^&]*)")
_AHEAD_MS = 1_000
_WINDOW_MS = 5_000
_LONGEST_WINDOW_MS = 60_000


def by_key(exchange: Exchange, key: str | None) -> Account:
    """The account of an API key. Raises ApiError."""
    if not key:
        raise ApiError(-2014, "API-key format invalid.", 401)
    account = exchange.accounts.get(key)
    if account is None:
        raise ApiError(-2015, "Invalid API-key, IP, or permissions for action.", 401)
    return account


def check_signature(account: Account, query: str, body: str, values: dict[str, str], now: float) -> None:
    """Raises ApiError for a signature that is missing or wrong, and a timestamp outside its window."""
    given = _SIGNATURE.search(body) or _SIGNATURE.search(query)
    if given is None:
        raise ApiError(-1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.")
    signed = _SIGNATURE.sub("", query).lstrip("&") + _SIGNATURE.sub("", body).lstrip("&")
    expected = hmac.new(account.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, given.group(1)):
        raise ApiError(-1022, "Signature for this request is not valid.")
    sent, window = _whole(values, "timestamp", None), _whole(values, "recvWindow", _WINDOW_MS)
    if window > _LONGEST_WINDOW_MS:
        raise ApiError(-1131, "recvWindow must be less than 60000")
    if sent - now * 1000 >= _AHEAD_MS:
        raise ApiError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if now * 1000 - sent > window:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")


def _whole(values: dict[str, str], name: str, default: int | None) -> int:
    text = values.get(name)
    if text is None and default is not None:
        return default
    try:
        return int(text or "")
    except ValueError:
        message = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
        raise ApiError(-1102, message) from None
