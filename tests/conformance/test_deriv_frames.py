"""Every frame that our adapter sends to Deriv is one that its documentation allows, in both APIs.

The adapter trades at the simulator over real sockets; what leaves through the socket library is what is checked.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import redis
import websocket

from brokers.errors import BrokerUnavailable, OutcomeUnknown
from brokers.interface import Bracket, ConnectionState, ContractTerms, ContractType, OrderChange, OrderRequest, Side
from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.adapters.deriv.desk import Desk, multiplier, rise, sale, until
from tests.conformance.frames import Api, validate

CALLS = {
    "active_symbols", "balance", "buy", "contract_update", "contracts_for", "forget", "ping", "portfolio",
    "profit_table", "proposal", "proposal_open_contract", "sell", "statement", "ticks", "ticks_history", "transaction",
}  # fmt: skip


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSimulator]:
    with running_simulator(seed=11) as running:
        monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", running.url)
        yield running


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that went out, in their order."""
    texts: list[str] = []
    original = websocket.WebSocket.send

    def send(self: websocket.WebSocket, payload: Any, *arguments: Any, **options: Any) -> Any:
        texts.append(payload)
        return original(self, payload, *arguments, **options)

    monkeypatch.setattr(websocket.WebSocket, "send", send)
    return texts


@pytest.mark.parametrize("api", ["current", "legacy"])
def test_every_frame_is_one_that_the_documentation_allows(
    api: Api, simulator: RunningSimulator, sent: list[str], redis_url: str
) -> None:
    with redis.Redis.from_url(redis_url) as client:
        desk = Desk(simulator, api, client)
        try:
            trade_everything(desk)
        finally:
            for broker in desk.opened:
                broker.disconnect()
    calls = [validate(api, text) for text in sent]
    assert set(calls) == CALLS | ({"authorize"} if api == "legacy" else set())
    numbers = [json.loads(text)["req_id"] for text in sent]
    assert all(isinstance(number, int) for number in numbers)


def trade_everything(desk: Desk) -> None:
    broker = desk.broker()
    broker.symbols()
    latest = broker.get_candles("R_100", "1m", limit=10)
    broker.get_candles("R_100", "1h", since_ms=latest[0].time, limit=2)
    broker.get_candles("R_100", "5m", since_ms=latest[0].time, limit=5000)
    orders = broker.subscribe_orders(lambda report: None)
    quotes = broker.subscribe_quotes(["R_100", "frxEURUSD"], lambda quote: None)
    broker.subscribe_balance(lambda balance: None)
    spot = Decimal(str(broker.quote("R_10").last))
    spot = Decimal(str(broker.quote("R_100").last))

    bracket = Bracket(stop_loss=spot * Decimal("0.9961"), take_profit=spot * Decimal("1.0123"))
    bought = desk.place(broker, multiplier("co-1", "10.35", bracket=bracket))
    instrument = broker.get_instrument_info("R_100")
    change = OrderChange(stop_loss=spot * Decimal("0.9977"), take_profit=spot * Decimal("1.007"))
    broker.amend_order(bought, change, instrument)
    broker.amend_order(bought, OrderChange(take_profit=spot * Decimal("1.009")), instrument)
    desk.place(broker, multiplier("co-2", up=False, bracket=Bracket(take_profit=spot * Decimal("0.98"))))
    desk.place(broker, rise("co-3"))
    terms = ContractTerms(ContractType.ACCU, Decimal(5), growth_rate=Decimal("0.02"), take_profit=Decimal("1.5"))
    desk.place(broker, OrderRequest("co-4", "R_100", Side.BUY, Decimal(5), contract=terms))
    fall = ContractTerms(ContractType.PUT, Decimal("7.77"), duration=5, duration_unit="m")
    broker.offer("R_100", fall)
    desk.place(broker, sale("co-5", bought))

    desk.faults({"call": "buy", "kind": "disconnect_before", "times": 1})
    with pytest.raises(OutcomeUnknown):
        desk.place(broker, rise("co-6"))
    assert broker.get_order("R_100", client_order_id="co-6") is None  # portfolio, profit table and statement
    desk.faults({"call": "balance", "kind": "disconnect_before", "times": 1})
    with pytest.raises(BrokerUnavailable):
        broker.get_balance()
    until(lambda: broker.get_connection_status().state == ConnectionState.CONNECTED)
    broker.get_balance()
    broker.positions()
    broker.executions_since(0.0)
    broker.unsubscribe(quotes)
    broker.unsubscribe(orders)


def test_an_address_for_each_connection_and_no_token_on_the_current_socket(
    simulator: RunningSimulator, sent: list[str], redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls: list[str] = []
    original = websocket.create_connection

    def connect(url: str, *arguments: Any, **options: Any) -> Any:
        urls.append(url)
        return original(url, *arguments, **options)

    monkeypatch.setattr(websocket, "create_connection", connect)
    with redis.Redis.from_url(redis_url) as client:
        desk = Desk(simulator, "current", client)
        broker = desk.broker()
        for number in (1, 2):
            desk.faults({"call": "balance", "kind": "disconnect_before", "times": 1})
            with pytest.raises(BrokerUnavailable):
                broker.get_balance()
            until(lambda number=number: broker.get_connection_status().reconnects == number)
        broker.disconnect()
    assert len(set(urls)) == len(urls) == 3
    assert not any("sim-token-1" in text for text in [*sent, *urls])
