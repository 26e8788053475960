"""A person's first minutes, in a real browser: log in, watch a trade open and close, close one, start over."""

import shutil
import subprocess
from pathlib import Path

import pytest

from config.environment import BASE_DIR
from config.supervise.dashboard import node_environment
from tests.stack import PASSWORD, running_stack

pytestmark = pytest.mark.e2e


def test_first_minutes_in_the_browser(tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    assert browser, "the tests need Debian's chromium"
    with running_stack(tmp_path) as stack:
        command = ["node", str(BASE_DIR / "tests" / "e2e" / "first_minutes.mjs"), stack.url, PASSWORD, browser]
        done = subprocess.run(
            command, cwd=BASE_DIR, env=node_environment(), capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{stack.log.read_text()[-3000:]}"
