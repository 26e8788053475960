"""/api/credentials/."""

from typing import Any

from rest_framework.test import APIClient

from brokers.models import BrokerCredential
from tests.brokers.venue import Venue, keys_of
from tests.clients import check_error
from trading.accounts import opening
from trading.models import AccountMode, Event

PATH = "/api/credentials/"
SHAPE = {
    "id", "broker", "broker_name", "label", "environment", "account_id", "fields", "key_id", "status", "checked_at",
    "error", "created_at", "accounts",
}  # fmt: skip


def add(api: APIClient, **more: Any) -> Any:
    body = {"broker": "delta", "environment": "test", "credentials": keys_of("delta"), **more}
    return api.post(PATH, body, format="json")


def test_they_go_in_and_never_out(api: APIClient) -> None:
    added = add(api, label="mine", account_id="A1")
    assert added.status_code == 201
    body = added.json()
    assert set(body) == SHAPE
    assert (body["broker_name"], body["label"], body["status"]) == ("Delta Exchange", "mine", "UNTESTED")
    assert body["fields"] == ["api_key", "api_secret"]
    assert (body["checked_at"], body["error"], body["accounts"]) == (None, "", [])
    listed = api.get(PATH)
    assert listed.json() == {"count": 1, "next": None, "previous": None, "results": [body]}
    for content in (added.content, listed.content):
        assert b"good-key" not in content
        assert b"good-secret" not in content


def test_each_sees_their_own(api: APIClient, stranger: APIClient) -> None:
    pk = add(api).json()["id"]
    assert stranger.get(PATH).json()["count"] == 0
    check_error(stranger.delete(f"{PATH}{pk}/"), 404, "not_found")
    check_error(stranger.post(f"{PATH}{pk}/validate/"), 404, "not_found")
    assert BrokerCredential.objects.count() == 1


def test_validating(api: APIClient, venue: Venue) -> None:
    pk = add(api).json()["id"]
    body = api.post(f"{PATH}{pk}/validate/").json()
    assert (body["status"], body["error"]) == ("VALID", "")
    assert body["checked_at"]


def test_keys_that_are_not_accepted_are_a_result(api: APIClient, venue: Venue) -> None:
    pk = add(api, credentials={"api_key": "x", "api_secret": "y"}).json()["id"]
    answer = api.post(f"{PATH}{pk}/validate/")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["error"]) == ("INVALID", "The keys are not accepted.")


def test_tampered_rows_are_told(api: APIClient, venue: Venue) -> None:
    pk = add(api).json()["id"]
    BrokerCredential.objects.update(ciphertext=b"another")
    check_error(api.post(f"{PATH}{pk}/validate/"), 409, "credential_tampered")
    assert not venue.seen


def test_removing(api: APIClient, owner: Any) -> None:
    pk = add(api).json()["id"]
    assert api.delete(f"{PATH}{pk}/").status_code == 204
    check_error(api.delete(f"{PATH}{pk}/"), 404, "not_found")
    told = Event.objects.filter(owner=owner, type="credential").order_by("number")
    changes = [event.payload["change"] for event in told]
    assert changes == ["added", "removed"]


def test_not_while_in_use(api: APIClient, owner: Any, venue: Venue) -> None:
    pk = add(api).json()["id"]
    account = opening.book(opening.prepare(owner_id=owner.pk, name="Demo", mode=AccountMode.DEMO, credential_id=pk))
    check_error(api.delete(f"{PATH}{pk}/"), 409, "in_use")
    assert api.get(PATH).json()["results"][0]["accounts"] == [account.pk]
    assert Event.objects.filter(owner=owner, payload__change="removed").count() == 0


def test_what_is_wrong_is_named(api: APIClient) -> None:
    check_error(add(api, broker="bitmex", environment="live"), 400, "broker_closed", "broker")
    check_error(add(api, credentials={}), 400, "invalid", "credentials.api_key", "credentials.api_secret")
    add(api, label="mine")
    check_error(add(api, label="mine"), 400, "invalid", "label")
