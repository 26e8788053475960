"""The event stream when something fails, and when there is much of it."""

import asyncio
import contextlib
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import channel_layers
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.db import OperationalError

from config.supervise.ports import free_port
from tests.trading.streams import (
    Server,
    emit,
    joined,
    new_user,
    next_number,
    numbers,
    stream,
    token_of,
)
from trading.feed import event_stream, events, follower, live_hub
from trading.models import EventType

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio, pytest.mark.usefixtures("nothing_is_left")]


async def test_a_push_that_was_lost_is_found_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 60)
    user = await new_user()
    async with stream(user) as client:
        await joined(user)
        with monkeypatch.context() as broken:
            broken.setattr("trading.feed.live.push_events", lambda *_: None)
            await emit(user, "lost")
        assert (await client.next())["payload"] == {"text": "lost"}


async def test_pushes_need_no_look_into_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_hub, "LOOK_SECONDS", 60)
    user = await new_user()
    async with stream(user) as client:
        await joined(user)
        monkeypatch.setattr(follower.Follower, "_missed", lambda self: pytest.fail("it was pushed"))
        await emit(user, "a")
        assert (await client.next())["payload"] == {"text": "a"}


async def test_it_ends_so_that_the_client_shows_again_who_he_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "LONGEST_SECONDS", 0.2)
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.1)
    async with stream(await new_user()) as client:
        with pytest.raises(EOFError):
            await client.next()


async def test_without_redis_it_reads_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = RedisPubSubChannelLayer(hosts=[f"redis://127.0.0.1:{free_port()}/0"], prefix="x")
    monkeypatch.setitem(channel_layers.backends, "default", layer)
    user = await new_user()
    await emit(user, "a")
    async with stream(user, "?last=0") as client:
        assert await numbers(client, 1) == [1]
        await emit(user, "b", "c")
        assert await numbers(client, 2) == [2, 3]
    await live_hub.hub().at_rest()
    await layer._get_layer().flush()


async def test_without_the_database_it_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_hub, "LOOK_SECONDS", 0.1)
    user, asked = await new_user(), 0
    original = follower.Follower._missed

    def missed(self: follower.Follower) -> Any:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise OperationalError("away")
        return original(self)

    async with stream(user) as client:
        await client.next("heartbeat")
        monkeypatch.setattr(follower.Follower, "_missed", missed)
        monkeypatch.setattr("trading.feed.live.push_events", lambda *_: None)
        await emit(user, "a")
        assert (await client.next())["id"] == 1
        assert asked == 3


async def test_cut_off_again_and_again_nothing_is_lost_or_doubled() -> None:
    """A client that is cut off after a few events each time, while more are emitted."""
    user = await new_user()
    got: list[int] = []

    async def write() -> None:
        for number in range(40):
            await emit(user, str(number))
            await asyncio.sleep(0.005)

    writing = asyncio.create_task(write())
    while len(got) < 40:
        async with stream(user, last_event_id=str(got[-1] if got else 0)) as client:
            with contextlib.suppress(TimeoutError):
                for _ in range(7):
                    got.append((await client.next(seconds=2))["id"])
                    if len(got) == 40:
                        break
    await writing
    assert got == list(range(1, 41))


async def test_many_clients_hear_the_same() -> None:
    user = await new_user()
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(stream(user)) for _ in range(200)]
        for client in clients:
            await client.next("heartbeat")
        assert len(live_hub.hub()._inboxes[user.pk]) == 200
        await emit(user, *"abc")
        await emit(user, "d")
        heard = await asyncio.gather(*(numbers(client, 4) for client in clients))
    assert heard == [[1, 2, 3, 4]] * 200


async def test_a_client_that_does_not_read_takes_no_memory() -> None:
    """What does not fit in his inbox is dropped, and read from the log when he reads on."""
    user = await new_user()
    stuck = aiter(event_stream.EventStream(owner_id=user.pk, latest=0))
    await anext(stuck)
    for _ in range(3):
        await emit(user, *(str(number) for number in range(60)))
        for _ in range(60):
            live_hub.hub()._tell(user.pk, 1)
    (inbox,) = live_hub.hub()._inboxes[user.pk]
    assert inbox.full()
    text = ""
    while '"number": 180' not in text:
        text += await asyncio.wait_for(anext(stuck), 5)
    assert text.count("event: status") == 180
    await stuck.aclose()


async def test_over_a_real_socket() -> None:
    user = await new_user()
    token = await token_of(user)

    def talk() -> list[int]:
        with Server() as server:
            first = server.listen(token)
            assert (first.status, first.headers["Content-Type"]) == (200, "text/event-stream")
            first.readline()
            say("a", "b")
            got = [next_number(first), next_number(first)]
            first.close()
            say("c")
            second = server.listen(token, got[-1])
            say("d")
            return [*got, next_number(second), next_number(second)]  # the second is open when the server ends

    def say(*texts: str) -> None:
        events.emit(user.pk, [events.Draft(EventType.STATUS, {"text": text}) for text in texts])

    assert await database_sync_to_async(talk, thread_sensitive=False)() == [1, 2, 3, 4]
