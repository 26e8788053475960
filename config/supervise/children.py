"""Keeping the processes alive, and ending them all."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 30.0
_LARGEST_LOG = 20 * 2**20  # bytes; then the log moves aside, as at every start
_COLORS = (36, 33, 35, 32, 34, 31)
# Loaded before any fork: the loader's lock may be held by another thread at that moment.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with(parent: int) -> Callable[[], None]:
    """Ask Linux, in the child, to end it when the supervisor dies, however it dies."""

    def ask() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return ask


def put_aside(log: Path) -> None:
    """Move a log to its `.previous` place, over the one before."""
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))


class Child:
    """One process: its output to the console and to a log file; started again, ever more patiently, when it ends."""

    def __init__(self, name: str, command: str, environment: dict[str, str], log: Path, color: int) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._log = log
        self._prefix = (
            f"\x1b[{_COLORS[color % len(_COLORS)]}m{name:<9}|\x1b[0m " if sys.stdout.isatty() else f"{name:<9}| "
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._copier: threading.Thread | None = None
        self._pause = 1.0
        self._started = self._due = 0.0

    def start(self) -> None:
        self._started = time.monotonic()
        # A session of its own: Ctrl-C reaches the supervisor alone, which then ends everybody in order.
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {self._command}"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )
        if self._process.stdout is not None:
            self._copier = threading.Thread(target=self._copy, args=(self._process.stdout,), daemon=True)
            self._copier.start()

    def _copy(self, output: IO[bytes]) -> None:
        """Pass the output on. A full disk or a closed console costs lines, never the process that wrote them."""
        for line in output:
            with contextlib.suppress(OSError):
                self._keep(line)
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.write(self._prefix + line.decode("utf-8", "replace"))
                sys.stdout.flush()

    def _keep(self, line: bytes) -> None:
        with open(self._log, "ab") as log:
            log.write(line)
            size = log.tell()
        if size > _LARGEST_LOG:
            put_aside(self._log)

    def tend(self) -> None:
        """Start it again if it has ended, after a pause that doubles while it keeps ending early."""
        if self._process is None or self._process.poll() is None:
            return
        now = time.monotonic()
        if not self._due:
            self.send(signal.SIGKILL)  # what a killed process left behind must not work beside its successor
            steady = now - self._started > _STEADY_SECONDS
            self._pause = 1.0 if steady else min(self._pause * 2, _LONGEST_PAUSE)
            self._due = now + self._pause
            say(f"{self._prefix}ended with {self._process.returncode}; starting again in {self._pause:.0f} s")
        elif now >= self._due:
            self._due = 0.0
            self.start()

    def send(self, number: int) -> None:
        """Signal the child and everything it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def drain(self, seconds: float = 1.0) -> None:
        """Wait until the last lines of one that has ended are in its log."""
        if self._copier is not None:
            self._copier.join(seconds)


def say(text: str) -> None:
    """Print, if anybody is there to read it."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def stop_all(children: list[Child], patience: float = 8.0) -> None:
    """End the children: politely, then by force; nothing of theirs is left. Redis, which the others stand on, is the
    last to go, so that the worker can still settle its tasks.
    """
    _stop([child for child in children if child.name != "redis"], patience)
    _stop([child for child in children if child.name == "redis"], 2.0)


def _stop(children: list[Child], patience: float) -> None:
    for child in reversed(children):
        child.send(signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and not all(child.ended() for child in children):
        time.sleep(0.05)
    for child in children:
        child.send(signal.SIGKILL)
    for child in children:
        child.drain()


def supervise(children: list[Child], until: Callable[[], bool]) -> None:
    """Tend the children until `until()`."""
    while not until():
        for child in children:
            child.tend()
        time.sleep(0.2)
