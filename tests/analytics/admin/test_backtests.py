"""Admin pages of backtests."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from analytics.models import Backtest, JobStatus, Trial
from tests.analytics.market import data_of
from tests.trading.factories import make_user


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


@pytest.fixture
def backtest(db: None) -> Backtest:
    made = Backtest.objects.create(
        owner=make_user("ann"), name="Mine", kind="SWEEP", config={"strategies": []}, data=data_of(), total=1
    )
    Trial.objects.create(backtest=made, number=0, params={"account.leverage": 2})
    return made


def url(model: Any, page: str, *arguments: object) -> str:
    return reverse(f"admin:analytics_{model._meta.model_name}_{page}", args=arguments)


@pytest.mark.parametrize("model", [Backtest, Trial])
def test_pages_show_and_change_nothing(staff: Client, backtest: Backtest, model: Any) -> None:
    row = model.objects.get()
    for asked in ({}, {"q": "ann"}, {"status__exact": "QUEUED"}):
        assert staff.get(url(model, "changelist"), asked).status_code == 200
    page = staff.get(url(model, "change", row.pk))
    assert ("account.leverage" if model is Trial else "AAA") in page.content.decode()
    assert staff.get(url(model, "add")).status_code == 403
    assert staff.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_cancelling(staff: Client, backtest: Backtest) -> None:
    body = {"action": "cancel_backtests", "_selected_action": [backtest.pk]}
    for told in ("1 cancelled.", "It is CANCELLED already."):
        assert told in staff.post(url(Backtest, "changelist"), body, follow=True).content.decode()
        backtest.refresh_from_db()
        assert backtest.status == JobStatus.CANCELLED
