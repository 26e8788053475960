"""Connecting and opening accounts over real sockets, at the simulator, with the adapters as they are."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from brokers.models import BrokerCredential
from brokers.simulator.server import running_simulator
from tests.clients import check_error
from trading.models import Account, LedgerEntry

KEYS = {"api_key": "sim-key-1", "api_secret": "sim-secret-1"}
TOKEN = {"token": "sim-token-1", "app_id": "1089"}
EXCHANGES = ("deribit", "delta", "binance")


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with running_simulator(seed=12) as running:
        yield running.url


@pytest.fixture(autouse=True)
def _at_the_simulator(simulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", simulator)


def connect(api: APIClient, broker: str, keys: dict[str, str], **more: Any) -> Any:
    body = {"broker": broker, "environment": "test", "credentials": keys, **more}
    return api.post("/api/connect/", body, format="json")


@pytest.mark.parametrize("broker", EXCHANGES)
def test_from_keys_to_an_account(api: APIClient, broker: str) -> None:
    answer = connect(api, broker, KEYS, save=True)
    assert answer.status_code == 200, answer.content
    data = answer.json()["data"]
    assert data["accountType"] == "demo"
    assert data["latencyMs"] > 0
    assert data["balances"]
    opened = api.post(
        "/api/accounts/", {"name": broker, "mode": "DEMO", "credential": data["credential"]["id"]}, format="json"
    )
    assert opened.status_code == 201, opened.content
    account = Account.objects.get()
    theirs = {item["currency"]: Decimal(item["total"]) for item in data["balances"]}
    assert account.balance == theirs[account.currency] > 0
    assert LedgerEntry.objects.get().amount == account.balance
    checked = api.post(f"/api/accounts/{account.pk}/check/").json()
    assert checked["connection"]["state"] == "CONNECTED"


@pytest.mark.parametrize("broker", EXCHANGES)
def test_wrong_keys(api: APIClient, broker: str) -> None:
    answer = connect(api, broker, {"api_key": "sim-key-1", "api_secret": "not-its-secret"}, save=True)
    check_error(answer, 400, "authentication_failed", "credentials")
    assert not BrokerCredential.objects.exists()


@pytest.mark.parametrize("dialect", ["current", "legacy"])
def test_deriv(api: APIClient, dialect: str) -> None:
    answer = connect(api, "deriv", {**TOKEN, "api": dialect}, save=True)
    assert answer.status_code == 200, answer.content
    data = answer.json()["data"]
    assert (data["accountId"], data["accountType"]) == ("VRTC9000001", "demo")
    assert data["balances"][0]["currency"] == "USD"
    opened = api.post(
        "/api/accounts/", {"name": "Deriv", "mode": "DEMO", "credential": data["credential"]["id"]}, format="json"
    )
    assert opened.status_code == 201, opened.content
    assert opened.json()["balance"] == "10000"


def test_the_deriv_token(api: APIClient) -> None:
    body = {"token": "sim-token-1", "appId": "1089", "accountType": "demo"}
    answer = api.post("/api/deriv/token/", body, format="json")
    state = {
        "accountType": "demo", "accountId": "VRTC9000001", "balance": "10000.00", "currency": "USD", "isValid": True,
    }  # fmt: skip
    assert answer.json() == {"success": True, "data": state}
    assert api.put("/api/deriv/token/validate/", {}, format="json").json()["data"] == state
    real = api.post("/api/deriv/token/", {**body, "accountType": "real"}, format="json")
    assert real.json()["data"]["accountId"] == "CR9000001"
    check_error(
        api.post("/api/deriv/token/", {**body, "token": "nobodys-token"}, format="json"),
        400, "authentication_failed", "token",
    )  # fmt: skip


def test_a_legacy_token_of_the_other_environment(api: APIClient) -> None:
    keys = {**TOKEN, "api": "legacy"}
    assert connect(api, "deriv", keys).status_code == 200
    error = check_error(connect(api, "deriv", keys, environment="live"), 400, "authentication_failed", "environment")
    assert error["message"].startswith("The environment live needs a real account. The token reaches: VRTC")
    body = {"token": TOKEN["token"], "appId": TOKEN["app_id"], "accountType": "real", "api": "legacy"}
    check_error(api.post("/api/deriv/token/", body, format="json"), 400, "authentication_failed", "accountType")


@pytest.mark.parametrize(
    ("broker", "symbol"), [("deribit", "BTC_USDC-PERPETUAL"), ("binance", "ETHUSDT"), ("deriv", "R_100")]
)
def test_an_account_with_sessions(api: APIClient, broker: str, symbol: str) -> None:
    keys = TOKEN if broker == "deriv" else KEYS
    credential = connect(api, broker, keys, save=True).json()["data"]["credential"]["id"]
    body = {"name": broker, "mode": "DEMO", "credential": credential, "timeframe": "5s"}
    check_error(
        api.post("/api/accounts/", {**body, "symbols": [symbol, "MOON"]}, format="json"), 400, "invalid", "symbols"
    )
    assert not Account.objects.exists()
    opened = api.post("/api/accounts/", {**body, "symbols": [symbol]}, format="json")
    assert opened.status_code == 201, opened.content
    told = opened.json()["sessions"]
    assert [(item["symbols"], item["venue"], item["status"]) for item in told] == [
        ([symbol], f"{broker}-test", "RUNNING")
    ] * 2
