"""The current API's REST calls, against an HTTP server on this machine."""

import json
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from brokers.adapters.deriv.errors import BadReply
from brokers.adapters.deriv.rest import DerivRest
from brokers.errors import AuthenticationFailed, BrokerError, BrokerUnavailable, InvalidOrder, RateLimited
from brokers.interface import Secret

TOKEN = "token-for-this-test"


class Server:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}
    seen: list[tuple[str, str, dict[str, str]]]

    def __init__(self) -> None:
        self.seen = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                outer.seen.append((self.command, self.path, dict(self.headers)))
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(outer.body if isinstance(outer.body, bytes) else json.dumps(outer.body).encode())

            do_GET = do_POST = _answer

            def log_message(self, format: str, *args: Any) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.rest = DerivRest(f"http://127.0.0.1:{self.http.server_port}/deriv/", Secret(TOKEN), "42", timeout=2)


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    thread = threading.Thread(target=found.http.serve_forever, daemon=True)
    thread.start()
    yield found
    found.http.shutdown()
    found.http.server_close()


def account(**fields: Any) -> dict[str, Any]:
    return {
        "account_id": "VRTC1",
        "account_type": "demo",
        "currency": "USD",
        "balance": "10.5",
        "status": "active",
    } | fields


def test_accounts(server: Server) -> None:
    server.body = {"data": [account(), account(account_id="CR1", account_type="real", status="inactive")]}
    first, second = server.rest.accounts()
    assert (first.account_id, first.account_type, str(first.balance), first.is_active) == (
        "VRTC1",
        "demo",
        "10.5",
        True,
    )
    assert not second.is_active
    method, path, headers = server.seen[0]
    assert (method, path) == ("GET", "/deriv/trading/v1/options/accounts")
    assert (headers["Authorization"], headers["Deriv-App-ID"]) == (f"Bearer {TOKEN}", "42")


def test_a_socket_address(server: Server) -> None:
    server.body = {"data": {"url": "wss://example.test/ws/demo?otp=abc"}}
    url = server.rest.socket_url("VRTC1")
    assert url.reveal().endswith("otp=abc")
    assert "abc" not in repr(url)
    assert server.seen[0][:2] == ("POST", "/deriv/trading/v1/options/accounts/VRTC1/otp")


@pytest.mark.parametrize("body", [{"data": {"url": "https://example.test"}}, {"data": []}, {}, [], b"<html>"])
def test_answers_without_an_address(server: Server, body: Any) -> None:
    server.body = body
    with pytest.raises(BadReply):
        server.rest.socket_url("VRTC1")


@pytest.mark.parametrize(
    "body", [{}, {"data": {}}, {"data": [account(account_type="other")]}, {"data": [account(account_id="")]}]
)
def test_answers_without_accounts(server: Server, body: Any) -> None:
    server.body = body
    with pytest.raises(BadReply):
        server.rest.accounts()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AuthenticationFailed),
        (403, AuthenticationFailed),
        (429, RateLimited),
        (503, BrokerUnavailable),
        (400, InvalidOrder),
    ],
)
def test_statuses(server: Server, status: int, kind: type[BrokerError]) -> None:
    server.status = status
    server.headers = {"Retry-After": "7"}
    server.body = {"errors": [{"status": status, "code": "X", "message": f"about {TOKEN}"}], "meta": {}}
    with pytest.raises(kind) as refused:
        server.rest.accounts()
    assert TOKEN not in "".join(traceback.format_exception(refused.value))
    if isinstance(refused.value, RateLimited):
        assert refused.value.retry_after == 7
    if status == 403:
        assert "scope trade" in str(refused.value)


def test_a_refusal_without_a_body(server: Server) -> None:
    server.status, server.body = 401, b""
    with pytest.raises(AuthenticationFailed, match="401"):
        server.rest.accounts()


def test_nobody_there() -> None:
    with pytest.raises(BrokerUnavailable) as refused:
        DerivRest("http://127.0.0.1:9", Secret(TOKEN), "").accounts()
    assert TOKEN not in "".join(traceback.format_exception(refused.value))
