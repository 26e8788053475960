"""JSON-RPC over both transports: what a call says, who makes it, and what befalls it."""

import json
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from brokers.simulator.deribit.account_methods import ACCOUNT_METHODS
from brokers.simulator.deribit.calls import Call, Json, Method
from brokers.simulator.deribit.errors import METHOD_NOT_FOUND, UNAUTHORIZED, RpcError, invalid, of_fault
from brokers.simulator.deribit.market_methods import MARKET_METHODS
from brokers.simulator.deribit.params import Params
from brokers.simulator.deribit.session import Session
from brokers.simulator.deribit.trading_methods import TRADING_METHODS
from brokers.simulator.deribit.venue import Venue
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.faults import UNDONE, Fault, FaultKind
from brokers.simulator.wire import answer as answer_http

PREFIX = "/deribit/api/v2"
METHODS: dict[str, Method] = MARKET_METHODS | TRADING_METHODS | ACCOUNT_METHODS

_PARSE_ERROR = RpcError(-32700, "Parse error")


def call_name(method: str) -> str:
    """What fault rules know a method by: private/buy is buy."""
    return method.rpartition("/")[2]


def perform(
    venue: Venue, method: str, params: Mapping[str, Any], account: Account | None, session: Session | None,
    kind: FaultKind | None,
) -> Any:  # fmt: skip
    """The method's result. Raises RpcError."""
    handler = METHODS.get(method)
    if handler is None:
        raise RpcError(*METHOD_NOT_FOUND)
    if account is None and isinstance(params.get("access_token"), str):
        account = venue.tokens.bearer(params["access_token"])
    if method.startswith("private/") and account is None:
        raise RpcError(*UNAUTHORIZED)
    stale, partial = kind == FaultKind.STALE_BOOK, kind == FaultKind.PARTIAL_FILL
    return handler(Call(venue, Params(params), account, session, stale, partial))


def envelope(request_id: Any, started: float, *, result: Any = None, error: RpcError | None = None) -> Json:
    ended = time.time()
    shown: Json = {"jsonrpc": "2.0", "testnet": True, "usIn": int(started * 1e6), "usOut": int(ended * 1e6)}
    shown["usDiff"] = shown["usOut"] - shown["usIn"]
    if request_id is not None:
        shown["id"] = request_id
    return shown | ({"result": result} if error is None else {"error": error.as_json()})


def read(text: str) -> tuple[Any, str, dict[str, Any]]:
    """A request's id, method and parameters. Raises RpcError."""
    try:
        frame = json.loads(text, parse_constant=_no_number)
    except ValueError:
        raise _PARSE_ERROR from None
    if not isinstance(frame, dict) or not isinstance(frame.get("method"), str):
        raise RpcError(-32600, "Invalid Request")
    params = frame.get("params") or {}
    if not isinstance(params, dict):
        raise invalid("params", "must be an object")
    return frame.get("id"), frame["method"], params


def _no_number(text: str) -> None:
    """NaN and Infinity, which Python reads, are not JSON."""
    raise ValueError(text)


# Over a socket.


def answer_socket(session: Session, text: str) -> None:
    started = time.time()
    try:
        request_id, method, params = read(text)
    except RpcError as error:
        session.line.send(envelope(None, started, error=error))
        return
    fault = session.venue.faults.draw(call_name(method))
    if fault is not None and fault.kind == FaultKind.DELAY:
        session.line.later(fault.seconds, lambda: _act(session, request_id, method, params, None))
    else:
        _act(session, request_id, method, params, fault)


def _act(session: Session, request_id: Any, method: str, params: dict[str, Any], fault: Fault | None) -> None:
    started = time.time()
    kind = fault.kind if fault is not None else None
    if kind == FaultKind.DISCONNECT_BEFORE:
        session.line.cut()
        return
    try:
        if kind in UNDONE:
            raise of_fault(kind)
        result = perform(session.venue, method, params, session.account, session, kind)
        reply = envelope(request_id, started, result=result)
    except RpcError as error:
        reply = envelope(request_id, started, error=error)
    if kind == FaultKind.DISCONNECT_AFTER:
        session.line.cut()
    elif kind != FaultKind.DROP_REPLY:
        for _ in range(2 if kind == FaultKind.DUPLICATE else 1):
            session.line.send(reply)


# Over HTTP: GET /api/v2/<method>?<parameters>, or the JSON-RPC request POSTed there, or to /api/v2.


class HttpApi:
    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    async def get(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, request.match_info["method"], dict(request.query), None)

    async def post(self, request: web.Request) -> web.StreamResponse:
        try:
            request_id, method, params = read(await request.text())
        except RpcError as error:
            return _shown(envelope(None, time.time(), error=error))
        return await self._serve(request, method, params, request_id)

    async def _serve(
        self, request: web.Request, method: str, params: dict[str, Any], request_id: Any
    ) -> web.StreamResponse:
        started = time.time()
        body = await request.text()

        async def handle(kind: FaultKind | None) -> web.StreamResponse:
            try:
                account = self._caller(request, body)
                result = perform(self._venue, method, params, account, None, kind)
            except RpcError as error:
                return _shown(envelope(request_id, started, error=error))
            return _shown(envelope(request_id, started, result=result))

        def refuse(kind: FaultKind) -> web.StreamResponse:
            if kind == FaultKind.SERVER_ERROR:  # comes from the proxy before the exchange, which speaks no JSON
                return web.Response(status=502, text="<html><body>502 Bad Gateway</body></html>")
            status = 429 if kind == FaultKind.RATE_LIMITED else 503
            return _shown(envelope(request_id, started, error=of_fault(kind)), status)

        return await answer_http(request, self._venue.faults, call_name(method), handle, refuse)

    def _caller(self, request: web.Request, body: str) -> Account | None:
        path = request.raw_path.removeprefix("/deribit")
        return self._venue.tokens.of_header(request.headers.get("Authorization", ""), request.method, path, body)


def _shown(reply: Json, status: int = 400) -> web.Response:
    return web.json_response(reply, status=200 if "error" not in reply else status)
