"""docker-compose.yml cannot be started here: it is held against the settings, the Procfile and the documents."""

import re
from typing import Any

import environ
import pytest
import yaml

from config.environment import BASE_DIR
from config.supervise import probe
from config.supervise.procfile import processes

COMPOSE: dict[str, Any] = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
_VARIABLE = re.compile(r"\b(?:SIGNALIST|FLOWER|POSTGRES)_[A-Z_]+\b|\bPORT\b|\b(?:DATABASE|REDIS)_URL\b")


def read(*patterns: str) -> str:
    return "\n".join(path.read_text() for pattern in patterns for path in sorted(BASE_DIR.glob(pattern)))


def documented() -> set[str]:
    rows = [line for line in read("README.md", "docs/deploy.md").splitlines() if line.startswith("| `")]
    return {name for row in rows for name in _VARIABLE.findall(row.split("|")[1])}


def expand(text: str, environment: dict[str, str]) -> str:
    """Compose's own `${NAME:-default}`."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: environment.get(found[1]) or found[2], text)


def test_each_process_of_the_procfile_has_its_service_and_no_other_command() -> None:
    commands = {name: service["command"] for name, service in OURS.items()}
    assert commands.pop("prepare") == "prepare"
    assert commands == {name: f"process {name}" for name in processes()}


def test_the_processes_wait_for_the_prepared_database_and_redis() -> None:
    for name, service in OURS.items():
        expected = (
            {"postgres": "service_healthy"} if name == "prepare" else {"prepare": "service_completed_successfully"}
        )
        waits = {other: condition["condition"] for other, condition in service["depends_on"].items()}
        assert waits == {**expected, "redis": "service_healthy"}


def test_the_addresses_are_those_of_the_services() -> None:
    environment = OURS["web"]["environment"]
    database = environ.Env.db_url_config(expand(environment["DATABASE_URL"], {"POSTGRES_PASSWORD": "secret"}))
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert database["HOST"] in SERVICES
    theirs = SERVICES[database["HOST"]]["environment"]
    assert (database["USER"], database["NAME"]) == (theirs["POSTGRES_USER"], theirs["POSTGRES_DB"])
    assert database["PASSWORD"] == expand(theirs["POSTGRES_PASSWORD"], {"POSTGRES_PASSWORD": "secret"})
    assert re.fullmatch(r"redis://redis:6379/0", environment["REDIS_URL"])
    assert int(SERVICES["postgres"]["image"].split(":")[1]) >= 16


def test_every_variable_that_compose_sets_is_read() -> None:
    read_by_us = set(_VARIABLE.findall(read("config/**/*.py", "trading/**/*.py", "signals/**/*.py", "Procfile")))
    for service in OURS.values():
        assert set(service["environment"]) <= read_by_us


def test_every_variable_is_documented() -> None:
    used = set(re.findall(r"\$\{(\w+)", (BASE_DIR / "docker-compose.yml").read_text()))
    code = read("config/*.py", "config/supervise/*.py", "trading/**/*.py", "signals/**/*.py", "brokers/**/*.py")
    used |= set(re.findall(r"""["'](SIGNALIST_[A-Z_]+|FLOWER_[A-Z_]+)["']""", code)) | set(
        re.findall(r"\$\{([A-Z]\w+)", read("Procfile", "run"))
    ) - {"BASH_SOURCE"}
    assert used <= documented()


def test_what_is_documented_exists() -> None:
    code = read(
        "config/**/*.py",
        "trading/**/*.py",
        "signals/**/*.py",
        "brokers/**/*.py",
        "tests/**/*.py",
        "Procfile",
        "run",
        "*.yml",
    )
    assert documented() <= set(_VARIABLE.findall(code))


def test_redis_keeps_what_it_was_told() -> None:
    assert "--appendonly yes" in SERVICES["redis"]["command"]
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]


def test_nothing_but_the_web_server_and_flower_is_published() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"web", "flower"}
    for name, ports in published.items():
        for port in ports:
            host, _, inside = expand(port, {}).rsplit(":", 2)
            assert host == "127.0.0.1"
            assert inside == OURS[name]["environment"]["PORT" if name == "web" else "FLOWER_PORT"]


def test_services_that_scale_have_no_name_and_no_port() -> None:
    for name in ("worker", "analyst", "streamer"):
        assert "container_name" not in OURS[name]
        assert "ports" not in OURS[name]


def test_trading_has_the_processor_before_the_analyst_does() -> None:
    assert OURS["analyst"]["cpu_shares"] < 1024, "what the others have without a word"
    assert all("cpu_shares" not in service for name, service in SERVICES.items() if name != "analyst")


@pytest.mark.parametrize("name", [name for name in OURS if name != "prepare"])
def test_every_process_is_watched_by_a_check_that_exists(name: str) -> None:
    assert OURS[name]["healthcheck"]["test"] == ["CMD", "python", "-m", "config.supervise", "health", name]
    assert name in {*probe.LIMITS, "web", "flower"}


def test_volumes_are_declared() -> None:
    mounted = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


def test_the_image_carries_what_it_runs_and_no_secret() -> None:
    ignored = (BASE_DIR / ".dockerignore").read_text().splitlines()
    assert {".env", "var", ".venv", ".git"} <= set(ignored)
    for copied in (
        "requirements.txt",
        "dashboard/package.json",
        "dashboard/package-lock.json",
        "Procfile",
        "manage.py",
    ):
        assert (BASE_DIR / copied).exists()
        assert copied not in ignored
    dockerfile = (BASE_DIR / "Dockerfile").read_text()
    assert dockerfile.index("USER signalist") < dockerfile.index("ENTRYPOINT")
