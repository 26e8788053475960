"""GET /api/brokers/."""

from typing import Any

from rest_framework.test import APIClient

from tests.trading.factories import make_instrument

SHAPE: dict[str, Any] = {
    "id": str, "name": str, "logo": str, "maxLeverage": (int, type(None)), "supportedPairs": list, "docsURL": str,
    "features": dict, "testnetAvailable": bool, "credentials": list, "state": str, "stateReason": str,
    "capabilities": dict, "keyGuide": dict,
}  # fmt: skip


def test_every_broker_in_its_shape(api: APIClient) -> None:
    body = api.get("/api/brokers/").json()
    assert body["count"] == len(body["results"]) == 18
    for item in body["results"]:
        assert set(item) == set(SHAPE)
        assert all(isinstance(item[name], kind) for name, kind in SHAPE.items())
        assert set(item["features"]) == {"spot", "futures", "perpetuals", "options", "websocket"}
        assert len(item["capabilities"]) == 8
        assert set(item["keyGuide"]) == {"url", "steps", "permissions"}
        for field in item["credentials"]:
            assert set(field) == {"name", "label", "secret", "required", "help", "choices"}


def test_some_of_them(api: APIClient) -> None:
    found = {item["id"]: item for item in api.get("/api/brokers/").json()["results"]}
    assert found["deribit"]["logo"] == "/static/brokers/deribit.svg"
    assert found["deribit"]["capabilities"]["nativeBracket"] is True
    assert found["bitmex"]["state"] == "CLOSED"
    assert "2026-09-23" in found["bitmex"]["stateReason"]
    assert found["coinbase"]["maxLeverage"] is None
    assert [field["name"] for field in found["okx"]["credentials"]] == [
        "api_key",
        "api_secret",
        "password",
        "market_type",
    ]
    assert found["paper"]["credentials"] == []


def test_pairs_that_a_broker_has_named_are_added(api: APIClient) -> None:
    make_instrument("RARE-PERPETUAL", venue="deribit-test")
    found = {item["id"]: item["supportedPairs"] for item in api.get("/api/brokers/").json()["results"]}
    assert found["deribit"][-1] == "RARE-PERPETUAL"
    assert len(found["deribit"]) == len(set(found["deribit"])) > 1
    assert "RARE-PERPETUAL" not in found["binance"]


def test_signed_in_only() -> None:
    assert APIClient().get("/api/brokers/").status_code == 401
