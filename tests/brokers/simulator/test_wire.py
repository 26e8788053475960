"""What goes wrong on the way, over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from brokers.simulator.faults import FaultKind, Faults
from brokers.simulator.wire import Pusher, answer


class Site:
    """One call, and one socket that pushes what is put into `outbox`."""

    def __init__(self) -> None:
        self.faults = Faults(1)
        self.done: list[FaultKind | None] = []
        self.pushers: list[Pusher] = []

    async def call(self, request: web.Request) -> web.StreamResponse:
        async def handle(fault: FaultKind | None) -> web.StreamResponse:
            self.done.append(fault)
            return web.Response(text="done")

        return await answer(request, self.faults, "call", handle, lambda kind: web.Response(status=503, text=str(kind)))

    async def socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        pusher = Pusher(socket, self.faults)
        self.pushers.append(pusher)
        async for _ in socket:
            pass
        await pusher.close()
        return socket


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, TestServer, aiohttp.ClientSession]]:
    served = Site()
    app = web.Application()
    app.router.add_post("/call", served.call)
    app.router.add_get("/socket", served.socket)
    server = TestServer(app)
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        yield served, server, session
    await server.close()


Fixture = tuple[Site, TestServer, aiohttp.ClientSession]


async def fetch(site: Fixture) -> str:
    _, server, session = site
    async with session.post(server.make_url("/call")) as reply:  # a GET that fails is sent again by aiohttp itself
        return await reply.text()


@pytest.mark.parametrize(
    ("kind", "told", "done"),
    [
        ("delay", "done", [None]),
        ("partial_fill", "done", [FaultKind.PARTIAL_FILL]),
        ("stale_book", "done", [FaultKind.STALE_BOOK]),
        ("rate_limited", "rate_limited", []),
        ("server_error", "server_error", []),
        ("maintenance", "maintenance", []),
        ("duplicate", "done", [None]),
        ("disconnect_before", None, []),
        ("disconnect_after", None, [FaultKind.DISCONNECT_AFTER]),
        ("drop_reply", None, [FaultKind.DROP_REPLY]),
    ],
)
async def test_a_call_is_done_or_not_as_its_fault_says(
    site: Fixture, kind: str, told: str | None, done: list[FaultKind | None]
) -> None:
    site[0].faults.replace([{"call": "call", "kind": kind, "seconds": 0.05, "times": 1}])
    if told is None:
        with pytest.raises(aiohttp.ClientConnectionError):
            await fetch(site)
    else:
        assert await fetch(site) == told
    assert site[0].done == done


@pytest.mark.parametrize(
    ("kind", "heard"),
    [("duplicate", ["one", "one", "two"]), ("drop_reply", ["two"]), ("delay", ["one", "two"])],
)
async def test_a_pushed_message_comes_twice_never_or_late(site: Fixture, kind: str, heard: list[str]) -> None:
    served, server, session = site
    served.faults.replace([{"call": "push.topic", "kind": kind, "seconds": 0.05, "times": 1}])
    async with session.ws_connect(server.make_url("/socket")) as socket:
        while not served.pushers:
            await asyncio.sleep(0.01)
        for text in ("one", "two"):
            served.pushers[0].push("topic", text)
        assert [await socket.receive_str(timeout=5) for _ in heard] == heard


async def test_a_push_can_kill_its_socket(site: Fixture) -> None:
    served, server, session = site
    served.faults.replace([{"call": "push.*", "kind": "disconnect_before"}])
    async with session.ws_connect(server.make_url("/socket")) as socket:
        while not served.pushers:
            await asyncio.sleep(0.01)
        served.pushers[0].push("topic", "one")
        message = await socket.receive(timeout=5)
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSE)
