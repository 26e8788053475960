"""The tests' own servers are real, private, and gone afterwards."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from config.supervise.ports import is_free
from tests.servers import find_postgresql, postgresql_server, redis_server


def test_redis_comes_and_goes() -> None:
    with redis_server() as url:
        with redis.Redis.from_url(url) as client:
            assert client.set("key", "value")
        assert url != os.environ["REDIS_URL"]
    assert is_free(urlsplit(url).port or 0)


@pytest.mark.skipif(find_postgresql() is None, reason="PostgreSQL is not installed")
def test_postgresql_comes_and_goes() -> None:
    with postgresql_server() as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW data_directory").fetchone() is not None
            folder = Path(connection.execute("SHOW data_directory").fetchone()[0])  # type: ignore[index]
        assert folder.is_dir()
    assert not folder.exists()
    assert is_free(urlsplit(url).port or 0)
