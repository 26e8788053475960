"""The current API's REST calls: the login's accounts, and one-time socket addresses.

`Authorization: Bearer <token>` (OAuth 2.0, or a Personal Access Token, which also needs `Deriv-App-ID`); the scope for
both calls is `trade` (developers.deriv.com/docs/options).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from brokers.adapters.deriv.errors import RETRY_AFTER_SECONDS, BadReply, error_for
from brokers.adapters.deriv.numbers import optional_decimal, text_in
from brokers.errors import AuthenticationFailed, BrokerError, BrokerUnavailable, RateLimited
from brokers.interface import Secret

_PATH = "/trading/v1/options/accounts"


@dataclass(frozen=True, slots=True)
class DerivAccount:
    """`account_type` is "demo" or "real"; `balance` in `currency`; `scopes` where the API tells them."""

    account_id: str
    account_type: str
    currency: str
    balance: Decimal | None = None
    is_active: bool = True
    scopes: tuple[str, ...] | None = None


class DerivRest:
    """Raises AuthenticationFailed, RateLimited, or BrokerUnavailable."""

    def __init__(
        self,
        base_url: str,
        token: Secret,
        app_id: str,
        *,
        before_call: Callable[[], None] = lambda: None,
        timeout: float = 10.0,
        session: requests.Session | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._app_id = app_id
        self._before_call = before_call
        self._timeout = timeout
        self._session = session or requests.Session()

    def accounts(self) -> list[DerivAccount]:
        """Every options account of the login, real and demo."""
        rows = self._call("GET", _PATH).get("data")
        if not isinstance(rows, list):
            raise BadReply("data: Deriv's reply has no list of accounts")
        return [_account(row) for row in rows if isinstance(row, Mapping)]

    def socket_url(self, account_id: str) -> Secret:
        """An address for one connection; the password in it works once, and soon expires."""
        data = self._call("POST", f"{_PATH}/{quote(account_id, safe='')}/otp").get("data")
        url = data.get("url") if isinstance(data, Mapping) else None
        if not isinstance(url, str) or urlsplit(url).scheme not in ("ws", "wss"):
            raise BadReply("url: Deriv's reply has no socket address")
        return Secret(url)

    def _call(self, method: str, path: str) -> Mapping[str, Any]:
        self._before_call()
        headers = {"Authorization": f"Bearer {self._token.reveal()}", "Accept": "application/json"}
        if self._app_id:
            headers["Deriv-App-ID"] = self._app_id
        try:
            response = self._session.request(method, self._base_url + path, headers=headers, timeout=self._timeout)
        except (requests.RequestException, ValueError):  # ValueError: a token that no header can hold
            raise BrokerUnavailable("Deriv's REST API cannot be reached.") from None
        if not response.ok:
            raise _refusal(response)
        try:
            body = response.json()
        except ValueError:
            raise BadReply("Deriv's REST API sent no JSON.") from None
        return body if isinstance(body, Mapping) else {}


def _account(row: Mapping[str, Any]) -> DerivAccount:
    account_id, account_type = text_in(row, "account_id"), text_in(row, "account_type")
    if not account_id or account_type not in ("demo", "real"):
        raise BadReply("account_type: Deriv's reply names an account without its id or type")
    return DerivAccount(
        account_id=account_id,
        account_type=account_type,
        currency=text_in(row, "currency"),
        balance=optional_decimal(row, "balance"),
        is_active=text_in(row, "status") != "inactive",
    )


def _refusal(response: requests.Response) -> BrokerError:
    """The error that a status stands for; the token, should the message repeat it, is not passed on."""
    code, message = _first_error(response)
    if response.status_code == 401:
        return AuthenticationFailed(f"Deriv does not accept the token or the app id: {message}")
    if response.status_code == 403:
        return AuthenticationFailed(f"The token lacks the scope trade: {message}")
    if response.status_code == 429:
        return RateLimited("Deriv's REST API was called too often.", _retry_after(response))
    if response.status_code >= 500:
        return BrokerUnavailable(f"Deriv's REST API failed ({response.status_code}).")
    return error_for({"code": code, "message": message}, write=False)


def _first_error(response: requests.Response) -> tuple[str, str]:
    try:
        error = response.json()["errors"][0]
        code, message = str(error.get("code") or ""), str(error.get("message") or "")[:200]
    except (ValueError, LookupError, TypeError, AttributeError):
        code, message = "", ""
    sent = str(response.request.headers.get("Authorization", "")).removeprefix("Bearer ")
    if sent and sent in message:
        message = ""
    return code, message or code or f"status {response.status_code}"


def _retry_after(response: requests.Response) -> float:
    try:
        return max(0.0, float(response.headers.get("Retry-After", "")))
    except ValueError:
        return RETRY_AFTER_SECONDS
