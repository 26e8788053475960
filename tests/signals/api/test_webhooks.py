"""POST /api/webhooks/<secret-id>/."""

import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from signals.api.webhooks import MAX_BYTES, WebhookThrottle
from signals.models import Signal, WebhookEndpoint
from tests.clients import check_error
from tests.trading.factories import make_user

ALERT = {"ticker": "BINANCE:BTCUSDT", "action": "buy", "price": 100, "sl": 99, "tp": 102, "strength": 85}


@pytest.fixture
def hook(db: None) -> SimpleNamespace:
    owner = make_user()
    endpoint, secret_id = WebhookEndpoint.issue(owner_id=owner.pk, name="tv")
    return SimpleNamespace(owner=owner, endpoint=endpoint, path=f"/api/webhooks/{secret_id}/")


@pytest.fixture
def clock() -> Iterator[SimpleNamespace]:
    """A clock that tests may move."""
    moved = SimpleNamespace(seconds=0.0)
    wall, now = time.time, timezone.now
    with (
        patch("signals.api.webhooks.time.time", lambda: wall() + moved.seconds),
        patch("django.utils.timezone.now", lambda: now() + timedelta(seconds=moved.seconds)),
    ):
        yield moved


def send(hook: SimpleNamespace, body: Any, content_type: str = "application/json", **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    client = APIClient(raise_request_exception=False)
    return client.generic("POST", hook.path, raw, content_type=content_type, **headers)


def with_secret(hook: SimpleNamespace, **fields: Any) -> dict[str, Any]:
    return {**ALERT, "secret": hook.endpoint.signing_secret, **fields}


def signed(hook: SimpleNamespace, body: Any, stamp: str | None = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(time.time())) if stamp is None else stamp
    mac = hmac.new(hook.endpoint.signing_secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256)
    return send(hook, raw, HTTP_X_SIGNATURE=f"sha256={mac.hexdigest()}", HTTP_X_TIMESTAMP=stamp)


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain; charset=utf-8", "application/x-www-form-urlencoded"]
)
def test_an_alert_becomes_its_owners_signal(hook: SimpleNamespace, content_type: str) -> None:
    answer = send(hook, with_secret(hook), content_type)
    assert answer.status_code == 201, answer.content
    signal = Signal.objects.get()
    assert (signal.owner, signal.source, signal.symbol, signal.direction) == (hook.owner, "WEBHOOK", "BTCUSDT", "LONG")
    assert (signal.entry_price, signal.stop_loss, signal.take_profits) == (100, 99, ["102"])
    assert answer.json()["confidence"] == "0.8500"
    assert WebhookEndpoint.objects.get().last_used_at is not None


def test_a_signed_alert_needs_no_secret(hook: SimpleNamespace) -> None:
    assert signed(hook, ALERT).status_code == 201


def test_the_secret_is_neither_stored_nor_logged_nor_answered(
    hook: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = send(hook, with_secret(hook, comment="x"))
        send(hook, with_secret(hook, mistyped="x"))
    secret = hook.endpoint.signing_secret
    signal = Signal.objects.get()
    assert secret not in json.dumps([signal.evidence, signal.strategy, signal.dedupe_key])
    assert secret not in answer.content.decode()
    assert secret not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM signals_webhookendpoint")
        assert secret not in str(cursor.fetchall())


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({}, {}),
        ({"secret": "wrong"}, {}),
        ({"secret": None}, {}),
        ({"secret": "\u00e9"}, {}),
        ({"secret": 5}, {}),
        ({}, {"HTTP_X_SIGNATURE": "sha256=" + "0" * 64, "HTTP_X_TIMESTAMP": "now"}),
        ({}, {"HTTP_X_SIGNATURE": "\xff"}),
        ({"secret": "right"}, {"HTTP_X_SIGNATURE": "sha256=00"}),
    ],
)
def test_refusals_are_all_alike(hook: SimpleNamespace, body: dict[str, Any], headers: dict[str, str]) -> None:
    if body.get("secret") == "right":
        body = {"secret": hook.endpoint.signing_secret}
    answer = send(hook, {**ALERT, **body}, **headers)
    error = check_error(answer, 401, "authentication_failed")
    assert error["message"] == "The signature, secret or timestamp is wrong."
    assert answer["WWW-Authenticate"]
    assert not Signal.objects.exists()


@pytest.mark.parametrize("age", [301, -301, 86_400])
@pytest.mark.parametrize("unit", [1, 1000])
def test_old_and_early_alerts_are_refused(hook: SimpleNamespace, age: int, unit: int) -> None:
    stamp = int((time.time() - age) * unit)
    check_error(send(hook, with_secret(hook, time=stamp)), 401, "authentication_failed")
    check_error(signed(hook, ALERT, str(stamp)), 401, "authentication_failed")
    assert not Signal.objects.exists()


@pytest.mark.parametrize("stamp", ["", "nan", "inf", "yesterday", "1e999"])
def test_a_signature_needs_a_time(hook: SimpleNamespace, stamp: str) -> None:
    check_error(signed(hook, ALERT, stamp), 401, "authentication_failed")
    check_error(send(hook, with_secret(hook, time=stamp)), 401, "authentication_failed")


