"""Clients of the event stream: over ASGI, as uvicorn calls the application, and over a real socket."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.contrib.auth.models import AbstractUser
from knox.models import get_token_model

from config.asgi import application
from config.supervise.ports import free_port
from tests.trading.factories import make_account, make_user
from trading.feed import events, live_hub
from trading.models import EventType

PATH = "/api/live-updates/"
new_user = database_sync_to_async(make_user)
new_account = database_sync_to_async(make_account)


@database_sync_to_async
def emit(user: AbstractUser, *texts: str, type: EventType = EventType.STATUS, account: int | None = None) -> None:
    events.emit(user.pk, [events.Draft(type, {"text": text}, account) for text in texts])


@database_sync_to_async
def token_of(user: AbstractUser) -> str:
    return str(get_token_model().objects.create(user=user)[1])


class Stream:
    """A client of the stream: what it was answered, and the events that it got."""

    def __init__(self, path: str, query: str, headers: list[tuple[bytes, bytes]], method: str = "GET") -> None:
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "query_string": query.lstrip("?").encode(),
            "headers": [(b"host", b"localhost"), *headers],
        }
        self.asgi = ApplicationCommunicator(application, scope)
        self.status = 0
        self.headers: dict[str, str] = {}
        self._text = ""

    async def open(self) -> None:
        await self.asgi.send_input({"type": "http.request", "body": b"", "more_body": False})
        start = await self.asgi.receive_output(timeout=5)
        self.status = start["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}

    async def body(self) -> Any:
        return json.loads((await self.asgi.receive_output(timeout=5))["body"])

    async def next(self, kind: str = "", seconds: float = 5) -> dict[str, Any]:
        """The next event; of that kind, or any but a heartbeat. `id` and `event` beside its data."""
        while True:
            while "\n\n" not in self._text:
                message = await self.asgi.receive_output(timeout=seconds)
                self._text += message.get("body", b"").decode()
                if not message.get("more_body"):
                    raise EOFError
            block, _, self._text = self._text.partition("\n\n")
            lines = dict(line.split(": ", 1) for line in block.splitlines())
            if "retry" in lines or lines["event"] != (kind or lines["event"]):
                continue
            if lines["event"] == "heartbeat" and kind != "heartbeat":
                continue
            return {"event": lines["event"], "id": int(lines["id"]), **json.loads(lines["data"])}

    async def close(self) -> None:
        await self.asgi.send_input({"type": "http.disconnect"})
        await self.asgi.wait(timeout=5)


@asynccontextmanager
async def stream(user: AbstractUser, query: str = "", path: str = PATH, **headers: str) -> AsyncIterator[Stream]:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    client = Stream(path, query, [(b"authorization", f"Bearer {await token_of(user)}".encode()), *given])
    await client.open()
    try:
        yield client
    finally:
        await client.close()


async def numbers(client: Stream, count: int) -> list[int]:
    return [(await client.next())["id"] for _ in range(count)]


async def joined(user: AbstractUser) -> None:
    """Until pushes to the user are sure to arrive, and he was told of what came before."""
    async with asyncio.timeout(5):
        while user.pk not in live_hub.hub()._joined:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)


class Server:
    """The application behind a real uvicorn, in a thread."""

    def __init__(self) -> None:
        self.port = free_port()
        config = uvicorn.Config(
            application, port=self.port, log_level="error", timeout_graceful_shutdown=1, lifespan="off"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> "Server":
        self.thread.start()
        deadline = time.monotonic() + 10
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        assert not self.thread.is_alive(), "an open stream must not keep the server from ending"

    def listen(self, token: str, last: int | None = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        connection.request("GET", PATH, headers=headers | ({} if last is None else {"Last-Event-ID": str(last)}))
        return connection.getresponse()


def next_number(answer: http.client.HTTPResponse) -> int:
    """Of the next event that is no heartbeat."""
    lines: dict[str, str] = {}
    for raw in answer:
        name, _, value = raw.decode().strip().partition(": ")
        lines[name] = value
        if not name and lines.get("event", "heartbeat") != "heartbeat":
            return int(lines["id"])
    raise EOFError
