from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from tests.clients import client_of
from tests.trading.factories import make_user


@pytest.fixture
def api(floor: SimpleNamespace) -> APIClient:
    """The owner of the floor's account."""
    return client_of(floor.owner)


@pytest.fixture
def stranger(db: None) -> APIClient:
    return client_of(make_user())
