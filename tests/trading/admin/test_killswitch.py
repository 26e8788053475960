"""Kill switches in the admin: engaged and lifted through their service, and never changed or deleted."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from tests.clients import open_trade
from tests.trading.factories import make_account, make_instrument, make_session, publish_quote
from trading.killswitch import killswitch
from trading.models import Event, KillSwitch

LIST = reverse("admin:trading_killswitch_changelist")
ADD = reverse("admin:trading_killswitch_add")

pytestmark = pytest.mark.usefixtures("transactional_db", "inline")


@pytest.fixture
def floor(transactional_db: None) -> SimpleNamespace:
    account = make_account()
    make_instrument()
    publish_quote(100.0)
    return SimpleNamespace(account=account, owner=account.owner, session=make_session(account))


@pytest.fixture
def staff(transactional_db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


def act(client: Client, action: str, *switches: KillSwitch) -> Any:
    body = {"action": action, "_selected_action": [switch.pk for switch in switches]}
    return client.post(LIST, body, follow=True)


def test_it_is_engaged_for_a_user_by_name(staff: Client, floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    assert staff.get(ADD).status_code == 200
    answer = staff.post(ADD, {"owner": floor.owner.pk, "reason": "the news", "close_positions": "on"}, follow=True)
    assert answer.status_code == 200
    switch = KillSwitch.objects.get()
    assert (switch.owner, switch.reason, str(switch.engaged_by)) == (floor.owner, "the news", "root")
    trade.refresh_from_db()
    assert trade.exit_reason == "KILL_SWITCH"
    assert Event.objects.filter(owner=floor.owner, type="audit", actor__username="root").exists()
    page = staff.get(LIST).content.decode()
    assert "engaged" in page
    assert floor.owner.username in page


def test_without_an_owner_it_is_everybodys(staff: Client, floor: SimpleNamespace) -> None:
    staff.post(ADD, {"owner": "", "reason": ""})
    assert KillSwitch.objects.get().owner is None
    assert killswitch.engaged(floor.owner.pk) is not None
    assert "everybody" in staff.get(LIST).content.decode()


def test_lifting_and_engaging_again(staff: Client, floor: SimpleNamespace) -> None:
    switch = killswitch.engage(owner_id=floor.owner.pk, actor_id=None)
    assert "1 lifted." in act(staff, "lift", switch).content.decode()
    assert killswitch.engaged(floor.owner.pk) is None
    assert "It is not engaged." in act(staff, "lift", switch).content.decode()
    assert "1 engaged." in act(staff, "engage", switch).content.decode()
    assert killswitch.engaged(floor.owner.pk) is not None
    assert KillSwitch.objects.count() == 2


def test_a_row_is_kept_as_it_was(staff: Client, floor: SimpleNamespace) -> None:
    switch = killswitch.engage(owner_id=floor.owner.pk, actor_id=None, reason="the news")
    path = reverse("admin:trading_killswitch_change", args=[switch.pk])
    assert staff.get(path).status_code == 200
    assert staff.post(path, {"reason": "none"}).status_code == 403
    assert staff.post(reverse("admin:trading_killswitch_delete", args=[switch.pk]), {"post": "yes"}).status_code == 403
    switch.refresh_from_db()
    assert switch.reason == "the news"


def test_who_may_only_look_moves_nothing(floor: SimpleNamespace) -> None:
    viewer = get_user_model().objects.create_user("looker", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_killswitch"))
    client = Client()
    client.force_login(viewer)
    switch = killswitch.engage(owner_id=floor.owner.pk, actor_id=None)
    assert client.get(LIST).status_code == 200
    assert client.get(ADD).status_code == 403
    act(client, "lift", switch)
    assert killswitch.engaged(floor.owner.pk) is not None
