"""Asking whether a process lives."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import redis

from config.supervise import probe
from config.supervise.ports import free_port


class Web(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.status, self.body, self.hosts = 200, "{}", list[str]()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Any = self.server
        server.hosts.append(self.headers["Host"])
        self.send_response(server.status)
        self.end_headers()
        self.wfile.write(server.body.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def web(monkeypatch) -> Iterator[Web]:
    server = Web()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    for name in ("PORT", "FLOWER_PORT"):
        monkeypatch.setenv(name, str(server.server_port))
    monkeypatch.setenv("SIGNALIST_HOST", "0.0.0.0")
    monkeypatch.delenv("SIGNALIST_ALLOWED_HOSTS", raising=False)
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("", "http://127.0.0.1:80"),
        ("trade.example.com", "http://trade.example.com:80"),
    ],
)
def test_the_address_of_a_server(host: str, url: str) -> None:
    assert probe.address(host, "80") == url


def test_web_lives_when_it_and_its_database_answer(web: Web) -> None:
    web.status, web.body = 503, json.dumps({"checks": {"database": {"ok": True}, "worker": {"ok": False}}})
    assert probe.alive("web"), "another process being down is not the web server's fault"
    web.body = json.dumps({"checks": {"database": {"ok": False}}})
    assert not probe.alive("web")
    for status, body in ((400, "<h1>Bad Request</h1>"), (200, "not JSON"), (200, "{}")):
        web.status, web.body = status, body
        assert not probe.alive("web")


@pytest.mark.parametrize(
    ("allowed", "host"), [("trade.example.com, localhost", "trade.example.com"), (".example.com", "example.com")]
)
def test_it_asks_by_a_name_that_django_answers_to(web: Web, monkeypatch, allowed: str, host: str) -> None:
    monkeypatch.setenv("SIGNALIST_ALLOWED_HOSTS", allowed)
    probe.alive("web")
    monkeypatch.setenv("SIGNALIST_ALLOWED_HOSTS", "*")
    probe.alive("web")
    assert web.hosts == [host, f"127.0.0.1:{web.server_port}"]


def test_flower_lives_when_it_answers(web: Web) -> None:
    assert probe.alive("flower")
    web.status = 500
    assert not probe.alive("flower")


def test_nobody_there(monkeypatch) -> None:
    for name in ("PORT", "FLOWER_PORT"):
        monkeypatch.setenv(name, str(free_port()))
    assert not probe.alive("web")
    assert not probe.alive("flower")


@pytest.mark.parametrize("name", list(probe.LIMITS))
def test_the_others_live_while_their_heart_beats(name: str, redis_url: str) -> None:
    key = f"signalist:heartbeat:{name}"
    with redis.Redis.from_url(redis_url) as client:
        assert not probe.alive(name)
        client.set(key, time.time())
        assert probe.alive(name)
        client.set(key, time.time() - probe.LIMITS[name] - 1)
        assert not probe.alive(name)


def test_without_redis_none_of_them_is_known_to_live(monkeypatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    assert not probe.alive("worker")
    assert not probe.alive("nobody")
