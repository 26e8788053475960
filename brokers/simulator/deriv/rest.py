"""The current API's REST calls: accounts, one-time passwords, resetting a demo account."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from brokers.simulator.deriv.accounts import Account, Token
from brokers.simulator.deriv.budgets import REST_BY_ADDRESS, REST_BY_USER
from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.gate import Gate
from brokers.simulator.faults import FaultKind
from brokers.simulator.wire import answer

PREFIX = "/deriv/trading/v1/options"

_REFUSALS = {
    FaultKind.RATE_LIMITED: (429, "RateLimit", "Too many requests."),
    FaultKind.SERVER_ERROR: (500, "InternalError", "An internal error occurred."),
    FaultKind.MAINTENANCE: (503, "ServiceUnavailable", "The service is under maintenance."),
}


class RestError(Exception):
    """Answered in Deriv's envelope. `status` is HTTP's."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


Action = Callable[[web.Request, Token], Any]


class RestApi:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def routes(self, app: web.Application) -> None:
        app.router.add_get(f"{PREFIX}/accounts", self._served("accounts", self._accounts))
        app.router.add_post(f"{PREFIX}/accounts/{{account}}/otp", self._served("otp", self._otp))
        reset = self._served("reset_demo_balance", self._reset)
        app.router.add_post(f"{PREFIX}/accounts/{{account}}/reset-demo-balance", reset)

    def _served(self, call: str, action: Action) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            started = time.perf_counter()

            async def perform(kind: FaultKind | None) -> web.StreamResponse:
                try:
                    return _answered(request, started, 200, {"data": self._perform(request, action)})
                except RestError as error:
                    return _failed(request, started, error)

            def refuse(kind: FaultKind) -> web.StreamResponse:
                return _failed(request, started, RestError(*_REFUSALS[kind]))

            return await answer(request, self._gate.faults, call, perform, refuse)

        return handle

    def _perform(self, request: web.Request, action: Action) -> Any:
        if not self._gate.within_window(f"address {request.remote}", REST_BY_ADDRESS):
            raise RestError(429, "RateLimit", "Too many requests from this address.")
        token = self._token(request)
        if not self._gate.within_window(f"user {token.user_id}", REST_BY_USER):
            raise RestError(429, "RateLimit", "Too many requests of this user.")
        return action(request, token)

    def _token(self, request: web.Request) -> Token:
        """Who asks. A personal access token needs an app id beside it, an OAuth token does not; all need `trade`."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        token = self._gate.desk.accounts.token(text.strip()) if scheme == "Bearer" else None
        if token is None:
            raise RestError(401, "Unauthorized", "Invalid or missing authentication credentials")
        if token.kind == "pat" and not request.headers.get("Deriv-App-ID", "").strip():
            raise RestError(401, "Unauthorized", "Deriv-App-ID header is required with a personal access token")
        if "trade" not in token.scopes:
            raise RestError(403, "AccessDenied", "The token lacks the scope trade")
        return token

    def _account(self, request: web.Request, token: Token) -> Account:
        account = self._gate.desk.accounts.get(request.match_info["account"])
        if account is None or account.user_id != token.user_id:
            raise RestError(404, "AccountNotFound", "There is no such account of this user")
        return account

    def _accounts(self, request: web.Request, token: Token) -> Any:
        return [shown(account) for account in self._gate.desk.accounts.of_user(token.user_id)]

    def _otp(self, request: web.Request, token: Token) -> Any:
        account = self._account(request, token)
        password = self._gate.passwords.issue(account, self._gate.options.otp_seconds)
        return {"url": f"ws://{request.host}{PREFIX}/ws/{account.account_type}?otp={password}"}

    def _reset(self, request: web.Request, token: Token) -> Any:
        account = self._account(request, token)
        try:
            self._gate.desk.reset_demo_balance(account)
        except Refused as refused:
            raise RestError(400, refused.code, refused.message) from None
        return shown(account)


def _answered(request: web.Request, started: float, status: int, body: dict[str, Any]) -> web.StreamResponse:
    timing = int((time.perf_counter() - started) * 1000)
    meta = {"endpoint": request.path.removeprefix("/deriv"), "method": request.method, "timing": timing}
    return web.json_response(body | {"meta": meta}, status=status)


def _failed(request: web.Request, started: float, error: RestError) -> web.StreamResponse:
    shown = {"status": error.status, "code": error.code, "message": error.message}
    return _answered(request, started, error.status, {"errors": [shown]})


def shown(account: Account) -> dict[str, Any]:
    return {
        "account_id": account.loginid,
        "account_type": account.account_type,
        "balance": float(account.balance),
        "currency": account.currency,
        "group": "row",
        "status": "active",
    }
