"""`./run`: everything, from one command."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from honcho.environ import parse_procfile

from config.environment import BASE_DIR, data_dir, secret_key
from config.supervise import dashboard
from config.supervise.children import Child, stop_all, supervise
from config.supervise.errors import StartError
from config.supervise.ports import free_port, is_free
from config.supervise.redis_server import configure


def start() -> int:
    """Build, migrate, seed, start, and stay until Ctrl-C or SIGTERM. Raises StartError."""
    directory = data_dir()
    with _only_one(directory):
        environment = _environment(directory)
        if os.environ.get("SIGNALIST_SKIP_DASHBOARD_BUILD") != "1":
            dashboard.build()
        stopping = _stop_on_signals()
        children: list[Child] = []
        try:
            _run(children, directory, environment, stopping)
        finally:
            print("\nStopping ...", flush=True)
            stop_all(children)
            if "REDIS_URL" not in os.environ:
                (directory / "redis.url").unlink(missing_ok=True)
    return 0


def _run(children: list[Child], directory: Path, environment: dict[str, str], stopping: threading.Event) -> None:
    logs = directory / "logs"
    logs.mkdir(exist_ok=True)

    def launch(name: str, command: str) -> None:
        log = logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        child = Child(name, command, environment, log, len(children))
        children.append(child)
        child.start()

    if "REDIS_URL" not in environment:
        command, environment["REDIS_URL"] = configure(directory)
        launch("redis", command)
    login = _prepare(environment)
    procfile = parse_procfile((BASE_DIR / "Procfile").read_text(encoding="utf-8"))
    for name, command in procfile.processes.items():
        launch(name, command)
    threading.Thread(target=_greet, args=(environment, login, logs, stopping), daemon=True).start()
    supervise(children, stopping.is_set)


def _environment(directory: Path) -> dict[str, str]:
    """The children's environment. Raises StartError naming a variable that is wrong."""
    environment = dict(os.environ)
    port = environment.setdefault("PORT", "8000")
    host = environment.setdefault("SIGNALIST_HOST", "127.0.0.1")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise StartError(f"PORT: a port number is needed, not {port!r}")
    if not is_free(int(port), host):
        raise StartError(f"PORT: {port} is taken; PORT=8001 ./run, say, takes another")
    environment.setdefault("FLOWER_PORT", str(free_port(5555)))
    environment["SIGNALIST_DATA_DIR"] = str(directory)
    environment["PATH"] = str(Path(sys.executable).parent) + os.pathsep + environment.get("PATH", os.defpath)
    environment["PYTHONUNBUFFERED"] = "1"
    # Two worker children and small pools: these libraries would otherwise start a thread for every core.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX"):
        environment.setdefault(name, "1" if name != "MALLOC_ARENA_MAX" else "2")
    secret_key(directory)
    return environment


@contextlib.contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    with open(directory / "run.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(f"Signalist is running on {directory} already.") from None
        yield


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def _prepare(environment: dict[str, str]) -> str:
    """Migrate, collect the static files and seed the demo; returns its login line."""
    steps = (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"], ["seed_demo"])
    output = ""
    for step in steps:
        done = subprocess.run(
            [sys.executable, "manage.py", *step],
            env=environment,
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StartError(f"`manage.py {' '.join(step)}` failed:\n{done.stdout}{done.stderr}")
        output = done.stdout
    return output.strip()


def _greet(environment: dict[str, str], login: str, logs: Path, stopping: threading.Event) -> None:
    """Say where everything is as soon as it answers; name what does not after a minute."""
    url = f"http://{environment['SIGNALIST_HOST']}:{environment['PORT']}"
    deadline = time.monotonic() + 60
    state: dict[str, Any] = {}
    while not stopping.is_set() and time.monotonic() < deadline:
        state = _health(url)
        if state.get("status") == "ok":
            break
        time.sleep(0.25)
    down = [name for name, check in state.get("checks", {"web": {"ok": False}}).items() if not check["ok"]]
    lines = [
        "",
        f"  Signalist   {url}",
        f"  {login}",
        f"  admin       {url}/admin/     API  {url}/api/docs/",
        f"  flower      http://{environment['SIGNALIST_HOST']}:{environment['FLOWER_PORT']}",
        f"  logs        {logs}",
        *([f"  not up yet: {', '.join(down)}"] if down else ["  Ctrl-C stops everything."]),
        "",
    ]
    if not stopping.is_set():
        print("\n".join(lines), flush=True)


def _health(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{url}/api/health/", timeout=2) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        with contextlib.suppress(ValueError):
            return dict(json.load(error))
    except (OSError, ValueError):
        pass
    return {}
