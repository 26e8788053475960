"""/api/webhooks-config/."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import AbstractUser
from rest_framework.test import APIClient

from signals.models import WebhookEndpoint
from tests.clients import check_error, client_of
from tests.trading.factories import make_user

PATH = "/api/webhooks-config/"


@pytest.fixture
def owner(db: None) -> AbstractUser:
    return make_user()


@pytest.fixture
def api(owner: AbstractUser) -> APIClient:
    return client_of(owner)


def create(api: APIClient, name: str = "tv", key: str | None = None):
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post(PATH, {"name": name}, format="json", **headers)


def test_secrets_are_shown_once(api: APIClient) -> None:
    made = create(api)
    assert made.status_code == 201
    body = made.json()
    assert body["url"].startswith("http://testserver/api/webhooks/")
    listed = api.get(PATH).json()
    assert listed["count"] == 1
    assert set(listed["results"][0]) == {"id", "name", "is_enabled", "created_at", "last_used_at"}
    for secret in (body["signing_secret"], urlsplit(body["url"]).path.split("/")[3]):
        assert secret not in api.get(PATH).content.decode()
        assert secret not in api.get(f"{PATH}{body['id']}/").content.decode()
        assert secret not in str(list(WebhookEndpoint.objects.values()))


def test_the_address_works(api: APIClient) -> None:
    body = create(api).json()
    alert = {"ticker": "BTC", "action": "buy", "secret": body["signing_secret"]}
    assert APIClient().post(urlsplit(body["url"]).path, alert, format="json").status_code == 201


def test_switching_and_deleting(api: APIClient) -> None:
    body = create(api).json()
    path = f"{PATH}{body['id']}/"
    assert api.patch(path, {"is_enabled": False}, format="json").json()["is_enabled"] is False
    alert = {"ticker": "BTC", "action": "buy", "secret": body["signing_secret"]}
    assert APIClient().post(urlsplit(body["url"]).path, alert, format="json").status_code == 404
    assert api.patch(path, {"is_enabled": True}, format="json").json()["is_enabled"] is True
    assert api.delete(path).status_code == 204
    check_error(api.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "field"), [({"name": "x"}, "name"), ({}, "is_enabled"), ({"is_enabled": 3}, "is_enabled")]
)
def test_only_the_switch_changes(api: APIClient, body: dict, field: str) -> None:
    made = create(api).json()
    check_error(api.patch(f"{PATH}{made['id']}/", body, format="json"), 400, "invalid", field)


@pytest.mark.parametrize("name", ["", "x" * 61, "a\0b", None])
def test_a_name_is_needed(api: APIClient, name: str | None) -> None:
    check_error(api.post(PATH, {"name": name}, format="json"), 400, "invalid", "name")


def test_a_name_is_taken_once(api: APIClient) -> None:
    create(api)
    check_error(create(api), 400, "invalid", "name")
    assert create(client_of(make_user())).status_code == 201


def test_a_key_gives_the_same_answer_and_stores_no_secret(api: APIClient) -> None:
    first, again = create(api, key="k"), create(api, key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert WebhookEndpoint.objects.count() == 1
    check_error(create(api, "other", key="k"), 422, "idempotency_key_reused")
    check_error(create(api, key="k2"), 400, "invalid", "name")
    strangers = create(client_of(make_user()), key="k").json()
    assert strangers["url"] != first.json()["url"]


def test_another_users_endpoint_is_not_there(api: APIClient) -> None:
    made = create(api).json()
    stranger = client_of(make_user())
    path = f"{PATH}{made['id']}/"
    assert stranger.get(PATH).json()["count"] == 0
    check_error(stranger.get(path), 404, "not_found")
    check_error(stranger.patch(path, {"is_enabled": False}, format="json"), 404, "not_found")
    check_error(stranger.delete(path), 404, "not_found")
    check_error(stranger.get(f"{PATH}{10**30}/"), 404, "not_found")
    assert WebhookEndpoint.objects.filter(is_enabled=True).count() == 1
