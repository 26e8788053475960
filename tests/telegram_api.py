"""Telegram's Bot API on this machine (https://core.telegram.org/bots/api): real HTTP, with the faults it is known for.

getUpdates holds a request open until there is something to tell, forgets what is below the offset, and tells the rest
again; one reader a bot, and a second one is a 409.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PATH = re.compile(r"/bot([^/]+)/(\w+)")


@dataclass
class FakeTelegram:
    """`faults` are spent one on each request of the method: a status code, "drop" (the connection ends), "garbage"."""

    url: str = ""
    bots: dict[str, str] = field(default_factory=dict)  # token -> username
    sent: list[tuple[int, str]] = field(default_factory=list)
    faults: dict[str, list[int | str]] = field(default_factory=dict)
    retry_after: float = 0.05
    calls: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    conflicts: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)
    _updates: list[dict[str, Any]] = field(default_factory=list)
    _next: int = 1000
    _readers: int = 0

    def says(self, text: str, chat: int = 77, *, kind: str = "private", age: float = 0, **more: Any) -> int:
        """A person writes to the bot; the number of the update."""
        with self.changed:
            number = self._next
            self._next += 1
            message = {"message_id": number, "date": int(time.time() - age), "chat": {"id": chat, "type": kind}}
            self._updates.append({"update_id": number, "message": {**message, "text": text, **more}})
            self.changed.notify_all()
        return number

    def push(self, update: dict[str, Any]) -> None:
        """An update as it is."""
        with self.changed:
            self._updates.append(update)
            self.changed.notify_all()

    def wait_sent(self, count: int, seconds: float = 10.0) -> list[str]:
        """The texts sent, once there are so many."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.sent) >= count, seconds), self.sent
        return [text for _, text in self.sent]

    def wait_calls(self, method: str, count: int, seconds: float = 10.0) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.calls.count(method) >= count, seconds), self.calls

    def _get_updates(self, asked: dict[str, Any]) -> tuple[int, Any]:
        with self.changed:
            if self._readers:
                self.conflicts += 1
                return 409, "Conflict: terminated by other getUpdates request"
            self._readers += 1
            try:
                offset = int(asked.get("offset") or 0)
                self.offsets.append(offset)
                self._updates = [item for item in self._updates if item.get("update_id", offset) >= offset]
                self.changed.wait_for(lambda: bool(self._updates), min(float(asked.get("timeout") or 0), 1.0))
                return 200, list(self._updates)
            finally:
                self._readers -= 1

    def answer(self, token: str, method: str, asked: dict[str, Any]) -> tuple[int, Any]:
        if token not in self.bots:
            return 401, "Unauthorized"
        if method == "getMe":
            return 200, {"id": int(token.partition(":")[0]), "is_bot": True, "username": self.bots[token]}
        if method == "getUpdates":
            return self._get_updates(asked)
        if method == "sendMessage":
            with self.changed:
                self.sent.append((asked["chat_id"], asked["text"]))
                self.changed.notify_all()
            return 200, {"message_id": len(self.sent), "chat": {"id": asked["chat_id"]}, "text": asked["text"]}
        return 404, "Not Found"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        fake: FakeTelegram = self.server.fake  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = _PATH.fullmatch(self.path.partition("?")[0])
        token, method = found.groups() if found else ("", "")
        with fake.changed:
            fake.calls.append(method)
            fault = fake.faults[method].pop(0) if fake.faults.get(method) else None
            fake.changed.notify_all()
        if fault == "drop":
            self.close_connection = True
            self.connection.close()
            return
        if fault == "garbage":
            self._send(200, b"<html>not what you expect</html>")
            return
        asked = json.loads(raw or b"{}")
        status, told = (fault, f"fault of {self.path}") if isinstance(fault, int) else fake.answer(token, method, asked)
        body: dict[str, Any] = {"ok": True, "result": told}
        if status != 200:
            body = {"ok": False, "error_code": status, "description": told}
            if status == 429:
                body["parameters"] = {"retry_after": fake.retry_after}
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, raw: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Nothing on the terminal."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that has left is nothing to tell."""


@contextmanager
def fake_telegram() -> Iterator[FakeTelegram]:
    server = _Server(("127.0.0.1", 0), _Handler)
    fake = FakeTelegram(url=f"http://127.0.0.1:{server.server_port}")
    server.fake = fake  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
