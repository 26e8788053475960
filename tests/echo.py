"""A hostile broker: requests that carry a key are refused with an answer that repeats all that was sent."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_SIGNED = ("authorization", "api-key", "x-mbx-apikey")


class _Echo(BaseHTTPRequestHandler):
    """Public calls are answered by `behind`; calls with keys are not."""

    status, behind = 401, ""

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not any(name in self.headers for name in _SIGNED):
            return self._pass_on(sent)
        told = f"{self.path} {dict(self.headers)} {sent.decode('latin-1')}"
        self.server.refused.append(told)  # type: ignore[attr-defined]
        body = {
            "jsonrpc": "2.0", "success": False, "code": -2015, "msg": told, "message": told,
            "error": {"code": 13004, "message": told, "context": told}, "errors": [{"code": "X", "message": told}],
        }  # fmt: skip
        return self._send(self.status, json.dumps(body).encode())

    def _pass_on(self, sent: bytes) -> None:
        request = urllib.request.Request(self.behind + self.path, data=sent or None, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                self._send(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            self._send(error.code, error.read())

    def _send(self, status: int, raw: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_DELETE = do_PUT = _answer

    def log_message(self, *_: Any) -> None:
        """Nothing on the terminal."""


@contextmanager
def echo_server(behind: str, status: int = 401) -> Iterator[tuple[str, list[str]]]:
    """Its URL, and what it has refused so far."""
    handler = type("Echo", (_Echo,), {"status": status, "behind": behind})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.refused = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.refused  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
