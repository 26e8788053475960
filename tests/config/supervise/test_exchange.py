"""The simulated exchange of `./run --broker simulator`; a whole run is started in tests/test_stack_simulator.py."""

import fcntl
import socket
import stat
import sys
import threading
from pathlib import Path

import pytest

from brokers.simulator.server import running_simulator
from config.supervise import exchange
from config.supervise.errors import StartError
from config.supervise.ports import free_port
from tests.config.supervise.test_start import run


def test_its_data_have_a_private_directory_that_begins_empty(tmp_path: Path) -> None:
    directory = exchange.own_directory(tmp_path)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (directory / exchange.LOCK).touch()
    (directory / "signalist.sqlite3").touch()
    (directory / "logs").mkdir()
    (directory / "logs" / "web.log").touch()
    (directory / "link").symlink_to(elsewhere)

    assert exchange.own_directory(tmp_path) == directory, "what a run left is known by its lock"
    exchange.clear(directory)
    assert [item.name for item in directory.iterdir()] == [exchange.LOCK]
    assert (elsewhere / "kept").exists()


def test_what_is_not_ours_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / "thesis.txt").touch()
    done = run(tmp_path, "--broker", "simulator", PORT=str(free_port()))
    assert done.returncode == 1
    assert "what is in it is not ours" in done.stderr
    assert (tmp_path / "simulator" / "thesis.txt").exists()


def test_a_second_start_leaves_the_data_of_the_first_alone(tmp_path: Path) -> None:
    directory = exchange.own_directory(tmp_path)
    with open(directory / exchange.LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (directory / "signalist.sqlite3").touch()
        done = run(tmp_path, "--broker", "simulator", PORT=str(free_port()))
    assert done.stderr == f"signalist: Signalist is running on {directory} already.\n"
    assert (directory / "signalist.sqlite3").exists()


def test_all_processes_take_it_for_the_brokers_and_keep_to_their_own_books() -> None:
    environment = {"DATABASE_URL": "postgres://elsewhere", "REDIS_URL": "redis://elsewhere", "PORT": "8000"}
    port = exchange.point_at(environment)
    assert environment == {"PORT": "8000", "SIGNALIST_SIMULATOR_URL": f"http://127.0.0.1:{port}"}
    assert f"--port {port}" in exchange.command(port)


def test_it_takes_neither_the_web_servers_port_nor_flowers() -> None:
    for name in ("PORT", "FLOWER_PORT"):
        assert exchange.point_at({name: str(exchange._PORT)}) != exchange._PORT


@pytest.fixture
def stopping() -> threading.Event:
    return threading.Event()


def test_one_that_does_not_come_up_is_an_error(stopping: threading.Event) -> None:
    nowhere = {exchange.URL: f"http://127.0.0.1:{free_port()}"}
    with pytest.raises(StartError, match="the simulator ended at once"):
        exchange.seed(nowhere, stopping, lambda: True)
    with pytest.raises(StartError, match="does not answer after 0 s"):
        exchange.seed(nowhere, stopping, lambda: False, seconds=0.1)


def test_another_server_is_not_taken_for_it(stopping: threading.Event) -> None:
    def talk(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"220 mail.example ESMTP\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=talk, args=(server,))
        thread.start()
        url = {exchange.URL: f"http://127.0.0.1:{server.getsockname()[1]}"}
        with pytest.raises(StartError, match="ended at once"):
            exchange.seed(url, stopping, lambda: True)
        thread.join()


def test_a_stop_ends_the_waiting(stopping: threading.Event) -> None:
    stopping.set()
    assert exchange.seed({exchange.URL: f"http://127.0.0.1:{free_port()}"}, stopping, lambda: False) == ""


def test_accounts_that_cannot_be_opened_are_an_error(tmp_path: Path, stopping: threading.Event) -> None:
    with running_simulator() as simulator:
        environment = {exchange.URL: simulator.url, "SIGNALIST_DATA_DIR": str(tmp_path), "PATH": sys.prefix}
        with pytest.raises(StartError, match=r"`manage.py seed_simulator` failed:\n(.|\n)*no such table"):
            exchange.seed(environment, stopping, lambda: False)


@pytest.mark.parametrize("arguments", [["--broker"], ["--broker", "deribit"], ["--broker", "simulator", "now"]])
def test_other_arguments_show_the_usage(tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, *arguments)
    assert (done.returncode, "--broker simulator" in done.stderr) == (2, True)
