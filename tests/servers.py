"""Real servers for the tests, on free ports, in temporary folders."""

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.supervise.ports import free_port
from config.supervise.redis_server import find_redis


def wait_for(port: int, process: "subprocess.Popen[bytes]", seconds: float = 20.0) -> None:
    """Until something listens on the port. Raises RuntimeError when the process ends or time runs out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis of our own; yields its URL."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="signalist-redis-") as folder:
        command = [find_redis(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port, process)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()
            process.wait()


def find_postgresql() -> str | None:
    """The folder of PostgreSQL's binaries, or None."""
    installed = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    found = installed[-1] if installed else shutil.which("initdb")
    return str(Path(os.path.realpath(found)).parent) if found else None


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL cluster of our own, without fsync; yields a DATABASE_URL. It refuses to run as root, so root lends
    it the user `postgres` (or `nobody`).
    """
    binaries = find_postgresql()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed")
    user = _other_user() if os.geteuid() == 0 else None
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="signalist-pg-"))
    try:
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        identity = {"user": user.pw_uid, "group": user.pw_gid} if user else {}
        common = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **identity}
        init = [f"{binaries}/initdb", "-D", str(folder / "data"), "-U", "signalist", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*init, "--locale=C", "-N"], check=True, **common)  # type: ignore[call-overload]
        options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off"}
        options |= {"synchronous_commit": "off", "full_page_writes": "off", "max_connections": 200}
        command = [f"{binaries}/postgres", "-D", str(folder / "data")]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        process = subprocess.Popen(command, **common)  # type: ignore[call-overload]
        try:
            wait_for(port, process)
            yield f"postgres://signalist@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # "fast": SIGTERM would wait for the last client to leave
            process.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no user to lend it")
