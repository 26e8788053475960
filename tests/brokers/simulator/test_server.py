import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from brokers.simulator.server import RunningSimulator, SimulatorSettings, running_simulator, start_server

ROOT = Path(__file__).parents[3]


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=1) as running:
        yield running


def test_the_overview_names_what_there_is(simulator: RunningSimulator) -> None:
    overview = requests.get(f"{simulator.url}/control/", timeout=5).json()
    assert overview["venues"] == ["binance", "delta", "deribit", "deriv"]
    assert "BTC" in overview["symbols"]
    assert abs(overview["time"] - time.time()) < 5


def test_accounts_are_told_with_their_keys(simulator: RunningSimulator) -> None:
    accounts = simulator.control.accounts()
    for venue in ("binance", "delta", "deribit"):
        assert [row["api_key"] for row in accounts[venue]] == ["sim-key-1", "sim-key-2", "sim-key-3"]
        assert accounts[venue][0]["api_secret"] == "sim-secret-1"
        truth = simulator.control.truth(venue, "sim-key-2")
        assert truth["balances"] == truth["initial"] == accounts[venue][1]["initial"]
        assert truth["orders"] == truth["fills"] == truth["ledger"] == truth["positions"] == []


def test_prices_are_set_and_move_when_told(simulator: RunningSimulator) -> None:
    simulator.control.set_price("BTC", 50_000)
    assert simulator.control.prices()["BTC"]["last"] == 50_000
    simulator.control.advance(10)
    assert simulator.control.prices()["BTC"]["last"] != 50_000


def test_the_clock_is_set_and_advanced(simulator: RunningSimulator) -> None:
    simulator.control.set_clock(100)
    simulator.control.advance_clock(50)
    clock = requests.get(f"{simulator.url}/control/clock", timeout=5).json()
    assert clock["offset"] == 150
    assert abs(clock["time"] - time.time() - 150) < 5


def test_faults_are_put_and_got(simulator: RunningSimulator) -> None:
    rule = {"call": "buy", "kind": "drop_reply", "probability": 0.1, "times": None, "seconds": 0.5}
    simulator.control.set_faults(rule)
    assert simulator.control.faults() == {"rules": [rule], "drawn": {}}
    simulator.control.set_faults()
    assert simulator.control.faults()["rules"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("PUT", "/faults", b"not json", 400, "JSON"),
        ("PUT", "/faults", b"[]", 400, "object"),
        ("PUT", "/faults", b'{"rules": 1}', 400, "rules"),
        ("PUT", "/faults", b'{"rules": [{"call": "a", "kind": "b"}]}', 400, "kind"),
        ("PUT", "/prices/BTC", b'{"price": 0}', 400, "price"),
        ("PUT", "/prices/BTC", b'{"price": "high"}', 400, "price"),
        ("PUT", "/prices/DOGE", b'{"price": 1}', 404, "DOGE"),
        ("POST", "/advance", b'{"steps": 0}', 400, "steps"),
        ("PUT", "/clock", b"{}", 400, "offset"),
        ("PUT", "/clock", b'{"offset": true}', 400, "offset"),
        ("GET", "/accounts/nowhere/sim-key-1", b"", 404, "nowhere"),
        ("GET", "/accounts/delta/nobody", b"", 404, "nobody"),
    ],
)
def test_a_wrong_request_is_refused_naming_the_field(
    simulator: RunningSimulator, method: str, path: str, body: bytes, status: int, message: str
) -> None:
    reply = requests.request(method, f"{simulator.url}/control{path}", data=body, timeout=5)
    assert reply.status_code == status
    assert message in reply.json()["error"]["message"]


def test_a_port_that_is_taken_is_an_error(simulator: RunningSimulator) -> None:
    port = int(simulator.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="address already in use"):
        asyncio.run(start_server(SimulatorSettings(port=port)))


def test_a_server_that_stops_frees_its_port_and_moves_no_more() -> None:
    with running_simulator(seed=1, interval=0.01) as simulator:
        port = int(simulator.url.rsplit(":", 1)[1])
        before = simulator.world.market.tick_number("BTC")
        deadline = time.monotonic() + 5
        while simulator.world.market.tick_number("BTC") == before and time.monotonic() < deadline:
            time.sleep(0.01)
        assert simulator.world.market.tick_number("BTC") > before
    with running_simulator(port=port) as again:
        assert again.control.prices()


@pytest.mark.parametrize("field", [{"port": -1}, {"seed": -1}, {"interval": 0.0}, {"heartbeat": 0.0}])
def test_settings_are_checked(field: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(field))):
        SimulatorSettings(**field)  # type: ignore[arg-type]


def test_the_command_tells_the_address_and_the_keys_and_ends_cleanly() -> None:
    command = [sys.executable, "manage.py", "simulate", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(12)]
        url = told[1].rsplit("=", 1)[1].strip()
        assert requests.get(f"{url}/control/", timeout=5).ok
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    text = "".join(told)
    assert "binance: account sim-key-1, api_key sim-key-1, api_secret sim-secret-1" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--port", "70000"], "port"), (["--seed", "-1"], "seed"), (["--recording", "/nonexistent.csv"], "nonexistent")],
)
def test_the_command_refuses_wrong_options(options: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("simulate", *options)


def test_the_command_refuses_a_recording_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("time,open,high,low,close\n", encoding="utf-8")
    with pytest.raises(CommandError, match="no rows"):
        call_command("simulate", "--recording", str(tmp_path / "empty.csv"))
