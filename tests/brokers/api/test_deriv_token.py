"""/api/deriv/token/."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from brokers.errors import BrokerUnavailable
from brokers.models import BrokerCredential
from tests.brokers.venue import GOOD, Venue, money
from tests.clients import check_error
from trading.accounts import opening
from trading.models import AccountMode

PATH, VALIDATE = "/api/deriv/token/", "/api/deriv/token/validate/"
DEMO = {"token": "good-token-1", "accountType": "demo"}


@pytest.fixture(autouse=True)
def _deriv(venue: Venue) -> None:
    venue.account_type, venue.account_id, venue.balances = "demo", "VRTC1", [money("USD", "10000")]


def put(api: APIClient, body: Any = None, path: str = VALIDATE) -> Any:
    return api.put(path, body or {}, format="json")


def post(client: APIClient, /, **changes: Any) -> Any:
    return client.post(PATH, {**DEMO, **changes}, format="json")


STATE = {
    "accountType": "demo", "accountId": "VRTC1", "balance": "10000.00", "currency": "USD", "isValid": True,
}  # fmt: skip


def test_stored_and_shown(api: APIClient) -> None:
    answer = post(api)
    assert (answer.status_code, answer.json()) == (200, {"success": True, "data": STATE})
    shown = api.get(PATH)
    assert shown.json() == {"success": True, "data": {**STATE, "hasToken": True}}
    assert b"good-token" not in answer.content + shown.content
    row = BrokerCredential.objects.get()
    assert (row.label, row.environment, row.account_id, row.fields) == (
        "Deriv demo token", "test", "VRTC1", ["app_id", "token"],
    )  # fmt: skip


def test_none_yet(api: APIClient) -> None:
    data = api.get(PATH).json()["data"]
    assert (data["hasToken"], data["isValid"], data["accountType"], data["accountId"]) == (False, False, None, "")
    check_error(put(api), 404, "not_found")
    check_error(api.delete(PATH), 404, "not_found")


def test_again_it_takes_the_place_of_the_first(api: APIClient, venue: Venue) -> None:
    post(api)
    venue.account_id = "VRTC2"
    assert post(api, api="legacy").json()["data"]["accountId"] == "VRTC2"
    row = BrokerCredential.objects.get()
    assert (row.account_id, row.fields) == ("VRTC2", ["api", "app_id", "token"])


def test_one_of_each_type(api: APIClient, venue: Venue) -> None:
    post(api)
    venue.account_type, venue.account_id = "real", "CR1"
    assert post(api, accountType="real").json()["data"]["accountType"] == "real"
    assert api.get(PATH).json()["data"]["accountId"] == "CR1"
    assert api.get(PATH + "?accountType=demo").json()["data"]["accountId"] == "VRTC1"
    assert api.delete(PATH + "?accountType=real").status_code == 204
    assert api.get(PATH).json()["data"]["accountId"] == "VRTC1"
    assert api.delete(PATH).status_code == 204
    assert not BrokerCredential.objects.exists()


def test_a_token_of_the_other_type(api: APIClient) -> None:
    error = check_error(post(api, accountType="real"), 400, "invalid", "accountType")
    assert "demo account" in error["message"]
    assert not BrokerCredential.objects.exists()


def test_a_token_that_is_not_accepted(api: APIClient) -> None:
    check_error(post(api, token="another"), 400, "authentication_failed", "token")
    assert not BrokerCredential.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"token": ""}, "token"),
        ({"token": None}, "token"),
        ({"accountType": "both"}, "accountType"),
        ({"api": "v4"}, "api"),
        ({"appId": "a b"}, "appId"),
        ({"more": 1}, "more"),
    ],
)
def test_what_is_wrong_is_named(api: APIClient, venue: Venue, changes: dict[str, Any], field: str) -> None:
    check_error(post(api, **changes), 400, "invalid", field)
    assert not venue.seen


def test_validating_the_stored_one(api: APIClient, venue: Venue) -> None:
    post(api)
    venue.balances = [money("USD", "9876.5")]
    assert put(api).json()["data"] == {**STATE, "balance": "9876.50"}
    assert api.get(PATH).json()["data"]["balance"] == "9876.50"


def test_one_that_went_bad_is_not_valid(api: APIClient, venue: Venue, monkeypatch: pytest.MonkeyPatch) -> None:
    post(api)
    monkeypatch.setitem(GOOD, "deriv", {"token": "another", "app_id": "1089"})
    answer = put(api)
    assert answer.status_code == 200
    assert answer.json()["data"] == {**STATE, "isValid": False}
    assert api.get(PATH).json()["data"]["isValid"] is False


def test_validating_one_that_is_not_stored(api: APIClient) -> None:
    assert put(api, DEMO).json() == {"success": True, "data": STATE}
    assert not BrokerCredential.objects.exists()
    check_error(put(api, {"token": "good-token-1"}), 400, "invalid", "accountType")
    check_error(put(api, {**DEMO, "token": "x"}), 400, "authentication_failed", "token")


def test_deriv_out_of_reach(api: APIClient, venue: Venue) -> None:
    def trouble(_: object) -> None:
        raise BrokerUnavailable("Deriv cannot be reached.")

    post(api)
    venue.trouble = trouble
    check_error(put(api), 503, "broker_unavailable")
    check_error(post(api), 503, "broker_unavailable")
    assert api.get(PATH).json()["data"]["isValid"] is True


def test_in_use(api: APIClient, owner: Any) -> None:
    post(api)
    row = BrokerCredential.objects.get()
    opening.book(opening.prepare(owner_id=owner.pk, name="D", mode=AccountMode.DEMO, credential_id=row.pk))
    check_error(api.delete(PATH), 409, "in_use")


def test_each_sees_their_own(api: APIClient, stranger: APIClient) -> None:
    post(api)
    assert stranger.get(PATH).json()["data"]["hasToken"] is False
    check_error(put(stranger), 404, "not_found")
    check_error(stranger.delete(PATH), 404, "not_found")
