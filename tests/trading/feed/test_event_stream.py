"""The event stream: what is sent, to whom, and from where on."""

import pytest
from channels.db import database_sync_to_async
from django.test import Client

from tests.trading.streams import (
    PATH,
    Stream,
    emit,
    new_account,
    new_user,
    numbers,
    stream,
)
from trading.feed import event_stream, follower
from trading.models import EventType

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio, pytest.mark.usefixtures("nothing_is_left")]


async def test_it_is_a_stream_of_events() -> None:
    user = await new_user()
    async with stream(user) as client:
        assert client.status == 200
        assert client.headers["content-type"] == "text/event-stream"
        assert client.headers["cache-control"] == "no-store"
        assert client.headers["x-accel-buffering"] == "no"
        first = await client.asgi.receive_output(timeout=5)
        assert first["body"] == b"retry: 2000\n\n"
        beat = await client.next("heartbeat")
        assert (beat["id"], beat["number"]) == (0, 0)
        await emit(user, "a", "b")
        await emit(user, "ünï\n\ncode")
        got = [await client.next() for _ in range(3)]
    assert [(item["event"], item["id"], item["payload"]["text"]) for item in got] == [
        ("status", 1, "a"),
        ("status", 2, "b"),
        ("status", 3, "ünï\n\ncode"),
    ]
    assert set(got[0]) == {"event", "id", "type", "number", "account", "payload", "created_at"}


async def test_derivs_address_is_the_same() -> None:
    user = await new_user()
    async with stream(user, path="/api/deriv/auto-trading/live-updates/") as client:
        await emit(user, "a")
        assert (await client.next())["id"] == 1


@pytest.mark.parametrize("header", [True, False])
async def test_it_goes_on_where_the_client_was(header: bool) -> None:
    user = await new_user()
    await emit(user, *"abcde")
    query, headers = ("?last=1", {"last_event_id": "3"}) if header else ("?last=3", {})
    async with stream(user, query, **headers) as client:
        beat = await client.next("heartbeat")
        assert beat["id"] == 3, "were it 5, a client that is cut off here would miss two"
        assert await numbers(client, 2) == [4, 5]
        await emit(user, "f")
        assert await numbers(client, 1) == [6]


@pytest.mark.parametrize("asked", [1, 99])
async def test_what_cannot_be_gone_on_from_asks_for_a_reload(monkeypatch: pytest.MonkeyPatch, asked: int) -> None:
    monkeypatch.setattr(follower, "BACKLOG", 3)
    user = await new_user()
    await emit(user, *"abcdefgh")
    async with stream(user, f"?last={asked}") as client:
        assert await client.next("resync") == {"event": "resync", "id": 8, "type": "resync", "number": 8}
        await emit(user, "i")
        assert await numbers(client, 1) == [9]


async def test_the_whole_backlog_comes_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """More is missed while connected than is read at once."""
    user = await new_user()
    async with stream(user) as client:
        await client.next("heartbeat")
        monkeypatch.setattr(follower, "BACKLOG", 3)
        monkeypatch.setattr("trading.feed.live.push_events", lambda *_: None)
        await emit(user, *"abcdefghij")
        assert await numbers(client, 10) == list(range(1, 11))


async def test_the_usual_types_and_those_asked_for() -> None:
    user = await new_user()
    async with stream(user) as usual, stream(user, "?types=signal,audit") as chosen:
        for kind in EventType:
            await emit(user, kind.value, type=kind)
        got = [await usual.next() for _ in range(7)]
        assert {item["event"] for item in got} == set(event_stream.USUAL_TYPES)
        assert [(await chosen.next())["event"] for _ in range(2)] == ["signal", "audit"]


async def test_one_account_alone() -> None:
    user = await new_user()
    mine, other = await new_account(user), await new_account(user)
    async with stream(user, f"?account={mine.pk}") as client:
        for account in (other.pk, None, mine.pk):
            await emit(user, "x", account=account)
        assert (await client.next())["account"] == mine.pk


async def test_an_owner_hears_nothing_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.3)
    user, other = await new_user(), await new_user()
    async with stream(user) as client, stream(other) as theirs:
        await emit(other, "secret")
        assert await numbers(theirs, 1) == [1]
        for _ in range(2):
            assert (await client.next("heartbeat"))["number"] == 0
        await emit(user, "mine")
        assert (await client.next())["payload"] == {"text": "mine"}


@pytest.mark.parametrize(
    ("query", "headers", "field"),
    [
        ("?types=status,nonsense", {}, "types"),
        ("?last=x", {}, "last"),
        ("?last=-1", {}, "last"),
        ("?account=x", {}, "account"),
        ("", {"last_event_id": "x"}, "Last-Event-ID"),
        ("", {"last_event_id": "9" * 50}, "Last-Event-ID"),
    ],
)
async def test_what_is_asked_wrongly_is_named(query: str, headers: dict[str, str], field: str) -> None:
    async with stream(await new_user(), query, accept="text/event-stream", **headers) as client:
        error = (await client.body())["error"]
        assert (client.status, error["code"], list(error["fields"])) == (400, "invalid", [field])


async def test_another_users_account_is_not_there() -> None:
    user, other = await new_user(), await new_user()
    account = await new_account(other)
    async with stream(user, f"?account={account.pk}") as client:
        assert (client.status, (await client.body())["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(("method", "code", "status"), [("GET", "not_authenticated", 401), ("POST", "x", 401)])
async def test_a_stranger_is_turned_away(method: str, code: str, status: int) -> None:
    client = Stream(PATH, "", [(b"accept", b"text/event-stream")], method)
    await client.open()
    assert client.status == status
    assert set(await client.body()) == {"error"}
    assert client.headers["www-authenticate"] == "Bearer"
    await client.close()


async def test_a_browser_shows_its_cookie() -> None:
    user = await new_user()

    @database_sync_to_async
    def cookie() -> str:
        browser = Client()
        browser.force_login(user)
        return browser.cookies["sessionid"].value

    client = Stream(PATH, "", [(b"cookie", f"sessionid={await cookie()}".encode())])
    await client.open()
    assert client.status == 200
    await emit(user, "a")
    assert (await client.next())["id"] == 1
    await client.close()


async def test_heartbeats_tell_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.2)
    user = await new_user()
    async with stream(user) as client:
        await emit(user, "not asked for", type=EventType.SIGNAL)
        while (await client.next("heartbeat"))["id"] < 1:
            pass
        beat = await client.next("heartbeat")
        assert beat["number"] == 1
        assert beat["time"] > 1e9
