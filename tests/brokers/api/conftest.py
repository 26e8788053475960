from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.brokers.venue import Venue, fake_venue
from tests.clients import client_of
from tests.trading.factories import make_user


@pytest.fixture
def owner(db: None) -> Any:
    return make_user()


@pytest.fixture
def api(owner: Any) -> APIClient:
    return client_of(owner)


@pytest.fixture
def stranger(db: None) -> APIClient:
    return client_of(make_user())


@pytest.fixture
def venue() -> Iterator[Venue]:
    with fake_venue() as made:
        yield made
