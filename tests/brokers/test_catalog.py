"""The catalog: complete, consistent, and true to the adapters."""

import xml.etree.ElementTree as ET

import pytest
from django.contrib.staticfiles import finders

from brokers.catalog import BrokerClosed, BrokerInfo, BrokerState, UnknownBroker, broker_info, brokers, open_broker
from brokers.interface import Credentials, Environment, Secret
from brokers.registry import live_broker_for

ALL = brokers()
IDS = [info.id for info in ALL]
LIVE = [info for info in ALL if info.state == BrokerState.AVAILABLE and info.credentials]
# The broker's own limit, as published.
LEVERAGE = {
    "deribit": 50, "binance": 125, "bybit": 100, "okx": 125, "kraken": 5, "bitget": 125, "kucoin": 100, "mexc": 200,
    "gate": 100, "bitmex": 100, "htx": 125, "phemex": 100, "coinbase": None, "bitstamp": None, "bitfinex": 10,
}  # fmt: skip


def test_who_is_listed() -> None:
    assert [*LEVERAGE, "deriv", "delta", "paper"] == IDS
    assert len({info.name for info in ALL}) == 18


def test_published_leverage() -> None:
    assert {info.id: info.max_leverage for info in ALL if info.id in LEVERAGE} == LEVERAGE


@pytest.mark.parametrize("info", ALL, ids=IDS)
def test_every_entry_is_complete(info: BrokerInfo) -> None:
    assert info.supported_pairs
    assert len(set(info.supported_pairs)) == len(info.supported_pairs)
    assert set(info.features) == {"spot", "futures", "perpetuals", "options", "websocket"}
    assert (info.max_leverage is None) == (not (info.features["futures"] or info.features["perpetuals"]
                                                or info.id == "deriv"))  # fmt: skip
    if info.id != "paper":
        assert info.docs_url.startswith("https://")
        assert info.key_guide.url.startswith("https://")
        assert info.key_guide.steps
    if info.state == BrokerState.AVAILABLE and info.id != "paper":
        assert info.key_guide.permissions
        assert any(field.secret and field.required for field in info.credentials)
        assert not any("withdraw" in item.lower() for item in info.key_guide.permissions), "least rights"


@pytest.mark.parametrize("info", ALL, ids=IDS)
def test_every_logo_is_an_image_that_is_served(info: BrokerInfo) -> None:
    path = finders.find(info.logo)
    assert path
    root = ET.parse(str(path)).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "script" not in ET.tostring(root, encoding="unicode")


def test_bitmex_is_closed() -> None:
    info = broker_info("bitmex")
    assert info.state == BrokerState.CLOSED
    assert "2026-09-23" in info.state_reason
    with pytest.raises(BrokerClosed, match="2026-09-23"):
        open_broker("bitmex")
    with pytest.raises(BrokerClosed, match="2026-09-23"):
        live_broker_for("bitmex", Credentials({}))


@pytest.mark.parametrize("name", ["nowhere", "paper", "", "Deribit"])
def test_what_cannot_be_connected(name: str) -> None:
    with pytest.raises(UnknownBroker):
        live_broker_for(name, Credentials({}))


@pytest.mark.parametrize("info", LIVE, ids=[info.id for info in LIVE])
def test_the_catalog_says_what_the_adapter_does(info: BrokerInfo) -> None:
    """Without asking the broker: no connection is made."""
    secrets = {field.name: Secret("0123456789abcdef") for field in info.credentials if not field.choices}
    broker = live_broker_for(info.id, Credentials(secrets, Environment.LIVE))
    capabilities = broker.capabilities()
    assert {name: getattr(capabilities, name) for name in info.capabilities} == dict(info.capabilities)


@pytest.mark.parametrize("info", [info for info in LIVE if info.id != "deriv"], ids=lambda info: info.id)
def test_what_ccxt_needs_is_asked_for(info: BrokerInfo) -> None:
    import ccxt

    from brokers.adapters.ccxt.profiles import venue_for

    exchange = getattr(ccxt, venue_for(info.id).ccxt_id)()
    names = {"apiKey": "api_key", "secret": "api_secret", "password": "password"}
    needed = {names[name] for name, required in exchange.requiredCredentials.items() if required}
    assert needed == {field.name for field in info.credentials if field.required}
    test = venue_for(info.id, "", Environment.TEST)
    assert info.testnet_available == test.has_sandbox
