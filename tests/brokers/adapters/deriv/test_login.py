"""Tokens, scopes and account types, at the simulator."""

import traceback

import pytest

from brokers.adapters.deriv import DerivBroker
from brokers.errors import AuthenticationFailed, BrokerUnavailable
from brokers.interface import ConnectionState, Environment
from brokers.simulator.server import RunningSimulator
from tests.brokers.adapters.deriv.desk import DEMO, REAL, Desk, credentials, multiplier


def test_the_account_fits_the_environment(desk: Desk) -> None:
    broker = desk.broker()
    assert broker.account is not None
    assert (broker.account.account_id, broker.account.account_type) == (DEMO, "demo")
    status = broker.get_connection_status()
    assert status.state == ConnectionState.CONNECTED
    assert status.latency_ms is not None
    assert status.connected_at is not None


def test_a_real_account_is_not_taken_for_a_demo_one(desk: Desk) -> None:
    keys = credentials(desk.api, account_id=REAL)
    said = {
        "current": "The environment test needs a demo account.",
        "legacy": "The token gives no access to the account",
    }
    with pytest.raises(AuthenticationFailed, match=said[desk.api]):
        desk.broker(credentials=keys)
    status = desk.opened[-1].get_connection_status()
    assert status.state == ConnectionState.REFUSED
    assert REAL in status.error


def test_a_wrong_token_is_refused_and_repeated_nowhere(desk: Desk) -> None:
    secret = "not-a-token-123"
    with pytest.raises(AuthenticationFailed) as refused:
        desk.broker(credentials=credentials(desk.api, secret))
    assert secret not in str(refused.value)
    assert secret not in "".join(traceback.format_exception(refused.value))
    assert secret not in desk.opened[-1].get_connection_status().error


def test_a_connection_needs_somebody_at_the_other_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", "http://127.0.0.1:9")
    with pytest.raises(BrokerUnavailable):
        desk.broker()
    assert desk.opened[-1].get_connection_status().state == ConnectionState.DISCONNECTED


def test_a_token_without_the_scope_to_trade_is_refused_by_name(desk: Desk) -> None:
    tokens = [
        token["token"]
        for account in desk.sim.control.accounts()["deriv"]
        for token in account["tokens"]
        if "trade" not in token["scopes"]
    ]
    assert tokens
    with pytest.raises(AuthenticationFailed, match="scope trade"):
        desk.broker(credentials=credentials(desk.api, tokens[0]))


def test_a_broker_that_was_closed_connects_again(desk: Desk) -> None:
    broker = desk.broker()
    broker.disconnect()
    assert broker.get_connection_status().state == ConnectionState.DISCONNECTED
    with pytest.raises(BrokerUnavailable):
        broker.get_balance()
    broker.connect()
    assert broker.get_balance()[0].currency == "USD"


def test_without_a_token_there_is_market_data_alone(simulator: RunningSimulator) -> None:
    broker = DerivBroker(credentials("current", ""))
    broker.connect()
    try:
        assert broker.quote("R_100").last > 0
        assert broker.get_candles("R_100", "1m", limit=3)
        with pytest.raises(AuthenticationFailed, match="token: "):
            broker.get_balance()
        with pytest.raises(AuthenticationFailed, match="token: "):
            broker.place_order(multiplier("co-1"), broker.quote("R_100"), broker.get_instrument_info("R_100"))
    finally:
        broker.disconnect()


def test_an_unknown_api_is_refused() -> None:
    with pytest.raises(ValueError, match="api: "):
        DerivBroker(credentials("v4", environment=Environment.TEST))
