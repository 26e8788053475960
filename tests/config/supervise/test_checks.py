"""`./run test`: which steps, in which order, and where it stops."""

import pytest

from config.supervise import checks
from config.supervise.errors import StartError


@pytest.fixture
def ran(monkeypatch) -> list[str]:
    """The commands, which are noted and not run; servers are there."""
    ran: list[str] = []

    def note(command: list[str]) -> int:
        ran.append(" ".join([command[0].rsplit("/", 1)[-1], *command[1:]]))
        return 0

    monkeypatch.setattr(checks, "_run", note)
    monkeypatch.setattr(checks, "_dashboard", lambda: ran.append("dashboard") or 0)
    monkeypatch.setattr(checks.dashboard, "build", lambda: ran.append("build"))
    monkeypatch.setattr(checks, "ensure_servers", lambda *packages: ran.append(f"need {' '.join(packages)}".strip()))
    monkeypatch.setenv("SIGNALIST_CHAOS_ROUNDS", "1")
    return ran


def test_everything_is_checked_and_pytest_has_the_last_word(ran: list[str]) -> None:
    assert checks.test([]) == 0
    assert ran[0] == "need postgresql chromium"
    assert [line.split()[0] for line in ran[1:6]] == ["ruff", "ruff", "mypy", "lint-imports", "python"]
    assert "dashboard" in ran
    on_postgres, on_sqlite = ran[-2:]
    assert on_sqlite.startswith("python -m pytest -n logical ")
    assert on_postgres.startswith(f"{on_sqlite} --postgres ")


def test_the_first_failure_ends_it_with_its_exit_code(ran: list[str], monkeypatch) -> None:
    monkeypatch.setattr(checks, "_run", lambda command: ran.append(command[0]) or 3 * command[0].endswith("mypy"))
    assert checks.test([]) == 3
    assert ran[-1].endswith("mypy")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-k", "sizing"], ["need", "python -m pytest -k sizing"]),
        (["--postgres", "-k", "ledger"], ["need postgresql", "python -m pytest --postgres -k ledger"]),
        (["-m", "e2e"], ["need chromium", "build", "python -m pytest -m e2e"]),
    ],
)
def test_with_arguments_only_those_tests_run(ran: list[str], arguments: list[str], expected: list[str]) -> None:
    assert checks.test(arguments) == 0
    assert ran == expected


def test_a_missing_server_that_cannot_be_installed_is_named(monkeypatch) -> None:
    monkeypatch.setitem(checks._FOUND, "chromium", lambda: None)
    monkeypatch.setitem(checks._FOUND, "postgresql", lambda: "/usr/bin/initdb")
    monkeypatch.setattr(checks.os, "geteuid", lambda: 1000)
    with pytest.raises(StartError, match="the tests need chromium; on Debian, as root: apt-get install -y chromium"):
        checks.ensure_servers("postgresql", "chromium")
    checks.ensure_servers("postgresql")
