"""The page of a trade: everything is shown, the journal alone is written."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from tests.trading.planned import SPLIT, TRAIL, open_planned
from trading.exits import manage
from trading.models import Event, Trade

JOURNAL = {"notes": "Late.", "tags": '["news"]', "rating": "3", "links": '["https://charts.example/1.png"]'}


@pytest.fixture
def trade(floor: SimpleNamespace) -> Trade:
    trade = open_planned(floor.session, TRAIL | SPLIT)
    return manage.modify(trade_id=trade.pk, stop_loss=Decimal("99.5"))


def page(trade: Trade) -> str:
    return reverse("admin:trading_trade_change", args=[trade.pk])


def form(**changes: Any) -> dict[str, Any]:
    """The page's form as a browser sends it, its inlines with it."""
    empty = {
        f"{prefix}-{name}": 0
        for prefix in ("contract", "level_changes", "orders")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    return {**empty, **JOURNAL, **changes}


def test_plan_and_trail_are_shown(staff: Client, trade: Trade) -> None:
    shown = staff.get(page(trade)).content.decode()
    assert "trigger_price" not in shown
    assert "activation_price" in shown
    assert "99.500000000000" in shown
    assert "MANUAL" in shown


def test_the_journal_is_written(staff: Client, trade: Trade) -> None:
    assert staff.post(page(trade), form()).status_code == 302
    trade.refresh_from_db()
    assert (trade.notes, trade.tags, trade.rating) == ("Late.", ["news"], 3)
    assert trade.links == ["https://charts.example/1.png"]
    assert Event.objects.filter(type="trade_update").latest("number").payload["rating"] == 3


def test_nothing_else_is(staff: Client, trade: Trade) -> None:
    before = Trade.objects.values("stop_loss", "status", "realized_pnl", "exit_plan").get(pk=trade.pk)
    staff.post(page(trade), form(stop_loss="1", status="CLOSED", realized_pnl="999", exit_plan="{}"))
    assert Trade.objects.values("stop_loss", "status", "realized_pnl", "exit_plan").get(pk=trade.pk) == before
    assert staff.post(reverse("admin:trading_trade_delete", args=[trade.pk]), {"post": "yes"}).status_code == 403
    assert staff.get(reverse("admin:trading_trade_add")).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"rating": "9"}, {"links": '["javascript:alert(1)"]'}, {"tags": '["'}, {"tags": '[""]'}]
)
def test_what_cannot_be_is_told(staff: Client, trade: Trade, wrong: dict[str, str]) -> None:
    answer = staff.post(page(trade), form(**wrong))
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    trade.refresh_from_db()
    assert (trade.notes, trade.rating) == ("", None)


def test_who_may_only_look_writes_nothing(trade: Trade) -> None:
    viewer = get_user_model().objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_trade"))
    client = Client()
    client.force_login(viewer)
    assert client.get(page(trade)).status_code == 200
    assert client.post(page(trade), form()).status_code == 403
