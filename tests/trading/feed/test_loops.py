"""Coroutines from code that waits."""

import asyncio
import threading

import pytest

from trading.feed import loops


async def current() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


async def add(one: int, other: int) -> int:
    await asyncio.sleep(0)
    return one + other


def test_the_main_threads_loop_is_kept() -> None:
    assert loops.run(add, 2, 3) == 5
    assert loops.run(current) is loops.run(current)


def test_an_error_comes_through_and_the_loop_goes_on() -> None:
    async def fail() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError):
        loops.run(fail)
    assert loops.run(add, 1, 1) == 2


def test_another_thread_has_a_loop_of_its_own() -> None:
    found: list[asyncio.AbstractEventLoop] = []
    thread = threading.Thread(target=lambda: found.append(loops.run(current)))
    thread.start()
    thread.join()
    assert found[0] is not loops.run(current)
    assert found[0].is_closed()


def test_a_closed_loop_is_replaced() -> None:
    loops.run(current).close()
    assert loops.run(add, 1, 2) == 3


def test_a_fork_does_not_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = loops.run(current)
    monkeypatch.setattr("os.getpid", lambda: -1)
    theirs = loops.run(current)
    assert theirs is not mine
    theirs.close()
