import logging
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from subprocess import run
from sys import executable

import pytest

from brokers.adapters.ccxt.factory import ccxt_broker
from brokers.adapters.ccxt.profiles import BROKERS
from brokers.catalog import broker_info
from brokers.errors import BrokerError
from brokers.interface import ConnectionState
from brokers.simulator.server import RunningSimulator
from tests.brokers.adapters.ccxt.floor import Floor, keys

ROOT = Path(__file__).parents[4]


def test_ccxt_is_imported_only_when_a_client_is_made() -> None:
    """It is large, and most workers never need it."""
    code = "import sys, brokers.adapters.ccxt.adapter; sys.exit('ccxt.base' in sys.modules)"
    assert run([executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("broker_id", ["binance", "delta", "deribit"])
def test_no_key_reaches_a_log_or_an_error(
    simulator: RunningSimulator, broker_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG ccxt itself would log the headers of each request."""
    caplog.set_level(logging.DEBUG)
    sentinel = "sentinel-secret-0123456789"
    broker = ccxt_broker(broker_id, keys(secret=sentinel), timeout_ms=1500)
    broker._client.exchange.enableRateLimit = False
    texts = [broker.connect().error, repr(broker), repr(broker._client)]
    for call in (broker.get_balance, broker.positions, broker.cancel_all_orders):
        with pytest.raises(BrokerError) as caught:
            call()
        error: BaseException | None = caught.value
        while error is not None:
            texts.append(f"{error!r} {error}")
            error = error.__cause__ or error.__context__
    broker.disconnect()
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert sentinel not in " ".join(texts) + logged
    assert "sim-key-1" not in logged


def test_calls_from_many_threads_go_out_one_at_a_time(open_floor: Callable[..., Floor]) -> None:
    floor = open_floor("binance")
    reports, errors = [], []

    def trade() -> None:
        try:
            reports.append(floor.place())
        except BrokerError as error:
            errors.append(error)

    threads = [threading.Thread(target=trade) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len({report.order_id for report in reports}) == 6
    assert floor.position() == 6 * floor.quantity


def test_connecting_says_how_it_went(open_floor: Callable[..., Floor]) -> None:
    floor = open_floor("binance")
    status = floor.broker.get_connection_status()
    assert status.state == ConnectionState.CONNECTED
    assert status.latency_ms is not None
    floor.broker.disconnect()
    assert floor.broker.get_connection_status().state == ConnectionState.DISCONNECTED


@pytest.mark.parametrize("broker_id", BROKERS)
def test_the_catalog_promises_what_the_adapter_does(broker_id: str) -> None:
    told = asdict(broker_info(broker_id))["capabilities"]
    told = told if isinstance(told, dict) else asdict(told)
    can = asdict(ccxt_broker(broker_id, keys()).capabilities())
    assert {name: can[name] for name in told if name in can} == {name: told[name] for name in told if name in can}
