"""Who calls: headers api-key, timestamp (epoch s) and signature.

From docs.delta.exchange, "Signing a message": the hex HMAC-SHA256, with the secret, of method + timestamp + path +
query string (with its "?") + body; it is valid for 5 s, and requests need a User-Agent.
"""

import hashlib
import hmac
from collections.abc import Mapping

from brokers.simulator.delta.errors import ApiError
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange

VALID_SECONDS = 5


def authenticated(
    exchange: Exchange, headers: Mapping[str, str], method: str, path: str, query: str, body: str
) -> Account:
    """The caller's account. Raises ApiError, 401, for a key, time or signature that is not right."""
    if not headers.get("User-Agent"):
        raise ApiError("forbidden", {"message": "User-Agent header is missing"}, 403)
    timestamp = headers.get("timestamp", "")
    message = method + timestamp + path + (f"?{query}" if query else "") + body
    return check(exchange, headers.get("api-key", ""), timestamp, headers.get("signature", ""), message)


def check(exchange: Exchange, key: str, timestamp: str, signature: str, message: str) -> Account:
    """The account of `key` where `signature` is that of `message`, made within 5 s of now. Raises ApiError, 401."""
    account = exchange.accounts.get(key)
    if account is None:
        raise ApiError("invalid_api_key", None, 401)
    now = exchange.clock()
    try:
        made = float(timestamp)
    except ValueError:
        made = 0.0
    if not abs(now - made) <= VALID_SECONDS:
        context = {"request_time": int(made) if abs(made) < 1e12 else 0, "server_time": int(now)}
        raise ApiError("expired_signature", context, 401)
    expected = hmac.new(account.secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise ApiError("invalid_signature", None, 401)
    return account
