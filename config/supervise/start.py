"""`./run`: everything, from one command."""

import contextlib
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.environment import data_dir, secret_key
from config.supervise import dashboard, exchange, prepare, probe
from config.supervise.children import Child, put_aside, say, stop_all, supervise
from config.supervise.errors import StartError
from config.supervise.ports import free_port, is_free
from config.supervise.procfile import processes
from config.supervise.redis_server import answers, configure


def start(*, simulator: bool = False) -> int:
    """Build, migrate, seed, start, and stay until Ctrl-C or SIGTERM. Raises StartError.

    With `simulator`, a simulated exchange stands in for the brokers. It begins afresh each time, and so do the data,
    in a directory of their own.
    """
    directory = exchange.own_directory(data_dir()) if simulator else data_dir()
    with _only_one(directory):
        if simulator:
            exchange.clear(directory)
        environment = _environment(directory)
        simulator_port = exchange.point_at(environment) if simulator else None
        own_redis = not environment.get("REDIS_URL")
        if os.environ.get("SIGNALIST_SKIP_DASHBOARD_BUILD") != "1":
            dashboard.build()
        stopping = _stop_on_signals()
        children: list[Child] = []
        try:
            _run(children, directory, environment, stopping, simulator_port)
        except StartError:
            # Ctrl-C at a terminal reaches the steps before the start as well, which then fail: that is no error.
            if not stopping.is_set():
                raise
        finally:
            say("\nStopping ...")
            stop_all(children)
            if own_redis:
                (directory / "redis.url").unlink(missing_ok=True)
    return 0


def _run(
    children: list[Child],
    directory: Path,
    environment: dict[str, str],
    stopping: threading.Event,
    simulator_port: int | None,
) -> None:
    logs = directory / "logs"
    logs.mkdir(exist_ok=True)

    def launch(name: str, command: str) -> Child:
        log = logs / f"{name}.log"
        put_aside(log)
        child = Child(name, command, environment, log, len(children))
        children.append(child)
        child.start()
        return child

    if not environment.get("REDIS_URL"):
        command, environment["REDIS_URL"] = configure(directory)
        launch("redis", command)
    simulator = None if simulator_port is None else launch("simulator", exchange.command(simulator_port))
    login = prepare.prepare(environment)
    _wait_for_redis(children, environment["REDIS_URL"], stopping)
    if simulator is not None:
        login += exchange.seed(environment, stopping, simulator.ended)
    if stopping.is_set():
        return
    for name, command in processes().items():
        launch(name, command)
    threading.Thread(target=_greet, args=(environment, login, logs, stopping), daemon=True).start()
    supervise(children, stopping.is_set)


def _wait_for_redis(children: list[Child], url: str, stopping: threading.Event, seconds: float = 30.0) -> None:
    """Raises StartError when Redis does not answer: everything after it would only fail in its own way."""
    deadline = time.monotonic() + seconds
    while not stopping.is_set() and not answers(url):
        if children and children[0].ended():
            raise StartError("Redis ended at once; what it said stands above and in redis.log.")
        if time.monotonic() > deadline:
            raise StartError(f"Redis does not answer after {seconds:.0f} s.")
        time.sleep(0.1)


def _environment(directory: Path) -> dict[str, str]:
    """The children's environment. Raises StartError naming a variable that is wrong."""
    environment = dict(os.environ)
    host = environment.setdefault("SIGNALIST_HOST", "127.0.0.1")
    flower_host = environment.setdefault("FLOWER_ADDRESS", "127.0.0.1")
    _check_port("PORT", environment.setdefault("PORT", "8000"), "SIGNALIST_HOST", host)
    if environment.get("FLOWER_PORT"):
        _check_port("FLOWER_PORT", environment["FLOWER_PORT"], "FLOWER_ADDRESS", flower_host)
    else:
        environment["FLOWER_PORT"] = str(free_port(5555))
    environment["SIGNALIST_DATA_DIR"] = str(directory)
    environment["PATH"] = str(Path(sys.executable).parent) + os.pathsep + environment.get("PATH", os.defpath)
    environment["PYTHONUNBUFFERED"] = "1"
    # Two worker children and small pools: these libraries would otherwise start a thread for every core.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX"):
        environment.setdefault(name, "1" if name != "MALLOC_ARENA_MAX" else "2")
    secret_key(directory)
    return environment


def _check_port(name: str, port: str, host_name: str, host: str) -> None:
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise StartError(f"{name}: a port number is needed, not {port!r}")
    try:
        free = is_free(int(port), host)
    except OSError:
        raise StartError(f"{host_name}: {host!r} is no address of this machine") from None
    if not free:
        raise StartError(f"{name}: {port} is taken; {name}={int(port) % 65535 + 1} ./run, say, takes another")


@contextlib.contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    with open(directory / exchange.LOCK, "w") as lock:
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


def _greet(environment: dict[str, str], login: str, logs: Path, stopping: threading.Event) -> None:
    """Say where everything is as soon as it answers; name what does not after a minute."""
    url = probe.address(environment["SIGNALIST_HOST"], environment["PORT"])
    deadline = time.monotonic() + 60
    state: dict[str, Any] = {}
    while not stopping.is_set() and time.monotonic() < deadline:
        state = probe.health(url)
        if state.get("status") == "ok":
            break
        time.sleep(0.25)
    down = [name for name, check in state.get("checks", {"web": {"ok": False}}).items() if not check["ok"]]
    flower = probe.address(environment["FLOWER_ADDRESS"], environment["FLOWER_PORT"])
    stored = f"user flower, password in {logs.parent / 'flower.password'}"
    flower_login = "login in FLOWER_BASIC_AUTH" if environment.get("FLOWER_BASIC_AUTH") else stored
    lines = [
        "",
        f"  Signalist   {url}",
        f"  {login}",
        f"  admin       {url}/admin/     API  {url}/api/docs/",
        f"  flower      {flower}     ({flower_login})",
        f"  logs        {logs}",
        *([f"  not up yet: {', '.join(down)}"] if down else ["  Ctrl-C stops everything."]),
        "",
    ]
    if not stopping.is_set():
        say("\n".join(lines))
