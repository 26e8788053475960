"""Fixtures that every test may use. The servers behind them are started by tests/plugin.py."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Django's slow password hash would take most of the tests' time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def redis_url() -> str:
    return os.environ["REDIS_URL"]


@pytest.fixture(autouse=True)
def _clean_redis(redis_url: str) -> None:
    """Each test finds Redis empty."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()


@pytest.fixture(scope="session", autouse=True)
def _flush_past_triggers() -> Iterator[None]:
    """Django empties SQLite's tables between transactional tests with DELETE, which the append-only triggers refuse.

    They are dropped for the flush; the migrate signal that follows it installs them again.
    """
    operations = type(connection.ops)
    original = operations.execute_sql_flush

    def flush(self: Any, sql_list: list[str]) -> Any:
        if self.connection.vendor == "sqlite":
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for (name,) in cursor.fetchall():
                    cursor.execute(f'DROP TRIGGER "{name}"')
        return original(self, sql_list)

    operations.execute_sql_flush = flush  # type: ignore[method-assign, assignment]
    yield
    operations.execute_sql_flush = original  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded market data; tests that need it are skipped where there is none."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("SIGNALIST_TEST_DATA") or default)
    if not folder.is_dir():
        pytest.skip(f"no recorded market data in {folder} (SIGNALIST_TEST_DATA names another folder)")
    return folder
