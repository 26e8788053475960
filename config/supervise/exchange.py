"""`./run --broker simulator`: a simulated exchange in place of the brokers."""

import http.client
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from config.environment import BASE_DIR
from config.supervise.errors import StartError
from config.supervise.ports import free_port

URL = "SIGNALIST_SIMULATOR_URL"
LOCK = "run.lock"
_PORT = 9800  # of `manage.py simulate` as well


def own_directory(data: Path) -> Path:
    """A data directory for such runs alone. Raises StartError where one of that name holds something else."""
    directory = data / "simulator"
    directory.mkdir(mode=0o700, exist_ok=True)
    if any(directory.iterdir()) and not (directory / LOCK).exists():
        raise StartError(f"{directory}: this directory is emptied at every start, and what is in it is not ours.")
    return directory


def clear(directory: Path) -> None:
    """Remove what the run before left: the exchange remembers nothing, so our books must not either. Holds the lock."""
    for item in directory.iterdir():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        elif item.name != LOCK:
            item.unlink()


def point_at(environment: dict[str, str]) -> int:
    """Let every process take the simulator for the brokers, and keep to the run's own database and Redis.

    Returns the simulator's port.
    """
    port = free_port(_PORT)
    while str(port) in (environment.get("PORT"), environment.get("FLOWER_PORT")):
        port = free_port()
    environment[URL] = f"http://127.0.0.1:{port}"
    environment.pop("DATABASE_URL", None)
    environment.pop("REDIS_URL", None)
    return port


def command(port: int) -> str:
    return f"python manage.py simulate --port {port}"


def seed(
    environment: dict[str, str], stopping: threading.Event, ended: Callable[[], bool], seconds: float = 30.0
) -> str:
    """Wait for the simulator and open the demo's accounts there; returns what was opened. Raises StartError."""
    deadline = time.monotonic() + seconds
    while not stopping.is_set() and not _answers(environment[URL]):
        if ended():
            raise StartError("the simulator ended at once; what it said stands above and in simulator.log")
        if time.monotonic() > deadline:
            raise StartError(f"the simulator does not answer after {seconds:.0f} s; see simulator.log")
        time.sleep(0.1)
    if stopping.is_set():
        return ""
    step = [sys.executable, "manage.py", "seed_simulator"]
    done = subprocess.run(step, env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StartError(f"`manage.py seed_simulator` failed:\n{done.stdout}{done.stderr}")
    lines = [f"simulator   {environment[URL]}/control/", *done.stdout.strip().splitlines()]
    return "".join(f"\n  {line}" for line in lines)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/control/prices", timeout=2):
            return True
    except (OSError, http.client.HTTPException):
        return False