def test_a_signature_is_for_its_own_time_and_body(hook: SimpleNamespace) -> None:
    raw, stamp = json.dumps(ALERT).encode(), str(int(time.time()))
    mac = hmac.new(hook.endpoint.signing_secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    later = str(int(stamp) + 1)
    answers = [
        send(hook, raw, HTTP_X_SIGNATURE=f"sha256={mac}", HTTP_X_TIMESTAMP=later),
        send(hook, raw + b" ", HTTP_X_SIGNATURE=f"sha256={mac}", HTTP_X_TIMESTAMP=stamp),
    ]
    assert [answer.status_code for answer in answers] == [401, 401]


def test_an_equal_body_is_a_repetition_for_five_minutes(hook: SimpleNamespace, clock: SimpleNamespace) -> None:
    body = with_secret(hook)
    assert send(hook, body).status_code == 201
    for seconds in (10, 200, 295):
        clock.seconds = seconds
        assert send(hook, body).status_code == 200, seconds
    clock.seconds = 310
    assert send(hook, body).status_code == 201
    clock.seconds = 86_400
    assert send(hook, body).status_code == 201
    assert Signal.objects.count() == 3


@pytest.mark.parametrize("name", ["id", "idempotency_key"])
def test_an_id_makes_a_repetition_harmless(hook: SimpleNamespace, clock: SimpleNamespace, name: str) -> None:
    first = send(hook, with_secret(hook, **{name: "a1"}))
    clock.seconds = 3600
    again = send(hook, with_secret(hook, **{name: "a1"}, time=time.time()))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    check_error(send(hook, with_secret(hook, **{name: "a1"}, strength=90)), 422, "idempotency_key_reused")
    check_error(send(hook, with_secret(hook, **{name: "x" * 129})), 400, "invalid", name)


def test_a_header_key_does_the_same(hook: SimpleNamespace) -> None:
    first = send(hook, with_secret(hook), HTTP_IDEMPOTENCY_KEY="k")
    again = send(hook, with_secret(hook), HTTP_IDEMPOTENCY_KEY="k")
    assert (first.status_code, again.status_code) == (201, 200)


def test_two_hooks_share_no_keys(hook: SimpleNamespace) -> None:
    endpoint, secret_id = WebhookEndpoint.issue(owner_id=hook.owner.pk, name="second")
    other = SimpleNamespace(endpoint=endpoint, path=f"/api/webhooks/{secret_id}/")
    assert send(hook, with_secret(hook, id="a1")).status_code == 201
    assert send(other, with_secret(other, id="a1")).status_code == 201
    check_error(send(hook, with_secret(other)), 401, "authentication_failed")


def test_an_unknown_disabled_or_ownerless_hook_is_not_there(hook: SimpleNamespace) -> None:
    unknown = SimpleNamespace(path="/api/webhooks/guess/", endpoint=hook.endpoint)
    check_error(send(unknown, with_secret(hook)), 404, "not_found")
    hook.owner.is_active = False
    hook.owner.save()
    check_error(send(hook, with_secret(hook)), 404, "not_found")
    hook.owner.is_active = True
    hook.owner.save()
    hook.endpoint.is_enabled = False
    hook.endpoint.save()
    check_error(send(hook, with_secret(hook)), 404, "not_found")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ticker": ""}, "symbol"),
        ({"action": "close"}, "direction"),
        ({"strength": 101}, "confidence"),
        ({"strength": True}, "confidence"),
        ({"sl": 101}, "stop_loss"),
        ({"tp": {"a": 1}}, "take_profits.0"),
        ({"interval": "W"}, "timeframe"),
        ({"stoploss": 99}, "stoploss"),
        ({"comment": "x" * 5000}, "evidence"),
    ],
)
def test_what_is_wrong_is_named(hook: SimpleNamespace, change: dict[str, Any], field: str) -> None:
    check_error(send(hook, with_secret(hook, **change)), 400, "invalid", field)


def test_a_huge_body_is_refused(hook: SimpleNamespace) -> None:
    check_error(send(hook, b" " * (MAX_BYTES + 1)), 413, "body_too_large")
    check_error(send(hook, b""), 400, "parse_error")


def test_deliveries_are_limited(hook: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WebhookThrottle, "rate", "2/min", raising=False)
    assert [send(hook, with_secret(hook, id=str(n))).status_code for n in range(3)] == [201, 201, 429]


def test_get_shows_nothing(hook: SimpleNamespace) -> None:
    check_error(APIClient().get(hook.path), 405, "method_not_allowed")


@pytest.mark.django_db(transaction=True)
def test_one_alert_delivered_twice_at_once_is_one_signal() -> None:
    owner = make_user()
    endpoint, secret_id = WebhookEndpoint.issue(owner_id=owner.pk, name="tv")
    hook = SimpleNamespace(endpoint=endpoint, path=f"/api/webhooks/{secret_id}/")
    statuses: list[int] = []

    def deliver() -> None:
        try:
            statuses.append(send(hook, with_secret(hook)).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 200, 201]
    assert Signal.objects.count() == 1


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text()
    | st.sampled_from(["buy", "BTC", "NaN", "1e99"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_names = ["ticker", "action", "price", "sl", "tp", "strength", "interval", "time", "id", "evidence", "venue", "comment"]


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WebhookThrottle, "rate", None, raising=False)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300) | st.dictionaries(st.text(max_size=10), _values, max_size=5),
    content_type=st.sampled_from(["application/json", "text/plain", "multipart/form-data", "x", "a/b; charset=none"]),
)
def test_any_bytes_are_answered(hook: SimpleNamespace, unlimited: None, body: Any, content_type: str) -> None:
    answer = send(hook, body, content_type)
    assert 400 <= answer.status_code < 500, answer.content
    check_error(answer, answer.status_code, answer.json()["error"]["code"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.sampled_from(_names), _values, max_size=6))
def test_any_fields_of_a_trusted_sender_are_answered(
    hook: SimpleNamespace, unlimited: None, body: dict[str, Any]
) -> None:
    answer = send(hook, with_secret(hook, **body))
    assert answer.status_code in (200, 201, 400, 401, 422), answer.content
