"""`./run` as a whole: it comes up, trades, stops without leaving a process, and comes up again."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

from tests.stack import Stack, running_stack

pytestmark = pytest.mark.stack


def pids_of(stack: Stack, *commands: bytes) -> set[int]:
    """Of each command, by words of its line, the first process that runs it; commands that none runs are left out."""
    found = {}
    for pid in sorted(stack.pids(), reverse=True):
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            found.update({words: pid for words in commands if words in line})
    return set(found.values())


def wait_for_nobody(stack: Stack, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while stack.pids() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert stack.pids() == []


def test_the_stack_trades_within_a_minute_stops_cleanly_and_starts_again(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        token = stack.token()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = stack.get("/api/dev/paper/trades/", token)
            if found["open_trades"] and found["closed_trades"]:
                break
            time.sleep(1)
        assert found["open_trades"] + found["closed_trades"] > 0
        stack.signal(signal.SIGINT)
        assert stack.wait() == 0
        wait_for_nobody(stack, 5)
        before = {trade["id"]: trade for trade in found["trades"] if trade["status"] == "CLOSED"}
        stack.start()
        stack.wait_until_healthy()
        after = {trade["id"]: trade for trade in stack.get("/api/dev/paper/trades/?limit=500", token)["trades"]}
        for number, trade in before.items():
            assert after[number]["realized_pnl"] == trade["realized_pnl"], "incident 9: a restart changes no trade"
        stack.said("the password was shown at the first start")


def test_a_killed_supervisor_takes_everything_with_it(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        assert len(stack.pids()) >= 8
        stack.signal(signal.SIGKILL)
        stack.wait()
        wait_for_nobody(stack, 15)


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        commands = (b"manage.py\0stream", b"worker\0--name\0analyst")
        killed = pids_of(stack, *commands)
        assert len(killed) == 2
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while len(pids_of(stack, *commands) - killed) < 2 and time.monotonic() < deadline:
            time.sleep(0.2)
        stack.wait_until_healthy(30)
        assert not killed & set(stack.pids())
