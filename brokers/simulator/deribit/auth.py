"""Who calls: credentials, signatures and tokens (https://docs.deribit.com/articles/authentication)."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from brokers.simulator.deribit.errors import INVALID_CREDENTIALS, INVALID_TOKEN, RpcError, invalid
from brokers.simulator.deribit.params import Params
from brokers.simulator.exchange.accounts import Account

EXPIRES_IN = 900  # seconds
SCOPE = "account:read_write block_trade:read_write trade:read_write wallet:read_write mainaccount"


class Tokens:
    """Access tokens last 900 seconds; a refresh token gives a new pair, once."""

    def __init__(self, accounts: Mapping[str, Account], clock: Callable[[], float]) -> None:
        self._accounts = accounts
        self._clock = clock
        self._access: dict[str, tuple[Account, float]] = {}
        self._refresh: dict[str, Account] = {}

    def grant(self, params: Params) -> tuple[Account, dict[str, Any]]:
        """public/auth. Raises RpcError 13004 for credentials or a signature that are wrong."""
        kind = params.text("grant_type", among=("client_credentials", "client_signature", "refresh_token"))
        if kind == "refresh_token":
            account = self._refresh.pop(params.text("refresh_token"), None)
        elif kind == "client_credentials":
            account = self._by_secret(params.text("client_id"), params.text("client_secret"))
        else:
            account = self._by_signature(params)
        if account is None:
            raise RpcError(*INVALID_CREDENTIALS)
        return account, self._issue(account)

    def _by_secret(self, key: str, secret: str) -> Account | None:
        account = self._accounts.get(key)
        return account if account is not None and hmac.compare_digest(account.secret, secret) else None

    def _by_signature(self, params: Params) -> Account | None:
        account = self._accounts.get(params.text("client_id"))
        if account is None:
            return None
        signed = "\n".join((params.text("timestamp"), params.text("nonce", ""), params.text("data", "")))
        return account if _is_signed(account, signed, params.text("signature")) else None

    def _issue(self, account: Account) -> dict[str, Any]:
        now = self._clock()
        self._access = {text: held for text, held in self._access.items() if held[1] > now}
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._access[access] = (account, now + EXPIRES_IN)
        self._refresh[refresh] = account
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": EXPIRES_IN,
            "token_type": "bearer",
            "scope": SCOPE,
            "enabled_features": [],
        }

    def bearer(self, token: str) -> Account:
        """Raises RpcError 13009 for a token that is unknown or too old."""
        account, until = self._access.get(token, (None, 0.0))
        if account is None or self._clock() >= until:
            raise RpcError(*INVALID_TOKEN, {"reason": "invalid_token"})
        return account

    def of_header(self, header: str, method: str, path: str, body: str) -> Account | None:
        """The account of an Authorization header; None without one.

        Bearer tokens, Basic client_id:client_secret, and deri-hmac-sha256, which signs the timestamp (ms), the nonce,
        and the request. Raises RpcError where it does not hold.
        """
        scheme, _, rest = header.partition(" ")
        if not scheme:
            return None
        if scheme.lower() == "bearer":
            return self.bearer(rest.strip())
        if scheme.lower() == "basic":
            return self._basic(rest.strip())
        if scheme.lower() != "deri-hmac-sha256":
            raise invalid("Authorization", "unknown scheme")
        parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        account = self._accounts.get(parts.get("id", ""))
        signed = f"{parts.get('ts', '')}\n{parts.get('nonce', '')}\n{method}\n{path}\n{body}\n"
        if account is None or not _is_signed(account, signed, parts.get("sig", "")):
            raise RpcError(*INVALID_CREDENTIALS)
        return account

    def _basic(self, encoded: str) -> Account:
        try:
            key, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise RpcError(*INVALID_CREDENTIALS) from None
        account = self._by_secret(key, secret)
        if account is None:
            raise RpcError(*INVALID_CREDENTIALS)
        return account


def _is_signed(account: Account, text: str, signature: str) -> bool:
    """HMAC-SHA256 with the account's secret, in hex."""
    expected = hmac.new(account.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)
