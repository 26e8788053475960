"""GET /api/health/."""

import time

import pytest
from django.db import connection
from django.test import Client

from config.supervise.ports import free_port
from config.supervise.probe import LIMITS
from trading.market import redis_client
from trading.stream import heartbeats

pytestmark = pytest.mark.django_db


@pytest.fixture
def all_alive() -> None:
    for name in LIMITS:
        heartbeats.beat(name)


@pytest.fixture
def no_redis(settings):
    redis_client.cache_clear()
    settings.REDIS_URL = f"redis://:a-secret@127.0.0.1:{free_port()}/0"
    yield
    redis_client.cache_clear()


def test_all_is_well(client: Client, all_alive: None) -> None:
    answer = client.get("/api/health/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]
    body = answer.json()
    assert body["status"] == "ok"
    assert set(body["checks"]) == {"database", "redis", "worker", "analyst", "beat", "streamer"}
    for check in body["checks"].values():
        assert check["ok"] is True
        assert 0 <= check["age_seconds"] < 5
        assert check["detail"]


@pytest.mark.parametrize("name", list(LIMITS))
@pytest.mark.parametrize("silent_for", [None, -1.0, 1.0])
def test_one_that_is_silent_too_long_is_down(client: Client, all_alive: None, name: str, silent_for) -> None:
    key = f"signalist:heartbeat:{name}"
    if silent_for is None:
        redis_client().delete(key)
    else:
        redis_client().set(key, time.time() - LIMITS[name] - silent_for)
    answer = client.get("/api/health/")
    checks = answer.json()["checks"]
    down = silent_for != -1.0
    assert answer.status_code == (503 if down else 200)
    assert {other for other, check in checks.items() if not check["ok"]} == ({name} if down else set())
    assert (checks[name]["age_seconds"] is None) == (silent_for is None)


def test_a_clock_that_was_set_back_is_no_negative_age(client: Client, all_alive: None) -> None:
    redis_client().set("signalist:heartbeat:worker", time.time() + 60)
    assert client.get("/api/health/").json()["checks"]["worker"]["age_seconds"] == 0


def test_without_redis_it_answers_at_once_and_tells_no_secret(client: Client, no_redis: None) -> None:
    started = time.monotonic()
    answer = client.get("/api/health/")
    assert time.monotonic() - started < 3
    assert answer.status_code == 503
    assert {name for name, check in answer.json()["checks"].items() if check["ok"]} == {"database"}
    assert "a-secret" not in answer.content.decode()
    assert "redis://" not in answer.content.decode()


def test_a_redis_that_goes_away_while_it_is_asked(client: Client, all_alive: None, monkeypatch) -> None:
    import redis

    def gone(name: str) -> float:
        raise redis.ConnectionError

    monkeypatch.setattr("config.health.age", gone)
    answer = client.get("/api/health/")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"]["detail"] == "unknown: Redis does not answer"


def test_without_a_database(client: Client, all_alive: None, monkeypatch) -> None:
    from django.db import OperationalError

    def refuse():
        raise OperationalError("password=hunter2 is wrong")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/api/health/")
    assert answer.status_code == 503
    assert not answer.json()["checks"]["database"]["ok"]
    assert "hunter2" not in answer.content.decode()


def test_it_only_answers_reads(client: Client) -> None:
    assert client.post("/api/health/").status_code == 405
