from collections.abc import Iterator

import pytest
import redis

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.adapters.deriv.desk import Desk


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSimulator]:
    with running_simulator(seed=3) as running:
        monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", running.url)
        yield running


@pytest.fixture(params=["current", "legacy"])
def desk(request: pytest.FixtureRequest, simulator: RunningSimulator, redis_url: str) -> Iterator[Desk]:
    with redis.Redis.from_url(redis_url) as client:
        found = Desk(simulator, request.param, client)
        try:
            yield found
        finally:
            for broker in found.opened:
                broker.disconnect()
