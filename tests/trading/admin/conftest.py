from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from tests.clients import open_trade
from tests.trading.factories import make_signal, publish_quote
from trading import dispatch, paper
from trading.models import Contract, Difference


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


@pytest.fixture
def busy(floor: SimpleNamespace) -> SimpleNamespace:
    """The floor after a closed trade, with an open one, a refusal, a contract and a difference."""
    floor.closed = open_trade(floor)
    publish_quote(101.0)
    floor.closed = paper.close_by_hand(floor.closed.pk)
    publish_quote(100.0)
    floor.opened = open_trade(floor)
    dispatch.dispatch_signal(make_signal(floor.owner).pk)
    Contract.objects.create(
        trade=floor.closed, account=floor.account, contract_id="7", contract_type="CALL", status="won", stake=10
    )
    Difference.objects.create(
        account=floor.account, kind="POSITION", subject="ABC", message="They differ.", seen_at=timezone.now()
    )
    return floor
