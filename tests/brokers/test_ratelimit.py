"""Budgets: never more than the limit in any window, whoever asks; waiting up to a bound."""

import threading
import time
from collections.abc import Iterator

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from redis.backoff import NoBackoff
from redis.retry import Retry

from brokers.errors import BrokerUnavailable, RateLimited
from brokers.ratelimit import Budget, LocalRateLimiter, RateLimiter, RedisRateLimiter, Throttle, Window, rate_limiter


@pytest.fixture
def client(redis_url: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(redis_url) as found:
        yield found


@pytest.fixture(params=["redis", "local"])
def limiter(request: pytest.FixtureRequest, client: "redis.Redis") -> RateLimiter:
    return rate_limiter(client if request.param == "redis" else None)


def test_the_limit_holds_and_says_when_there_is_room_again(limiter: RateLimiter) -> None:
    budget = Budget("one", (Window(3, 60), Window(100, 3600)))
    assert [limiter.take(budget) for _ in range(3)] == [0, 0, 0]
    assert 58 < limiter.take(budget) <= 62
    assert limiter.take(Budget("two", budget.windows)) == 0


def test_the_longer_window_holds_too(limiter: RateLimiter) -> None:
    budget = Budget("one", (Window(100, 1), Window(4, 600)))
    assert [limiter.take(budget) for _ in range(4)] == [0, 0, 0, 0]
    assert limiter.take(budget) > 590


def test_room_comes_back(limiter: RateLimiter) -> None:
    budget = Budget("one", (Window(2, 0.3),))
    assert [limiter.take(budget) for _ in range(2)] == [0, 0]
    wait = limiter.take(budget)
    assert 0 < wait < 0.4
    time.sleep(wait)
    assert limiter.take(budget) == 0


def test_a_block_holds_everybody(limiter: RateLimiter) -> None:
    budget = Budget("one", (Window(100, 60),))
    limiter.block(budget, 5.0)
    assert 4 < limiter.take(budget) <= 5


def test_processes_share_one_count(redis_url: str) -> None:
    budget = Budget("shared", (Window(40, 60), Window(1000, 3600)))
    taken: list[bool] = []

    def work() -> None:
        with redis.Redis.from_url(redis_url) as own:
            limiter = RedisRateLimiter(own)
            taken.extend(limiter.take(budget) == 0 for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 40


@given(gaps=st.lists(st.floats(0, 3), min_size=1, max_size=80), limit=st.integers(1, 6))
def test_no_window_ever_holds_more_than_the_limit(gaps: list[float], limit: int) -> None:
    now = [1000.0]
    limiter = LocalRateLimiter(lambda: now[0])
    budget = Budget("one", (Window(limit, 6.0),))
    taken: list[float] = []
    for gap in gaps:
        now[0] += gap
        wait = limiter.take(budget)
        if wait == 0:
            taken.append(now[0])
        else:
            assert wait <= 6.0 + 0.2
        assert len([moment for moment in taken if moment > now[0] - 6.0]) <= limit


def test_waiting_has_a_bound() -> None:
    now = [0.0]
    limiter = LocalRateLimiter(lambda: now[0])

    def sleep(seconds: float) -> None:
        now[0] += seconds

    throttle = Throttle(limiter, longest_wait=2.0, sleep=sleep)
    quick, slow = Budget("quick", (Window(1, 1.0),)), Budget("slow", (Window(1, 60.0),))
    for _ in range(3):
        throttle.take([quick])
    assert 2.0 <= now[0] <= 2.1
    throttle.take([slow])
    with pytest.raises(RateLimited) as refused:
        throttle.take([slow])
    assert 59 < refused.value.retry_after < 62


def test_without_its_redis_nothing_is_let_through() -> None:
    limiter = RedisRateLimiter(redis.Redis(port=9, retry=Retry(NoBackoff(), 0)))
    with pytest.raises(BrokerUnavailable):
        limiter.take(Budget("one", (Window(1, 1),)))
    with pytest.raises(BrokerUnavailable):
        limiter.block(Budget("one", (Window(1, 1),)), 1)


@pytest.mark.parametrize(("limit", "seconds", "name"), [(0, 1, "limit"), (1, 0, "seconds")])
def test_windows_have_a_size(limit: int, seconds: float, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Window(limit, seconds)
