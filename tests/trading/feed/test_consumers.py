"""The live socket."""

import asyncio
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from knox.models import get_token_model

from config.asgi import application
from tests.trading.factories import make_user
from trading.feed import consumers, events, follower
from trading.feed.live import push_market
from trading.models import EventType

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

new_user = database_sync_to_async(make_user)


@database_sync_to_async
def emit(user: AbstractUser, *texts: str) -> None:
    events.emit(user.pk, [events.Draft(EventType.STATUS, {"text": text}) for text in texts])


@database_sync_to_async
def token_of(user: AbstractUser) -> str:
    return str(get_token_model().objects.create(user=user)[1])


async def connect(user: AbstractUser, query: str = "", origin: str | None = None) -> WebsocketCommunicator:
    headers = [(b"authorization", f"Bearer {await token_of(user)}".encode()), (b"host", b"desk.example")]
    if origin:
        headers.append((b"origin", origin.encode()))
    socket = WebsocketCommunicator(application, f"/ws/live/{query}", headers=headers)
    connected, _ = await socket.connect()
    assert connected
    return socket


async def frames(socket: WebsocketCommunicator, count: int) -> list[dict[str, Any]]:
    return [await socket.receive_json_from(timeout=3) for _ in range(count)]


async def test_events_arrive_numbered_and_in_order() -> None:
    user = await new_user()
    socket = await connect(user)
    assert (await frames(socket, 1))[0] == {"type": "hello", "number": 0, "resumed": False}
    await emit(user, "a", "b")
    await emit(user, "c")
    got = await frames(socket, 3)
    assert [(frame["number"], frame["payload"]["text"]) for frame in got] == [(1, "a"), (2, "b"), (3, "c")]
    await socket.disconnect()


async def test_a_client_that_comes_back_gets_what_it_missed() -> None:
    user = await new_user()
    await emit(user, *"abcde")
    socket = await connect(user, "?last=2")
    got = await frames(socket, 4)
    assert got[0] == {"type": "hello", "number": 5, "resumed": True}
    assert [frame["number"] for frame in got[1:]] == [3, 4, 5]
    await socket.disconnect()


@pytest.mark.parametrize("last", ["99", "-1", "x", "9" * 30])
async def test_a_number_that_cannot_be_resumed_from(last: str) -> None:
    user = await new_user()
    await emit(user, "a")
    socket = await connect(user, f"?last={last}")
    assert (await frames(socket, 1))[0] == {"type": "hello", "number": 1, "resumed": False}
    if last == "99":
        assert (await frames(socket, 1))[0] == {"type": "resync"}
    await socket.disconnect()


async def test_too_long_an_absence_asks_for_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "BACKLOG", 3)
    user = await new_user()
    await emit(user, *"abcdefgh")
    socket = await connect(user, "?last=1")
    assert [frame["type"] for frame in await frames(socket, 2)] == ["hello", "resync"]
    await socket.disconnect()


async def test_a_push_that_was_lost_is_read_from_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    user = await new_user()
    socket = await connect(user)
    await frames(socket, 1)
    with monkeypatch.context() as broken:
        broken.setattr("trading.feed.live.push_events", lambda *_: None)
        await emit(user, "lost")
    await emit(user, "seen")
    assert [frame["payload"]["text"] for frame in await frames(socket, 2)] == ["lost", "seen"]
    await socket.disconnect()


async def test_the_heartbeat_brings_what_no_push_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.2)
    user = await new_user()
    socket = await connect(user)
    await frames(socket, 1)
    monkeypatch.setattr("trading.feed.live.push_events", lambda *_: None)
    await emit(user, "lost")
    got = await frames(socket, 2)
    assert got[0]["payload"] == {"text": "lost"}
    assert (got[1]["type"], got[1]["number"]) == ("heartbeat", 1)
    await socket.disconnect()


async def test_an_owner_hears_nothing_of_another() -> None:
    user, other = await new_user(), await new_user()
    socket = await connect(user)
    await frames(socket, 1)
    await emit(other, "secret")
    assert await socket.receive_nothing(timeout=0.3)
    await socket.disconnect()


async def test_a_stranger_is_turned_away() -> None:
    socket = WebsocketCommunicator(application, "/ws/live/")
    assert (await socket.connect())[0]
    closing = await socket.receive_output(timeout=3)
    assert (closing["type"], closing["code"]) == ("websocket.close", consumers.UNAUTHENTICATED)


async def test_another_sites_page_is_refused() -> None:
    user = await new_user()
    headers = [(b"authorization", f"Bearer {await token_of(user)}".encode()), (b"host", b"desk.example")]
    socket = WebsocketCommunicator(application, "/ws/live/", headers=[*headers, (b"origin", b"https://evil.example")])
    assert not (await socket.connect())[0]


async def test_a_socket_is_nobody_elses() -> None:
    """An administrator who sends X-Act-For is not shown his own events instead."""
    admin = await database_sync_to_async(get_user_model().objects.create_superuser)("boss")
    headers = [(b"authorization", f"Bearer {await token_of(admin)}".encode()), (b"host", b"desk.example")]
    socket = WebsocketCommunicator(application, "/ws/live/", headers=[*headers, (b"x-act-for", b"ann")])
    assert not (await socket.connect())[0]


async def test_our_own_page_is_let_in() -> None:
    user = await new_user()
    socket = await connect(user, origin="http://desk.example")
    assert (await frames(socket, 1))[0]["type"] == "hello"
    await socket.disconnect()


async def test_market_frames_can_be_narrowed() -> None:
    user = await new_user()
    socket = await connect(user)
    await frames(socket, 1)
    await socket.send_json_to({"type": "subscribe", "venue": "sim", "symbols": ["A"]})
    await asyncio.sleep(0.05)
    quotes = [{"venue": "sim", "symbol": symbol, "last": 1.0} for symbol in ("A", "B")]
    await push_market([{"type": "quotes", "quotes": quotes}, {"type": "candle", "venue": "sim", "symbol": "B"}])
    assert await frames(socket, 1) == [{"type": "quotes", "quotes": quotes[:1]}]
    assert await socket.receive_nothing(timeout=0.2)
    await socket.disconnect()


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ("nonsense", "type"),
        ("[]", "type"),
        ('{"type":"subscribe"}', "venue"),
        ('{"type":"subscribe","venue":"v","symbols":3}', "symbols"),
    ],
)
async def test_what_a_client_gets_wrong_is_named(sent: str, named: str) -> None:
    user = await new_user()
    socket = await connect(user)
    await frames(socket, 1)
    await socket.send_to(text_data=sent)
    (frame,) = await frames(socket, 1)
    assert frame["type"] == "error"
    assert frame["payload"]["message"].startswith(named)
    await socket.disconnect()
