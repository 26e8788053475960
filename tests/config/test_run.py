"""The shell part of `./run`: a virtual environment with what is required, and nothing done twice."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from config.environment import BASE_DIR


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of `run` beside an empty list of requirements and a supervisor that only says what it was asked."""
    house = tmp_path / "a house"
    (house / "config" / "supervise").mkdir(parents=True)
    shutil.copy(BASE_DIR / "run", house / "run")
    (house / "requirements.txt").write_text("# none\n")
    (house / "requirements-dev.txt").write_text("-r requirements.txt\n")
    (house / "requirements-conformance.txt").write_text("# none\n")
    (house / "config" / "supervise" / "__main__.py").write_text("import sys; print('asked', sys.argv[1:])")
    return house


def run(script: Path, *arguments: str, path: str = "") -> "subprocess.CompletedProcess[str]":
    real = Path(getattr(sys, "_base_executable", sys.executable)).parent
    environment = {"HOME": str(script.parent), "PATH": path or f"{real}:/usr/bin:/bin:/usr/local/bin"}
    return subprocess.run(
        [str(script), *arguments], cwd="/", env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_it_installs_once_and_again_when_the_requirements_change(house: Path, tmp_path: Path) -> None:
    first = run(house / "run", "manage", "a b")
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == ["Installing requirements.txt into .venv ...", "asked ['manage', 'a b']"]
    link = tmp_path / "link"
    link.symlink_to(house / "run")
    assert run(link).stdout == "asked []\n"

    (house / "requirements.txt").write_text("/no/such/package.whl\n")
    assert run(house / "run").returncode != 0
    # The install that was cut short is not taken for a finished one, even when the requirements are the old ones again.
    (house / "requirements.txt").write_text("# none\n")
    assert "Installing" in run(house / "run").stdout

    assert "Installing requirements-dev.txt" in run(house / "run", "test").stdout
    assert run(house / "run", "test").stdout == "asked ['test']\n"
    assert run(house / "run").stdout == "asked []\n", "the tests' environment has all that the start needs"


def wheel(folder: Path, requires: str) -> Path:
    """The smallest package that pip installs, and what it asks for."""
    path, info = folder / "speaker-1-py3-none-any.whl", "speaker-1.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("speaker.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: speaker\nVersion: 1\n{requires}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def test_the_tests_alone_get_the_conformance_packages_without_what_those_ask_for(house: Path) -> None:
    (house / "requirements-conformance.txt").write_text(f"{wheel(house, 'Requires-Dist: there-is-no-such==0').name}\n")
    has_it = [str(house / ".venv" / "bin" / "python"), "-c", "import speaker"]
    assert run(house / "run").returncode == 0
    assert subprocess.run(has_it, capture_output=True, check=False).returncode == 1
    done = run(house / "run", "test")
    assert done.returncode == 0, done.stderr
    assert subprocess.run(has_it, capture_output=True, check=False).returncode == 0
    (house / "requirements-conformance.txt").write_text("# none\n")
    assert "Installing" in run(house / "run", "test").stdout, "another list is another stamp"


def test_a_virtual_environment_cut_short_before_pip_is_completed(house: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(house / ".venv")], check=True)
    done = run(house / "run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("asked []\n")


def test_without_a_new_enough_python_it_says_what_is_needed(house: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "env", "dirname", "readlink", "cat"):
        (tools / name).symlink_to(shutil.which(name) or name)
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = run(house / "run", path=str(tools))
    assert done.returncode == 1
    assert done.stderr.startswith("Signalist needs Python 3.11 or newer on PATH")
    assert not (house / ".venv").exists()


def test_it_is_executable() -> None:
    assert os.access(BASE_DIR / "run", os.X_OK)
    assert os.access(BASE_DIR / "manage.py", os.X_OK)
