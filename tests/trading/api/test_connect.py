"""POST /api/connect/ with an Idempotency-Key."""

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from brokers.errors import BrokerUnavailable
from brokers.models import BrokerCredential
from tests.brokers.venue import Venue, fake_venue, keys_of
from tests.clients import check_error, client_of
from tests.trading.api.test_idempotent import at_once
from tests.trading.factories import make_user
from trading.models import Event, IdempotencyKey

PATH = "/api/connect/"


@pytest.fixture
def venue() -> Iterator[Venue]:
    with fake_venue() as made:
        yield made


@pytest.fixture
def api(db: None) -> APIClient:
    return client_of(make_user())


def connect(api: APIClient, key: str | None = "key-1", **more: Any) -> Any:
    body = {"broker": "delta", "environment": "test", "credentials": keys_of("delta"), "save": True, **more}
    headers: Any = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post(PATH, body, format="json", **headers)


def test_the_same_key_stores_once(api: APIClient, venue: Venue) -> None:
    first, again = connect(api), connect(api)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert BrokerCredential.objects.get().pk == first.json()["data"]["credential"]["id"]
    assert Event.objects.filter(type="credential").count() == 1
    assert len(venue.seen) == 1, "the broker is not asked again"


def test_a_label_does_not_stand_in_its_own_way(api: APIClient, venue: Venue) -> None:
    connect(api, label="mine")
    assert connect(api, label="mine").status_code == 200
    check_error(connect(api, "key-2", label="mine"), 400, "invalid", "label")


def test_another_request_under_the_same_key(api: APIClient, venue: Venue) -> None:
    connect(api)
    check_error(connect(api, label="other"), 422, "idempotency_key_reused")
    assert BrokerCredential.objects.count() == 1


def test_without_a_key_each_is_one_of_its_own(api: APIClient, venue: Venue) -> None:
    connect(api, None)
    connect(api, None)
    assert BrokerCredential.objects.count() == 2


def test_what_stores_nothing_needs_no_key(api: APIClient, venue: Venue) -> None:
    connect(api, save=False)
    assert connect(api, save=False).json()["data"]["credential"] is None
    assert len(venue.seen) == 2
    assert not IdempotencyKey.objects.exists()


def test_a_failure_leaves_the_key_free(api: APIClient, venue: Venue) -> None:
    def down(_: object) -> None:
        raise BrokerUnavailable("down")

    venue.trouble = down
    check_error(connect(api), 503, "broker_unavailable")
    assert not IdempotencyKey.objects.exists()
    venue.trouble = None
    assert connect(api).json()["data"]["credential"]["status"] == "VALID"


def test_what_is_kept_of_the_request_holds_no_key(api: APIClient, venue: Venue) -> None:
    connect(api)
    kept = IdempotencyKey.objects.values().get()
    for secret in keys_of("delta").values():
        assert secret not in repr(kept)


def test_two_at_once(transactional_db: None, venue: Venue) -> None:
    owner = make_user()
    clients = [client_of(owner) for _ in range(3)]
    answers = at_once([lambda client=client: connect(client) for client in clients])
    assert {answer.status_code for answer in answers} <= {200, 503}, "SQLite has one writer at a time"
    told = {answer.json()["data"]["credential"]["id"] for answer in answers if answer.status_code == 200}
    assert told == {BrokerCredential.objects.get().pk}
