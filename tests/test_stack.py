"""`./run` as a whole: it comes up, trades, stops without leaving a process, and comes up again."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.stack import Stack, running_stack

pytestmark = pytest.mark.stack


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
        log = stack.log.read_text()
        assert "the password was shown at the first start" in log


def test_a_killed_supervisor_takes_everything_with_it(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        assert len(stack.pids()) >= 7
        stack.signal(signal.SIGKILL)
        stack.wait()
        wait_for_nobody(stack, 15)


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        streamer = next(
            pid for pid in stack.pids() if b"manage.py\0stream" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        os.kill(streamer, signal.SIGKILL)
        time.sleep(2)
        stack.wait_until_healthy(30)
        assert streamer not in stack.pids()
