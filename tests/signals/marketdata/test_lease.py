import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis.asyncio

from signals.marketdata import redis_keys
from signals.marketdata.lease import StreamLease

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis.from_url(redis_url) as made:
        yield made


async def test_one_holder_at_a_time(client: redis.asyncio.Redis) -> None:
    first, second = StreamLease(client, "a", "one"), StreamLease(client, "a", "two")
    assert not first.held
    assert await first.try_acquire()
    assert not await second.try_acquire()
    assert (first.held, second.held) == (True, False)
    await first.release()
    assert not first.held
    assert await second.try_acquire()
    assert second.token == first.token + 1
    await second.release()


async def test_leases_of_two_names_do_not_meet(client: redis.asyncio.Redis) -> None:
    first, second = StreamLease(client, "a", "one"), StreamLease(client, "b", "one")
    assert await first.try_acquire()
    assert await second.try_acquire()
    await asyncio.gather(first.release(), second.release())


async def test_a_holder_keeps_its_lease(client: redis.asyncio.Redis) -> None:
    lease, other = StreamLease(client, "a", "one", 0.3), StreamLease(client, "a", "two", 0.3)
    await lease.acquire()
    for _ in range(10):
        await asyncio.sleep(0.09)
        assert lease.held
        assert not await other.try_acquire()
    await lease.release()


async def test_many_contenders_take_turns(client: redis.asyncio.Redis) -> None:
    holding, tokens = 0, []

    async def contend(owner: str) -> None:
        nonlocal holding
        lease = StreamLease(client, "a", owner, 0.6)
        await lease.acquire()
        holding += 1
        assert holding == 1
        tokens.append(lease.token)
        await asyncio.sleep(0.01)
        holding -= 1
        await lease.release()

    await asyncio.gather(*(contend(f"owner-{number}") for number in range(6)))
    assert tokens == [1, 2, 3, 4, 5, 6]


async def test_a_lease_taken_away_is_noticed(client: redis.asyncio.Redis) -> None:
    lease = StreamLease(client, "a", "one", 0.3)
    await lease.acquire()
    await client.set(redis_keys.lease("a"), "somebody else")
    await asyncio.wait_for(lease.wait_lost(), 0.3)
    await lease.release()
    assert await client.get(redis_keys.lease("a")) == b"somebody else"


async def test_an_earlier_life_of_the_same_owner_cannot_renew(client: redis.asyncio.Redis) -> None:
    lease = StreamLease(client, "a", "one", 0.3)
    await lease.acquire()
    await client.delete(redis_keys.lease("a"))
    again = StreamLease(client, "a", "one", 0.3)
    assert await again.try_acquire()
    await asyncio.wait_for(lease.wait_lost(), 0.3)
    await lease.release()
    assert again.held
    await again.release()


async def test_a_paused_holder_stops_by_its_own_clock(client: redis.asyncio.Redis) -> None:
    now = 1000.0
    lease = StreamLease(client, "a", "one", 6.0, clock=lambda: now)
    await lease.acquire()
    now += 5.9
    assert lease.held
    now += 0.2
    assert not lease.held
    await asyncio.wait_for(lease.wait_lost(), 1.0)
    await lease.release()


async def test_a_holder_cut_off_from_redis_stops(client: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = StreamLease(client, "a", "one", 0.3)
    await lease.acquire()

    async def refuse(*arguments: object) -> None:
        raise redis.ConnectionError("cut off")

    monkeypatch.setattr(client, "eval", refuse)
    assert lease.held
    await asyncio.wait_for(lease.wait_lost(), 0.5)
    await lease.release()
    other = StreamLease(client, "a", "two", 0.3)
    assert not await other.try_acquire()


async def test_another_takes_over_from_a_killed_and_from_a_frozen_holder(
    client: redis.asyncio.Redis, redis_url: str
) -> None:
    for end in (signal.SIGKILL, signal.SIGSTOP):
        name = f"a-{end}"
        holder = _holder(redis_url, name)
        try:
            while not await client.exists(redis_keys.lease(name)):
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.7)
            other = StreamLease(client, name, "two", 0.6)
            assert not await other.try_acquire()
            os.kill(holder.pid, end)
            began = time.monotonic()
            await other.acquire()
            # The real lease lives ten times as long: 7 s at most.
            assert time.monotonic() - began < 0.9
            assert other.token == 2
            if end == signal.SIGSTOP:
                os.kill(holder.pid, signal.SIGCONT)
                assert await asyncio.to_thread(holder.wait, 5) == 3  # it saw at once that it holds nothing
                assert other.held
            await other.release()
        finally:
            holder.kill()
            holder.wait()


def _holder(redis_url: str, name: str) -> "subprocess.Popen[bytes]":
    """A process that holds the lease until it notices that it does not, and then ends with 3."""
    program = f"""
    import asyncio, sys
    import redis.asyncio
    from signals.marketdata.lease import StreamLease

    async def main():
        lease = StreamLease(redis.asyncio.Redis.from_url({redis_url!r}), {name!r}, "one", 0.6)
        await lease.acquire()
        await lease.wait_lost()
        sys.exit(3)

    asyncio.run(main())
    """
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT)
