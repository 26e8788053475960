"""What is read from the environment, and the secrets kept in the data directory."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from brokers.vault import KeyRing
from config import environment
from config.environment import BASE_DIR


@pytest.fixture(autouse=True)
def _bare(monkeypatch) -> None:
    for name in (
        "SIGNALIST_DATA_DIR",
        "SIGNALIST_SECRET_KEY",
        "SIGNALIST_VAULT_KEYS",
        "REDIS_URL",
        "DATABASE_URL",
        "FLOWER_BASIC_AUTH",
    ):
        monkeypatch.delenv(name, raising=False)


def test_the_data_directory_is_made(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIGNALIST_DATA_DIR", str(tmp_path / "a" / "b"))
    assert environment.data_dir() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


def test_a_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = environment.secret_key(tmp_path)
    assert len(first) >= 50
    assert environment.secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert environment.secret_key(tmp_path.parent / tmp_path.name / ".") == first


def test_a_vault_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = environment.vault_keys(tmp_path)
    ring = KeyRing.parse(first)
    assert (ring.current, len(ring.keys["k1"])) == ("k1", 32)
    assert environment.vault_keys(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "vault.key").stat().st_mode) == 0o600
    assert [item.name for item in tmp_path.iterdir()] == ["vault.key"]


def test_all_who_start_together_see_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: environment.vault_keys(tmp_path), range(64)))
    assert len(keys) == 1
    assert len(KeyRing.parse(keys.pop()).keys) == 1


def test_the_environment_comes_first(monkeypatch, tmp_path: Path) -> None:
    for name in ("SIGNALIST_SECRET_KEY", "SIGNALIST_VAULT_KEYS", "REDIS_URL", "DATABASE_URL"):
        monkeypatch.setenv(name, f"from {name}")
    (tmp_path / "redis.url").write_text("redis://other")
    assert environment.secret_key(tmp_path) == "from SIGNALIST_SECRET_KEY"
    assert environment.redis_url(tmp_path) == "from REDIS_URL"
    assert environment.database_url(tmp_path) == "from DATABASE_URL"
    assert environment.vault_keys(tmp_path) == "from SIGNALIST_VAULT_KEYS"
    assert not (tmp_path / "secret.key").exists()
    assert not (tmp_path / "vault.key").exists()


def test_redis_is_the_one_that_runs_on_this_data_directory(tmp_path: Path) -> None:
    assert environment.redis_url(tmp_path) == "redis://127.0.0.1:6379/0"
    (tmp_path / "redis.url").write_text("redis://:p@127.0.0.1:4000/0\n")
    assert environment.redis_url(tmp_path) == "redis://:p@127.0.0.1:4000/0"


def test_the_database_is_a_file_there(tmp_path: Path) -> None:
    assert environment.database_url(tmp_path) == f"sqlite:///{tmp_path}/signalist.sqlite3"


def flower_login(tmp_path: Path, **extra: str) -> str:
    code = "import runpy; print(runpy.run_path('config/flower.py')['basic_auth'][0])"
    variables = {"SIGNALIST_DATA_DIR": str(tmp_path), "PYTHONPATH": str(BASE_DIR), **extra}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=BASE_DIR, env=variables, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_flower_has_a_password(tmp_path: Path) -> None:
    made = flower_login(tmp_path)
    user, _, password = made.partition(":")
    assert (user, password) == ("flower", (tmp_path / "flower.password").read_text())
    assert len(password) >= 50
    assert flower_login(tmp_path) == made
    assert flower_login(tmp_path, FLOWER_BASIC_AUTH="me:mine") == "me:mine"
