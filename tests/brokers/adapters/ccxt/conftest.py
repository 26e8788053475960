from collections.abc import Callable, Iterator

import pytest

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.adapters.ccxt.floor import VENUES, Floor


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSimulator]:
    with running_simulator(seed=1) as running:
        monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", running.url)
        yield running


@pytest.fixture
def open_floor(simulator: RunningSimulator) -> Iterator[Callable[..., Floor]]:
    """Makes floors, and closes them."""
    made: list[Floor] = []

    def make(broker_id: str, **options: object) -> Floor:
        made.append(Floor(simulator, broker_id, **options))
        return made[-1]

    yield make
    for item in made:
        item.broker.disconnect()


@pytest.fixture(params=list(VENUES))
def floor(request: pytest.FixtureRequest, open_floor: Callable[..., Floor]) -> Floor:
    return open_floor(request.param)
