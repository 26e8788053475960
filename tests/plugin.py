"""Starts the tests' own servers before Django reads its settings.

Each process of pytest-xdist (`-n 2`) has a Redis and a data folder to itself, and a database of its own in the one
PostgreSQL that the first process starts.
"""

import os
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import postgresql_server, redis_server

_servers = ExitStack()
_ROOT = Path(__file__).resolve().parent.parent
_ONE_OF_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ
_HEAVY = {"db", "transactional_db", "simulator", "desk", "floor", "staff", "api", "client"}
_NOT_UNITS = (
    "conformance/",
    "simulator/",
    "adapters/",
    "gateway/",
    "supervise/",
    "test_servers",
    "test_run",
    "test_stack",
    "analytics/backtest/",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run on PostgreSQL instead of SQLite")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    folder = _servers.enter_context(tempfile.TemporaryDirectory(prefix="signalist-tests-"))
    os.environ["SIGNALIST_DATA_DIR"] = folder
    os.environ["REDIS_URL"] = _servers.enter_context(redis_server())
    os.environ["SIGNALIST_SECRET_KEY"] = "only-for-tests-" * 4
    os.environ.setdefault("NUMBA_CACHE_DIR", str(_ROOT / "var" / "numba"))  # compiling takes longer than most tests
    os.environ["SIGNALIST_DB_CONN_MAX_AGE"] = "0"  # a thread's connection left open keeps the test database in use
    os.environ.pop("SIGNALIST_DEMO_PASSWORD", None)
    if not _ONE_OF_SEVERAL:
        os.environ["PYTEST_PLUGINS"] = __name__  # so that the others load this file before Django's settings, too
        os.environ.pop("DATABASE_URL", None)
        if early_config.known_args_namespace.postgres:
            os.environ["DATABASE_URL"] = _servers.enter_context(postgresql_server())
    return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `unit` what needs no database, no socket and no process: the inner loop, `./run test -m unit`; and as
    `database` what runs against one.
    """
    for item in items:
        fixtures, marks = set(getattr(item, "fixturenames", ())), {mark.name for mark in item.iter_markers()}
        if "django_db" in marks or fixtures & {"db", "transactional_db"}:
            item.add_marker("database")
        apart = any(part in item.nodeid for part in _NOT_UNITS)
        if not apart and not fixtures & _HEAVY and not marks & {"django_db", "e2e", "stack", "chaos"}:
            item.add_marker("unit")


def pytest_unconfigure(config: pytest.Config) -> None:
    _servers.close()
