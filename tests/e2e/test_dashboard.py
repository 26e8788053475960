"""A person's ways through the dashboard, in a real browser."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from brokers.simulator.server import running_simulator
from config.environment import BASE_DIR
from config.supervise.dashboard import node_environment
from tests.stack import PASSWORD, Stack, running_stack
from tests.trading.replay.test_replay import write_candles

pytestmark = pytest.mark.e2e


def walk(script: str, stack: Stack, *, seconds: float = 300) -> None:
    """Go through the steps of a script; what it printed and the stack's log tell where it failed."""
    browser = shutil.which("chromium")
    assert browser, "the tests need Debian's chromium"
    command = ["node", str(BASE_DIR / "tests" / "e2e" / script), stack.url, PASSWORD, browser]
    done = subprocess.run(
        command, cwd=BASE_DIR, env=node_environment(), capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{stack.log.read_text()[-3000:]}"


def test_first_minutes_in_the_browser(tmp_path: Path) -> None:
    """Log in, watch a trade open and close, close one, start over."""
    with running_stack(tmp_path) as stack:
        walk("first_minutes.mjs", stack)


def test_brokers_and_accounts_in_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Find a broker, connect it, open a demo and a live account, switch real money on and off."""
    with running_simulator(interval=0.5) as simulator:
        monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", simulator.url)
        with running_stack(tmp_path) as stack:
            walk("brokers_and_accounts.mjs", stack)


def candles(folder: Path) -> Path:
    """Recorded candles where there are any, else a random walk."""
    data = os.environ.get("SIGNALIST_TEST_DATA") or BASE_DIR.parent / "shared" / "data"
    recorded = Path(data) / "btcusdt-perp-1m-2022-01.csv.gz"
    return recorded if recorded.exists() else write_candles(folder / "walk.csv", 1500)


def test_a_drawdown_halts_a_session_and_says_so_in_the_browser(tmp_path: Path) -> None:
    """A replay loses until the limit halts its session: the reason is read on the screen, and the session resumed."""
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"risk": {"max_drawdown_percent": 0.1}}))
    with running_stack(tmp_path) as stack:
        command = [
            *(sys.executable, "manage.py", "replay", str(candles(tmp_path)), "--symbol", "BTCUSDT", "--limit", "1500"),
            *("--strategy", "signalist-sma-3c", "--session-settings", str(settings)),
        ]
        environment = {**stack.environment, "SIGNALIST_DATA_DIR": str(stack.data)}
        done = subprocess.run(
            command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stderr
        walk("halted_by_drawdown.mjs", stack)


def test_control_center_in_the_browser(tmp_path: Path) -> None:
    """Make a session, start and change it, read why it did not trade, pull the kill switch."""
    with running_stack(tmp_path) as stack:
        walk("control_center.mjs", stack)


def test_a_trade_in_the_browser(tmp_path: Path) -> None:
    """Open a trade's page, have its stop trail, close half of it, keep a journal, close it; look at the alerts."""
    with running_stack(tmp_path) as stack:
        walk("trade_page.mjs", stack)


def test_performance_and_a_public_track_record_in_the_browser(tmp_path: Path) -> None:
    """Read the figures of closed trades beside the API's, publish them, and see them without a login and amounts."""
    with running_stack(tmp_path) as stack:
        walk("performance.mjs", stack)


def test_backtests_in_the_browser(tmp_path: Path) -> None:
    """Run one over stored candles and read its figures, sweep two settings, look at their map, compare both."""
    with running_stack(tmp_path) as stack:
        command = [
            *(sys.executable, "manage.py", "candles", "import", str(candles(tmp_path))),
            *("--venue", "binance", "--symbol", "BTCUSDT", "--timeframe", "1m"),
        ]
        environment = {**stack.environment, "SIGNALIST_DATA_DIR": str(stack.data)}
        done = subprocess.run(
            command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        walk("backtests.mjs", stack, seconds=600)
