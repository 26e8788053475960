"""Processes are kept alive, and none is left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.environment import BASE_DIR
from config.supervise import children
from config.supervise.children import Child, stop_all


def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    started: list[Child] = []

    def start(command: str, name: str = "child") -> Child:
        child = Child(name, command, dict(os.environ), tmp_path / f"{name}.log", 0)
        started.append(child)
        child.start()
        return child

    yield start
    stop_all(started, 0.2)


def test_output_goes_to_console_and_log(launch, tmp_path: Path, capfd) -> None:
    child = launch("sh -c 'echo hello; echo trouble >&2'", "talker")
    log = tmp_path / "talker.log"
    wait_until(lambda: child.ended() and log.exists() and log.read_text() == "hello\ntrouble\n")
    seen = ""
    for _ in range(100):
        seen += capfd.readouterr().out
        if "trouble" in seen:
            break
        time.sleep(0.02)
    assert [line.split("| ")[1] for line in seen.splitlines()] == ["hello", "trouble"]


def test_a_closed_console_stops_nobody(tmp_path: Path) -> None:
    """Incident to avoid: `./run | head` would fill the pipe of a trading process and stall it."""
    script = f"""
import os, sys
from pathlib import Path
from config.supervise.children import Child
command = "{sys.executable} -c \\"print('x' * 100 * 5000 + chr(10) * 3000)\\""
child = Child("noisy", command, dict(os.environ), Path({str(tmp_path / "noisy.log")!r}), 0)
child.start()
code = child._process.wait(20)
child.drain(20)
sys.exit(code)
"""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-c", script], cwd=BASE_DIR, stdout=writer, timeout=30, check=False)
    os.close(writer)
    assert done.returncode in (0, 120)  # 120: Python could not flush its own closed console at the end
    assert (tmp_path / "noisy.log").stat().st_size > 400_000


def test_one_that_ends_is_started_again_ever_more_patiently(launch, tmp_path: Path, monkeypatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(children.time, "monotonic", lambda: clock[0])
    marks = tmp_path / "marks"
    child = launch(f"sh -c 'echo x >> {marks}'")
    pauses = []
    for start in range(2, 8):
        wait_in_real_time(child.ended)
        child.tend()
        pauses.append(child._due - clock[0])
        clock[0] = child._due - 0.1
        child.tend()
        assert child.ended(), "too early"
        clock[0] = child._due
        child.tend()
        wait_in_real_time(lambda start=start: marks.read_text().count("x") == start)
    assert pauses == [2, 4, 8, 16, 30, 30]
    wait_in_real_time(child.ended)
    clock[0] += 31
    child._started = clock[0] - 31
    child.tend()
    assert child._due - clock[0] == 1, "after a steady run the patience starts anew"


def wait_in_real_time(condition: Callable[[], object]) -> None:
    for _ in range(500):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("waited in vain")


def test_what_a_killed_process_left_is_ended_before_its_successor_starts(launch, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = launch(f"sh -c 'sleep 60 & echo $! > {note}; wait'")
    wait_until(lambda: note.exists() and note.read_text().strip())
    left = int(note.read_text())
    os.kill(child._process.pid, signal.SIGKILL)
    wait_until(child.ended)
    assert alive(left)
    child.tend()
    wait_until(lambda: not alive(left))


def test_stopping_is_polite_then_firm_and_reaches_grandchildren(launch, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    polite = launch(f"sh -c 'trap \"echo bye; exit 0\" TERM; echo $$ > {note}.polite; while :; do sleep 0.05; done'")
    stubborn = launch(f"sh -c 'trap \"\" TERM; sleep 60 & echo $! > {note}; while :; do sleep 0.05; done'", "stubborn")
    wait_until(lambda: note.exists() and note.read_text().strip() and Path(f"{note}.polite").exists())
    started = time.monotonic()
    stop_all([polite, stubborn], 1.0)
    assert time.monotonic() - started < 3
    wait_until(lambda: polite.ended() and stubborn.ended() and not alive(int(note.read_text())))
    assert polite._process.returncode == 0
    wait_until(lambda: "bye" in (tmp_path / "child.log").read_text())


def test_redis_is_the_last_to_go(launch, tmp_path: Path) -> None:
    order = tmp_path / "order"
    trap = 'trap "{pause} echo {name} >> {order}; exit 0" TERM; touch {order}.{name}; while :; do sleep 0.02; done'
    started = [
        launch("sh -c '" + trap.format(name=name, order=order, pause=pause) + "'", name)
        for name, pause in (("redis", ""), ("worker", "sleep 0.5;"))
    ]
    wait_until(lambda: all(Path(f"{order}.{name}").exists() for name in ("redis", "worker")))
    stop_all(started, 5.0)
    assert order.read_text().split() == ["worker", "redis"]


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"""
import os, time
from pathlib import Path
from config.supervise.children import Child
command = "sh -c 'echo $$ > {note}; exec sleep 60'"
child = Child("sleeper", command, dict(os.environ), Path({str(tmp_path / "log")!r}), 0)
child.start()
time.sleep(60)
"""
    supervisor = subprocess.Popen([sys.executable, "-c", script], cwd=BASE_DIR)
    wait_until(lambda: note.exists() and note.read_text().strip(), 20)
    child = int(note.read_text())
    assert alive(child)
    supervisor.kill()
    supervisor.wait()
    wait_until(lambda: not alive(child))


def test_a_log_that_grows_too_large_moves_aside(launch, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(children, "_LARGEST_LOG", 1000)
    child = launch(f"{sys.executable} -c \"print(('x' * 99 + chr(10)) * 25, end='')\"")
    log, previous = tmp_path / "child.log", tmp_path / "child.previous.log"
    wait_until(lambda: child.ended() and previous.exists() and log.exists() and log.stat().st_size == 300)
    assert previous.stat().st_size == 1100
