"""Deriv's error codes in the brokers' error family."""

from collections.abc import Mapping
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

RETRY_AFTER_SECONDS = 5.0  # Deriv names no time; the minute that it counts by moves on

_AUTHENTICATION = frozenset(
    {"InvalidToken", "AuthorizationRequired", "PermissionDenied", "Unauthorized", "UnauthorizedAccess", "AccessDenied",
     "AccountDisabled", "DisabledClient", "InvalidAppID", "AccountNotFound"}
)  # fmt: skip
_FUNDS = frozenset({"InsufficientBalance", "InsufficientFunds"})
_LIMITED = frozenset({"RateLimit", "RateLimitExceeded", "TooManyRequests"})
_DOWN = frozenset(
    {"WrongResponse", "InternalError", "InternalServerError", "ServiceUnavailable", "UpstreamError", "Maintenance",
     "RequestTimeout", "DisconnectByServer"}
)  # fmt: skip


class BadReply(BrokerUnavailable):
    """A reply that cannot be read; the message names the field."""


class AlreadySubscribed(InvalidOrder):
    """The stream is running already."""


def error_for(error: Mapping[str, Any], *, write: bool) -> BrokerError:
    """What a reply's {"code", "message"} means.

    An internal error leaves it open whether a `write` (buy, sell, contract_update) was done: OutcomeUnknown.
    """
    code = str(error.get("code") or "")
    message = f"Deriv: {str(error.get('message') or code or 'an error without a message')[:200]}"
    if code in _AUTHENTICATION:
        return AuthenticationFailed(message)
    if code in _FUNDS:
        return InsufficientFunds(message)
    if code in _LIMITED:
        return RateLimited(message, RETRY_AFTER_SECONDS)
    if code in _DOWN:
        return OutcomeUnknown(message) if write else BrokerUnavailable(message)
    if code == "AlreadySubscribed":
        return AlreadySubscribed(message)
    return InvalidOrder(f"{message} ({code})" if code else message)
