"""POST /api/signals/."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from signals.models import Signal, SignalSource
from tests.clients import check_error, client_of
from tests.trading.factories import make_user

GOOD: dict[str, Any] = {"symbol": "BTCUSDT", "direction": "LONG", "confidence": "0.83"}
FULL: dict[str, Any] = {
    **GOOD,
    "market_type": "FUTURES",
    "venue": "sim",
    "timeframe": "5m",
    "entry_price": "100.5",
    "stop_loss": 99.123456789012345,
    "take_profits": ["103", 101.5],
    "expires_in_seconds": 120,
    "strategy": "my bot",
    "evidence": {"rsi": 71.5, "why": ["crossed", None, True]},
}


@pytest.fixture
def api(db: None) -> APIClient:
    return client_of(make_user())


def post(api: APIClient, body: Any, key: str | None = None) -> Any:
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post("/api/signals/", body, format="json", **headers)


def test_a_signal_comes_in(api: APIClient) -> None:
    answer = post(api, FULL)
    assert answer.status_code == 201
    body = answer.json()
    assert body["take_profits"] == ["101.5", "103"]
    assert body["stop_loss"] == "99.123456789012"
    assert body["entry_price"] == "100.5"
    assert body["evidence"] == FULL["evidence"]
    assert (body["source"], body["status"], body["decisions"]) == ("API", "ACTIVE", [])
    signal = Signal.objects.get(public_id=body["id"])
    assert signal.owner is not None
    assert signal.expires_at - signal.market_time == timedelta(seconds=120)


def test_the_least_that_is_needed(api: APIClient) -> None:
    body = post(api, GOOD).json()
    assert (body["market_type"], body["venue"], body["stop_loss"], body["take_profits"]) == ("SPOT", "", None, [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"symbol": ""}, "symbol"),
        ({"symbol": "A B"}, "symbol"),
        ({"symbol": "x" * 41}, "symbol"),
        ({"direction": "UP"}, "direction"),
        ({"market_type": "BOND"}, "market_type"),
        ({"confidence": 1.01}, "confidence"),
        ({"confidence": -0.1}, "confidence"),
        ({"confidence": "NaN"}, "confidence"),
        ({"confidence": "Infinity"}, "confidence"),
        ({"confidence": True}, "confidence"),
        ({"confidence": None}, "confidence"),
        ({"timeframe": "7m"}, "timeframe"),
        ({"entry_price": 0}, "entry_price"),
        ({"entry_price": "1e400"}, "entry_price"),
        ({"entry_price": "1e-30"}, "entry_price"),
        ({"stop_loss": -1}, "stop_loss"),
        ({"take_profits": "103"}, "take_profits"),
        ({"take_profits": ["103", "x"]}, "take_profits.1"),
        ({"take_profits": [101] * 11}, "take_profits"),
        ({"expires_in_seconds": 0}, "expires_in_seconds"),
        ({"expires_in_seconds": 86_401}, "expires_in_seconds"),
        ({"strategy": "x" * 61}, "strategy"),
        ({"evidence": []}, "evidence"),
        ({"evidence": {"x": "y" * 4000}}, "evidence"),
        ({"evidence": {"x": "\0"}}, "evidence"),
        ({"evidence": {"x": [[[[[[[[[[[1]]]]]]]]]]]}}, "evidence"),
        ({"leverage": 3}, "leverage"),
        ({"entry_price": 100, "stop_loss": 100}, "stop_loss"),
        ({"entry_price": 100, "stop_loss": 101}, "stop_loss"),
        ({"entry_price": 100, "take_profits": [99]}, "take_profits"),
        ({"stop_loss": 100, "take_profits": [99]}, "take_profits"),
        ({"direction": "SHORT", "entry_price": 100, "stop_loss": 99}, "stop_loss"),
        ({"direction": "SHORT", "entry_price": 100, "take_profits": [101]}, "take_profits"),
    ],
)
def test_what_is_wrong_is_named(api: APIClient, change: dict[str, Any], field: str) -> None:
    check_error(post(api, {**GOOD, **change}), 400, "invalid", field)
    assert not Signal.objects.exists()


def test_numbers_that_json_lets_through_and_databases_do_not(api: APIClient) -> None:
    body = '{"symbol": "A", "direction": "LONG", "confidence": 0.9, "evidence": {"x": 1e999}}'
    check_error(api.post("/api/signals/", body, content_type="application/json"), 400, "invalid", "evidence")


@pytest.mark.parametrize("body", ['{"\\ud800": 1}', '{"direction": "\\uDFFF"}', '{"evidence": {"a": "\\ud800"}}'])
def test_half_characters_are_refused(api: APIClient, body: str) -> None:
    check_error(api.post("/api/signals/", body, content_type="application/json"), 400, "parse_error")


def test_programs_may_send_all_digits_of_a_float(api: APIClient) -> None:
    body = post(api, {**GOOD, "confidence": 1 / 3, "entry_price": 0.1 + 0.2}).json()
    assert Decimal(body["confidence"]) == Decimal("0.3333")
    assert body["entry_price"] == "0.3"


def test_a_key_makes_a_repetition_harmless(api: APIClient) -> None:
    first, again = post(api, FULL, "k1"), post(api, FULL, "k1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Signal.objects.count() == 1
    assert post(api, FULL, "k2").status_code == 201
    assert post(client_of(make_user()), FULL, "k1").status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"symbol": "ETHUSDT"},
        {"direction": "SHORT", "entry_price": None, "stop_loss": None, "take_profits": []},
        {"confidence": "0.84"},
        {"entry_price": "100.6"},
        {"stop_loss": None},
        {"take_profits": ["101.5"]},
        {"timeframe": "1m"},
        {"expires_in_seconds": 121},
        {"strategy": "other"},
        {"evidence": {}},
    ],
)
def test_a_key_is_good_for_one_signal(api: APIClient, change: dict[str, Any]) -> None:
    post(api, FULL, "k1")
    check_error(post(api, {**FULL, **change}, "k1"), 422, "idempotency_key_reused")
    assert Signal.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "a\tb"])
def test_a_key_must_be_one(api: APIClient, key: str) -> None:
    check_error(post(api, GOOD, key), 400, "invalid", "Idempotency-Key")


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from([*FULL, "other"]), _json, max_size=8))
def test_no_body_breaks_it(api: APIClient, body: dict[str, Any]) -> None:
    text = json.dumps({**GOOD, **body})
    answer = api.post("/api/signals/", text, content_type="application/json")
    assert answer.status_code in (201, 400), answer.content
    if answer.status_code == 400:
        check_error(answer, 400, answer.json()["error"]["code"])
    else:
        saved = Signal.objects.get(public_id=answer.json()["id"])
        assert saved.source == SignalSource.API
        assert Decimal(0) <= saved.confidence <= 1
