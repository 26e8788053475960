"""Real servers that notifications are sent to: HTTP, which answers as told, and SMTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from config.supervise.ports import free_port


@dataclass
class HttpSink:
    """What was posted, and what is answered: `statuses` in turn, then 200; with a `location`, a redirect there."""

    port: int = 0
    posts: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    location: str = ""
    echoes: bool = False  # whether answers repeat all that was sent
    arrived: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go_on.set()  # cleared, answers wait for it

    def url(self, path: str = "hook", scheme: str = "json") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/{path}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sink: HttpSink = self.server.sink  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sink.paths.append(self.path)
        sink.posts.append(json.loads(raw or b"{}"))
        sink.arrived.set()
        sink.go_on.wait(10)
        status = sink.statuses.pop(0) if sink.statuses else 307 if sink.location else 200
        self.send_response(status)
        if status == 307:
            self.send_header("Location", sink.location)
        told = f"{self.path} {dict(self.headers)} {raw!r}".encode() if sink.echoes else b""
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: Any) -> None:
        """Nothing on the terminal."""


@contextmanager
def http_sink() -> Iterator[HttpSink]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    sink = HttpSink(port=server.server_port)
    server.sink = sink  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Mailbox:
    port: int = 0
    mails: list[Any] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope)
        return "250 OK"


@contextmanager
def smtp_sink() -> Iterator[Mailbox]:
    box = Mailbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
