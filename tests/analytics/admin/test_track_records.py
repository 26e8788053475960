"""The admin's page of track records."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from analytics.models import TrackRecord
from analytics.track_record import checking, records
from tests.analytics.track_record.trading import make_trader, trade_once
from tests.trading.chained import sql
from tests.trading.factories import make_user
from trading.models import Event, Trade

pytestmark = pytest.mark.django_db
LIST = "admin:analytics_trackrecord_changelist"


@pytest.fixture
def desk(db: None) -> SimpleNamespace:
    session = make_trader()
    trade_once(session, 104.0)
    owner = session.account.owner
    record = records.publish(owner_id=owner.pk, account_id=session.account_id, session_id=None, title="Mine")
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return SimpleNamespace(record=record, client=client, owner=owner)


def page(desk: SimpleNamespace) -> Any:
    return desk.client.get(reverse("admin:analytics_trackrecord_change", args=[desk.record.pk]))


def test_it_says_whether_a_record_holds(desk: SimpleNamespace) -> None:
    assert "not checked yet" in desk.client.get(reverse(LIST)).content.decode()
    checking.check_record(desk.record.pk)
    assert "verified" in desk.client.get(reverse(LIST)).content.decode()
    sql("UPDATE trading_trade SET realized_pnl = 1 WHERE id = %s", Trade.objects.get().pk)
    checking.check_record(desk.record.pk)
    told = page(desk).content.decode()
    assert "does not hold" in told
    assert "1 trade is not in the database as the events tell" in told


def test_it_takes_a_record_off_the_air_on_the_record(desk: SimpleNamespace) -> None:
    body = {"action": "unpublish", "_selected_action": [desk.record.pk]}
    assert desk.client.post(reverse(LIST), body).status_code == 302
    assert not TrackRecord.objects.get().is_published
    assert Event.objects.get(owner=desk.owner, payload__action="track_record.changed").via == "admin"


def test_nothing_is_added_changed_or_deleted_here(desk: SimpleNamespace) -> None:
    assert desk.client.get(reverse("admin:analytics_trackrecord_add")).status_code == 403
    url = reverse("admin:analytics_trackrecord_delete", args=[desk.record.pk])
    assert desk.client.post(url, {"post": "yes"}).status_code == 403
