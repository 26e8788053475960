"""A person's ways through the dashboard, in a real browser."""

import shutil
import subprocess
from pathlib import Path

import pytest

from brokers.simulator.server import running_simulator
from config.environment import BASE_DIR
from config.supervise.dashboard import node_environment
from tests.stack import PASSWORD, Stack, running_stack

pytestmark = pytest.mark.e2e


def walk(script: str, stack: Stack) -> None:
    """Go through the steps of a script; what it printed and the stack's log tell where it failed."""
    browser = shutil.which("chromium")
    assert browser, "the tests need Debian's chromium"
    command = ["node", str(BASE_DIR / "tests" / "e2e" / script), stack.url, PASSWORD, browser]
    done = subprocess.run(
        command, cwd=BASE_DIR, env=node_environment(), capture_output=True, text=True, timeout=300, check=False
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
