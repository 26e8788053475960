"""/api/killswitch/ and its other address under /api/auto-trade/."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from tests.clients import check_error, client_of, open_trade
from tests.trading.factories import make_account, make_instrument, make_session, make_user, publish_quote
from trading.models import Event, KillSwitch, Trade, TradeStatus

PATHS = ("/api/killswitch/", "/api/auto-trade/kill-switch/")
PATH = PATHS[0]

pytestmark = pytest.mark.usefixtures("transactional_db", "inline")


@pytest.fixture
def floor(transactional_db: None) -> SimpleNamespace:
    account = make_account()
    make_instrument()
    publish_quote(100.0)
    return SimpleNamespace(account=account, owner=account.owner, session=make_session(account))


def move(api: APIClient, path: str = PATH, key: str = "", **body: Any) -> Any:
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return api.post(path, body, format="json", **headers)


@pytest.mark.parametrize("path", PATHS)
def test_engaging_and_lifting(api: APIClient, floor: SimpleNamespace, path: str) -> None:
    nothing = api.get(path).json()
    assert (nothing["engaged"], nothing["engaged_at"], nothing["enforced_at"]) == (False, None, None)
    trade = open_trade(floor)
    answer = move(api, path, engaged=True, reason="the news")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["engaged"], body["reason"], body["close_positions"]) == (True, "the news", False)
    assert (body["engaged_by"], body["everybody"]) == (floor.owner.username, False)
    assert body["engaged_at"]
    assert api.get(path).json()["enforced_at"]
    assert (body["orders_left"], body["positions_left"]) == (0, 1)
    wider = move(api, path, engaged=True, close_positions=True).json()
    assert (wider["close_positions"], wider["positions_left"], wider["engaged_at"]) == (True, 0, body["engaged_at"])
    trade.refresh_from_db()
    assert trade.exit_reason == "KILL_SWITCH"
    lifted = move(api, path, engaged=False).json()
    assert lifted == nothing
    assert move(api, path, engaged=False).status_code == 200, "lifting what is lifted does nothing"


def test_another_users_is_not_shown_and_not_moved(api: APIClient, stranger: APIClient, floor: SimpleNamespace) -> None:
    move(stranger, engaged=True, close_positions=True)
    assert api.get(PATH).json()["engaged"] is False
    move(api, engaged=False)
    assert stranger.get(PATH).json()["engaged"] is True


def test_it_is_an_administrators_to_move_for_everybody(api: APIClient, floor: SimpleNamespace) -> None:
    admin = client_of(make_user(is_staff=True))
    check_error(move(api, engaged=True, everybody=True), 403, "admin_only")
    body = move(admin, engaged=True, everybody=True, reason="maintenance").json()
    assert (body["engaged"], body["everybody"]) == (True, True)
    seen = api.get(PATH).json()
    assert (seen["engaged"], seen["everybody"], seen["reason"]) == (True, True, "maintenance")
    check_error(move(api, engaged=False), 409, "kill_switch_of_all")
    check_error(move(api, engaged=False, everybody=True), 403, "admin_only")
    assert move(admin, engaged=False, everybody=True).json()["engaged"] is False
    assert api.get(PATH).json()["engaged"] is False


def test_an_administrator_acts_for_a_user_and_is_named(floor: SimpleNamespace) -> None:
    boss = make_user(is_staff=True)
    admin = client_of(boss)
    answer = admin.post(PATH, {"engaged": True}, format="json", HTTP_X_ACT_FOR=floor.owner.username)
    assert answer.json()["engaged_by"] == boss.username
    assert KillSwitch.objects.get().owner == floor.owner
    event = Event.objects.get(owner=floor.owner, type="audit", payload__action="kill_switch.engaged")
    assert event.actor == boss


def test_a_viewer_neither_engages_nor_lifts(floor: SimpleNamespace) -> None:
    viewer = make_user()
    viewer.groups.add(Group.objects.get(name="viewer"))
    check_error(move(client_of(viewer), engaged=True), 403, "role_viewer")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "engaged"),
        ({"engaged": "perhaps"}, "engaged"),
        ({"engaged": True, "reason": "x" * 201}, "reason"),
        ({"engaged": True, "close_positions": 7}, "close_positions"),
        ({"engaged": True, "close": True}, "close"),
    ],
)
def test_what_is_wrong_is_named(api: APIClient, body: dict[str, Any], field: str) -> None:
    check_error(move(api, **body), 400, "invalid", field)
    assert not KillSwitch.objects.exists()


def test_a_repeated_request_is_answered_alike(api: APIClient, floor: SimpleNamespace) -> None:
    first = move(api, engaged=True, key="k-1").json()
    move(api, engaged=False)
    assert move(api, engaged=True, key="k-1").json() == first
    assert api.get(PATH).json()["engaged"] is False, "it is not carried out a second time"
    check_error(move(api, engaged=False, key="k-1"), 422, "idempotency_key_reused")


def test_nothing_opens_while_it_is_engaged(api: APIClient, floor: SimpleNamespace) -> None:
    move(api, engaged=True)
    from tests.trading.factories import make_signal

    make_signal(floor.owner)
    assert not Trade.objects.exclude(status__in=[TradeStatus.CANCELLED, TradeStatus.FAILED]).exists()
