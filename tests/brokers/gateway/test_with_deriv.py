"""A worker trades at Deriv through the streamer's one connection."""

from collections.abc import Iterator
from typing import cast

import pytest
import redis

from brokers.errors import OutcomeUnknown
from brokers.gateway import GatewayBroker, GatewayServer
from brokers.interface import LiveBroker, OrderReport
from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.adapters.deriv.desk import Desk, multiplier, sale, until


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSimulator]:
    with running_simulator(seed=5) as running:
        monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", running.url)
        yield running


def test_an_order_from_a_worker_to_its_end(simulator: RunningSimulator, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        desk = Desk(simulator, "current", client)
        adapter = desk.broker()
        server = GatewayServer(client, lambda account: cast(LiveBroker, adapter))
        server.start(["7"])
        worker, second = GatewayBroker(client, "7"), GatewayBroker(client, "7")
        told: list[OrderReport] = []
        try:
            worker.subscribe_orders(told.append)
            quote, instrument = worker.quote("R_100"), worker.get_instrument_info("R_100")
            bought = worker.place_order(multiplier("co-1"), quote, instrument)
            desk.faults({"call": "buy", "kind": "drop_reply", "times": 1})
            with pytest.raises(OutcomeUnknown):
                second.place_order(multiplier("co-2"), quote, instrument)
            found = worker.get_order("R_100", client_order_id="co-2")
            assert found is not None
            assert {report.order_id for report in (bought, found)} == {
                str(row["contract_id"]) for row in desk.contracts()
            }
            sold = second.place_order(sale("co-3", bought), quote, instrument)
            until(lambda: sold.order_id in {report.order_id for report in told})
            assert [position.position_id for position in worker.positions()] == [found.order_id]
            assert worker.connect() == adapter.get_connection_status()
        finally:
            worker.disconnect()
            server.stop()
    assert adapter.get_connection_status().connected_at is not None
