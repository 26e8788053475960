"""The whole of Signalist as `./run` starts it, on free ports, in a folder of its own."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.environment import BASE_DIR
from config.supervise.ports import free_port

PASSWORD = "a password for the tests"


class Stack:
    def __init__(self, folder: Path, *arguments: str) -> None:
        self._arguments = arguments
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "run.log"
        inherited = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DATABASE_URL")}
        self.environment = {
            **inherited,
            "PORT": str(self.port),
            "FLOWER_PORT": str(free_port()),
            "SIGNALIST_DATA_DIR": str(folder / "var"),
            "SIGNALIST_DEMO_PASSWORD": PASSWORD,
            "SIGNALIST_SKIP_DASHBOARD_BUILD": "1",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "config.supervise", *self._arguments],
                cwd=BASE_DIR, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def wait_until_healthy(self, seconds: float = 240.0) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError, urllib.error.HTTPError):
                if self.get("/api/health/")["status"] == "ok":
                    return
            time.sleep(0.2)
        raise AssertionError(f"not healthy after {seconds:.0f} s:\n{self.log.read_text()[-4000:]}")

    def said(self, pattern: str, seconds: float = 60.0) -> re.Match[str]:
        """Where its log has `pattern`, a regular expression; the last lines of a start come after its health."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.log.read_text(), re.MULTILINE):
                return found
            time.sleep(0.2)
        raise AssertionError(f"it did not say {pattern!r}:\n{self.log.read_text()[-4000:]}")

    def get(self, path: str, token: str = "") -> Any:
        return self._ask(urllib.request.Request(self.url + path), token)

    def post(self, path: str, token: str, body: dict[str, Any], method: str = "POST") -> Any:
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), method=method)
        request.add_header("Content-Type", "application/json")
        return self._ask(request, token)

    def _ask(self, request: urllib.request.Request, token: str) -> Any:
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    @property
    def data(self) -> Path:
        """Where the run's database is."""
        whole = Path(self.environment["SIGNALIST_DATA_DIR"])
        return whole / "simulator" if "simulator" in self._arguments else whole

    def token(self) -> str:
        command = [sys.executable, "manage.py", "token", "demo"]
        environment = {**self.environment, "SIGNALIST_DATA_DIR": str(self.data)}
        done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def pids(self) -> list[int]:
        """Processes that belong to this stack: those with its data folder in their environment."""
        mark = f"SIGNALIST_DATA_DIR={self.environment['SIGNALIST_DATA_DIR']}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if mark in (entry / "environ").read_bytes():
                        found.append(int(entry.name))
        return found

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self, seconds: float = 20.0) -> int:
        assert self._process is not None
        return self._process.wait(timeout=seconds)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.wait()
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def running_stack(folder: Path, *arguments: str, seconds: float = 240.0) -> Iterator[Stack]:
    """`arguments` as `./run` takes them; it is healthy within `seconds`."""
    stack = Stack(folder, *arguments)
    try:
        stack.start()
        stack.wait_until_healthy(seconds)
        yield stack
    finally:
        stack.stop()
