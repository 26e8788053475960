"""What `./run` refuses, and how it says so; the whole of it is started in tests/test_stack.py."""

import fcntl
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from config.environment import BASE_DIR
from config.supervise import start
from config.supervise.children import Child, stop_all
from config.supervise.errors import StartError
from config.supervise.ports import free_port, is_free
from config.supervise.redis_server import answers, configure


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def run(tmp_path: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`./run` after its shell part. It must end by itself."""
    full = {**os.environ, "SIGNALIST_DATA_DIR": str(tmp_path), "SIGNALIST_SKIP_DASHBOARD_BUILD": "1", **environment}
    command = [sys.executable, "-m", "config.supervise", *arguments]
    return subprocess.run(command, cwd=BASE_DIR, env=full, capture_output=True, text=True, timeout=30, check=False)


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path, taken: int) -> None:
    done = run(tmp_path, PORT=str(taken))
    assert done.returncode == 1
    assert done.stderr == f"signalist: PORT: {taken} is taken; PORT={taken % 65535 + 1} ./run, say, takes another\n"
    assert not (tmp_path / "redis").exists()


def test_a_second_start_on_the_same_data_says_so(tmp_path: Path) -> None:
    with open(tmp_path / "run.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run(tmp_path, PORT=str(free_port()))
    assert done.returncode == 1
    assert done.stderr == f"signalist: Signalist is running on {tmp_path} already.\n"


@pytest.mark.parametrize("port", ["", "web", "0", "65536", "-1", "8000.5", "²"])
def test_a_wrong_port_is_named(monkeypatch, tmp_path: Path, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(StartError, match=r"^PORT: a port number is needed"):
        start._environment(tmp_path)


def test_flowers_port_and_the_addresses_are_checked_too(monkeypatch, tmp_path: Path, taken: int) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("FLOWER_PORT", str(taken))
    with pytest.raises(StartError, match=f"^FLOWER_PORT: {taken} is taken"):
        start._environment(tmp_path)
    monkeypatch.setenv("SIGNALIST_HOST", "no such host")
    with pytest.raises(StartError, match=r"^SIGNALIST_HOST: 'no such host' is no address"):
        start._environment(tmp_path)


def test_the_children_find_the_tools_of_the_virtual_environment(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.delenv("FLOWER_PORT", raising=False)
    environment = start._environment(tmp_path)
    assert environment["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert environment["SIGNALIST_DATA_DIR"] == str(tmp_path)
    assert 0 < int(environment["FLOWER_PORT"]) < 65536


@pytest.mark.parametrize("arguments", [["nonsense"], ["start", "now"], ["process"], ["health"]])
def test_a_wrong_command_shows_the_usage(tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ./run")


def test_an_unknown_process_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "process", "nobody")
    assert (done.returncode, "no process 'nobody'; it has web, worker" in done.stderr) == (1, True)


def test_manage_passes_the_exit_code_on(tmp_path: Path) -> None:
    assert run(tmp_path, "manage", "check").returncode == 0
    assert run(tmp_path, "manage", "no_such_command").returncode == 1


def test_free_ports(taken: int) -> None:
    assert not is_free(taken)
    assert free_port(taken) != taken
    port = free_port()
    assert is_free(port)
    assert free_port(port) == port
    assert is_free(port, "0.0.0.0")


def test_our_redis_keeps_its_data_and_its_password_to_itself(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    command, url = configure(folder)
    for private in (folder / "redis.url", folder / "redis" / "redis.conf"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert (folder / "redis.url").read_text() == url
    password = urlsplit(url).password
    assert password
    assert password not in command
    assert not answers(url)
    for _ in range(2):
        child = Child("redis", command, dict(os.environ), tmp_path / "redis.log", 0)
        child.start()
        try:
            start._wait_for_redis([child], url, threading.Event())
            with redis.Redis.from_url(url, decode_responses=True) as client:
                assert client.incr("starts") in (1, 2)
                assert client.config_get("append*")["appendfsync"] == "everysec"
                count = client.get("starts")
            with redis.Redis(port=urlsplit(url).port or 0) as stranger, pytest.raises(redis.AuthenticationError):
                stranger.ping()
        finally:
            stop_all([child])
    assert count == "2", "what was there is there after a restart"


def test_a_redis_that_does_not_come_up_is_an_error(tmp_path: Path) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    child = Child("redis", "false", dict(os.environ), tmp_path / "redis.log", 0)
    child.start()
    with pytest.raises(StartError, match="Redis ended at once"):
        start._wait_for_redis([child], url, threading.Event())
    with pytest.raises(StartError, match="does not answer"):
        start._wait_for_redis([], url, threading.Event(), seconds=0.1)
