"""A WebSocket server of a few lines, that says what the test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

Answer = Callable[[dict[str, Any]], list[dict[str, Any]]]


@dataclass
class LocalServer:
    """`answer` gives the messages that follow a frame; each gets its req_id."""

    answer: Answer = lambda frame: [{"ok": 1}]
    url: str = ""
    frames: list[dict[str, Any]] = field(default_factory=list)
    connections: list[ServerConnection] = field(default_factory=list)

    def handle(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        try:
            for text in connection:
                frame = json.loads(text)
                self.frames.append(frame)
                for message in self.answer(frame):
                    connection.send(json.dumps({"req_id": frame["req_id"]} | message))
        except ConnectionClosed:
            return

    def calls(self, name: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if name in frame]


@contextmanager
def local_server(answer: Answer | None = None) -> Iterator[LocalServer]:
    found = LocalServer() if answer is None else LocalServer(answer)
    with serve(found.handle, "127.0.0.1", 0, ping_interval=None) as server:
        found.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join(timeout=5)
