"""Pushing to who is listening."""

import time
from collections.abc import Iterator

import pytest
import redis

from trading.feed import live
from trading.market import redis_client

FRAME = {"number": 1, "type": "status", "account": None, "payload": {}, "created_at": "2026-01-01T00:00:00Z"}


@pytest.fixture
def heard() -> Iterator["redis.client.PubSub"]:
    """What is published for anybody's sockets."""
    with redis_client().pubsub(ignore_subscribe_messages=True) as channel:
        channel.psubscribe("*owner-*")
        channel.get_message(timeout=5)
        yield channel


def messages(channel: "redis.client.PubSub", count: int) -> int:
    """How many come, of `count` at most."""
    until, found = time.monotonic() + 5, 0
    while found < count and time.monotonic() < until:
        found += channel.get_message(timeout=0.2) is not None
    return found


def test_a_connection_that_was_cut_costs_no_message(heard: "redis.client.PubSub") -> None:
    live.push_events(7, [FRAME])
    assert messages(heard, 1) == 1
    assert redis_client().execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes") > 0
    live.push_events(7, [FRAME])
    assert messages(heard, 1) == 1


def test_a_redis_that_is_down_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def down(*args: object) -> None:
        asked.append(args)
        raise redis.ConnectionError("no Redis")

    monkeypatch.setattr("trading.feed.loops.run", down)
    live.push_events(7, [FRAME])
    assert len(asked) == 2
