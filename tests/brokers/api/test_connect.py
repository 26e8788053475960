"""POST /api/connect/."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from brokers.errors import BrokerUnavailable, RateLimited, WrongEnvironment
from brokers.interface import ConnectionState, ConnectionStatus, Credentials
from brokers.models import BrokerCredential
from tests.brokers.venue import Venue, keys_of
from tests.clients import check_error
from trading.models import Event


def connect(api: APIClient, broker: str = "delta", environment: str = "test", **more: Any) -> Any:
    body = {"broker": broker, "environment": environment, "credentials": keys_of(broker), **more}
    return api.post("/api/connect/", body, format="json")


def raising(error: Exception) -> Any:
    def trouble(_: Credentials) -> ConnectionStatus | None:
        raise error

    return trouble


def test_accepted(api: APIClient, venue: Venue) -> None:
    answer = connect(api)
    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "data": {
            "broker": "delta",
            "environment": "test",
            "accountId": "",
            "accountType": "demo",
            "balances": [{"currency": "USDT", "total": "1000", "free": "1000", "equity": "1000"}],
            "latencyMs": 12.5,
            "permissions": None,
            "credential": None,
        },
    }
    assert not BrokerCredential.objects.exists(), "nothing is stored unless asked to"
    assert not Event.objects.exists()
    assert venue.left == 1


def test_saved_when_asked(api: APIClient, venue: Venue, owner: Any) -> None:
    venue.account_type, venue.account_id, venue.scopes = "real", "CR9", ("trade", "read")
    data = connect(api, "deriv", "live", save=True, label="mine").json()["data"]
    assert (data["accountId"], data["accountType"], data["permissions"]) == ("CR9", "real", ["read", "trade"])
    saved = data["credential"]
    assert (saved["label"], saved["status"], saved["account_id"]) == ("mine", "VALID", "CR9")
    assert saved["fields"] == ["app_id", "token"]
    row = BrokerCredential.objects.get(pk=saved["id"])
    assert row.owner_id == owner.pk
    event = Event.objects.get(owner=owner, type="credential")
    assert (event.type, event.payload["change"], event.payload["label"]) == ("credential", "added", "mine")


def test_a_taken_label_is_told_before_the_broker_is_asked(api: APIClient, venue: Venue) -> None:
    connect(api, save=True, label="mine")
    check_error(connect(api, save=True, label="mine"), 400, "invalid", "label")
    assert len(venue.seen) == 1


def test_wrong_keys(api: APIClient, venue: Venue) -> None:
    answer = connect(api, credentials={"api_key": "x", "api_secret": "y"}, save=True)
    error = check_error(answer, 400, "authentication_failed", "credentials")
    assert error["fields"] == {"credentials": ["The keys are not accepted."]}
    assert not BrokerCredential.objects.exists()


def test_keys_of_the_other_environment(api: APIClient, venue: Venue) -> None:
    venue.trouble = raising(WrongEnvironment("The environment live needs a real account."))
    error = check_error(connect(api, environment="live"), 400, "authentication_failed", "environment")
    assert error["fields"] == {"environment": ["The environment live needs a real account."]}


def test_refused_by_its_status(api: APIClient, venue: Venue) -> None:
    venue.trouble = lambda _: ConnectionStatus(ConnectionState.REFUSED)
    check_error(connect(api), 400, "authentication_failed", "credentials")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BrokerUnavailable("down for maintenance"), 503, "broker_unavailable"),
        (RateLimited("too many", 7.2), 503, "rate_limited"),
    ],
)
def test_a_broker_that_cannot_answer(api: APIClient, venue: Venue, error: Exception, status: int, code: str) -> None:
    venue.trouble = raising(error)
    answer = connect(api)
    check_error(answer, status, code)
    assert answer.headers.get("Retry-After") == ("7" if code == "rate_limited" else None)


def test_a_failing_adapter_is_a_server_error_in_our_shape(api: APIClient, venue: Venue) -> None:
    venue.trouble = raising(RuntimeError("a bug"))
    check_error(connect(api), 500, "server_error")


def test_bitmex_is_refused_with_its_reason(api: APIClient, venue: Venue) -> None:
    error = check_error(connect(api, "bitmex", "live"), 400, "broker_closed", "broker")
    assert "2026-09-23" in error["message"]
    assert not venue.seen


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"broker": "nowhere"}, "broker"),
        ({"broker": "paper"}, "broker"),
        ({"environment": "moon"}, "environment"),
        ({"broker": "mexc"}, "environment"),
        ({"credentials": {"api_key": "x"}}, "credentials.api_secret"),
        ({"credentials": {"api_key": "x", "api_secret": "y", "more": "z"}}, "credentials.more"),
        ({"credentials": {"api_key": 5, "api_secret": ["y"]}}, "credentials.api_secret"),
        ({"credentials": "x"}, "credentials"),
        ({"extra": 1}, "extra"),
        ({"label": "x" * 61}, "label"),
    ],
)
def test_what_is_wrong_is_named(api: APIClient, venue: Venue, changes: dict[str, Any], field: str) -> None:
    check_error(connect(api, **changes), 400, "invalid", field)
    assert not venue.seen


def test_the_limit_is_each_users_own(
    api: APIClient, stranger: APIClient, venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brokers.api.throttles.BrokerThrottle.get_rate", lambda self: "3/min")
    codes = [connect(api).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    check_error(connect(api), 429, "throttled")
    assert connect(stranger).status_code == 200
    assert api.get("/api/credentials/").status_code == 200, "reading is not limited"


def test_signed_in_only(venue: Venue, db: None) -> None:
    assert connect(APIClient()).status_code == 401
    assert not venue.seen
