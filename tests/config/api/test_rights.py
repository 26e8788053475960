"""Who may do what: every endpoint of the API, one by one."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.contrib.auth.models import Group
from django.test import Client

from analytics.models import Backtest
from analytics.track_record import records
from brokers.interface import Secret
from signals.models import WebhookEndpoint
from tests.brokers.venue import Venue, fake_venue
from tests.clients import check_error, client_of, open_trade
from tests.endpoints import Endpoint, endpoints
from tests.trading.factories import (
    make_account,
    make_credential,
    make_instrument,
    make_session,
    make_signal,
    make_user,
    publish_quote,
)
from trading.alerts import alerts
from trading.audit.roles import Role, role_of
from trading.models import Account, AccountMode, AlertKind, Event, Trade
from trading.notifications import channels
from trading.shadow import shadow

EVERY = endpoints()
UNSAFE = [item for item in EVERY if not item.is_safe]
OPEN = {
    "auth/login/": "whoever comes in is still a stranger",
    "webhooks/<str:secret_id>/": "its address and its signature are what lets in",
    "public/track-records/<str:slug>/": "its owner has published it; the address is what lets in",
    "health/": "for load balancers; it says nothing secret",
    "schema/": "the description of the API",
    "docs/": "the description of the API",
}
VIEWERS_TOO = {
    "auth/login/": "whoever comes in is still a stranger",
    "auth/logout/": "a viewer may leave",
    "webhooks/<str:secret_id>/": "the sender is no user; the role of the endpoint's owner counts (test below)",
    "alerts/<int:alert_id>/read/": "what he has read is his own affair, and moves nothing",
    "alerts/read-all/": "what he has read is his own affair, and moves nothing",
}


@pytest.fixture
def venue(settings: Any) -> Iterator[Venue]:
    """No broker and no messenger out there is asked anything."""
    settings.NOTIFY_PRIVATE = True
    with fake_venue() as answering:
        yield answering


def send(client: Any, endpoint: Endpoint, body: Any = None, **values: Any) -> Any:
    return client.generic(
        endpoint.method.upper(), endpoint.path(**values), json.dumps(body or {}), content_type="application/json"
    )


def viewer() -> Any:
    user = make_user()
    user.groups.add(Group.objects.get(name="viewer"))
    return user


@pytest.mark.parametrize("endpoint", UNSAFE, ids=str)
def test_a_viewer_changes_nothing(db: None, endpoint: Endpoint) -> None:
    answer = send(client_of(viewer()), endpoint)
    if endpoint.route in VIEWERS_TOO:
        assert answer.status_code != 403 or answer.json()["error"]["code"] != "role_viewer"
    else:
        check_error(answer, 403, "role_viewer")


@pytest.mark.parametrize("endpoint", EVERY, ids=str)
def test_a_stranger_comes_nowhere(db: None, endpoint: Endpoint) -> None:
    answer = send(Client(), endpoint)
    assert (answer.status_code == 401) == (endpoint.route not in OPEN)


@pytest.mark.parametrize("path", ["accounts/", "trades/", "events/", "brokers/", "auth/me/"])
def test_a_viewer_looks_on(db: None, path: str) -> None:
    assert client_of(viewer()).get(f"/api/{path}").status_code == 200


def own_account(owner: Any) -> dict[str, Any]:
    return {"account_id": make_account(owner).pk}


def own_session(owner: Any) -> dict[str, Any]:
    session = make_session(make_account(owner), status="STOPPED")
    return {"account_id": session.account_id, "session_id": session.pk}


def own_shadowed(owner: Any) -> dict[str, Any]:
    session = make_session(make_account(owner, mode=AccountMode.DEMO), venue="deribit-test")
    shadow.create(session_id=session.pk)
    return {"session_id": session.pk}


def own_credential(owner: Any) -> dict[str, Any]:
    return {"pk": make_credential(owner).pk}


def own_webhook(owner: Any) -> dict[str, Any]:
    return {"pk": WebhookEndpoint.issue(owner_id=owner.pk, name="tv")[0].pk}


def own_trade(owner: Any) -> dict[str, Any]:
    make_instrument()
    publish_quote(100.0)
    account = make_account(owner)
    make_session(account)
    return {"trade_id": open_trade(SimpleNamespace(owner=owner)).pk}


def own_signal(owner: Any) -> dict[str, Any]:
    return {"public_id": make_signal(owner).public_id}


def own_alert(owner: Any) -> dict[str, Any]:
    alert = alerts.raise_alert(owner_id=owner.pk, kind=AlertKind.TEST, code="test", message="A test.")
    assert alert is not None
    return {"alert_id": alert.pk}


def own_channel(owner: Any) -> dict[str, Any]:
    return {"pk": channels.add(owner_id=owner.pk, label="mine", url=Secret("json://127.0.0.1:1/x")).pk}


def own_track_record(owner: Any) -> dict[str, Any]:
    account_id = make_account(owner).pk
    made = records.publish(owner_id=owner.pk, account_id=account_id, session_id=None, title="Mine")
    return {"record_id": made.pk}


def own_backtest(owner: Any) -> dict[str, Any]:
    data = {"venue": "none", "symbols": ["ABC"], "timeframe": "1m", "start": None, "end": None}
    return {"backtest_id": Backtest.objects.create(owner=owner, config={"strategies": []}, data=data).pk}


# What the parameters of a route stand for, by how the route begins; the longest that fits counts.
KINDS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "backtests/": own_backtest,
    "accounts/": own_account,
    "accounts/<int:account_id>/sessions/": own_session,
    "sessions/": own_session,
    "sessions/<int:session_id>/shadow/": own_shadowed,
    "credentials/": own_credential,
    "webhooks-config/": own_webhook,
    "trades/": own_trade,
    "dev/paper/trades/": own_trade,
    "signals/": own_signal,
    "alerts/": own_alert,
    "notifications/": own_channel,
    "track-records/": own_track_record,
}
# Bodies, where an empty one is refused before the object is looked for.
BODIES: dict[str, dict[str, Any]] = {
    "PATCH accounts/<int:account_id>/": {"name": "Other"},
    "POST accounts/<int:account_id>/live-trading/": {"enabled": False},
    "PATCH sessions/<int:session_id>/": {"name": "Other"},
    "POST trades/<int:trade_id>/modify/": {"take_profit": "150"},
    "PATCH webhooks-config/<int:pk>/": {"is_enabled": False},
    "PATCH notifications/<int:pk>/": {"label": "other"},
    "PATCH track-records/<int:record_id>/": {"title": "Other"},
}


def maker_of(endpoint: Endpoint) -> Callable[[Any], dict[str, Any]]:
    fitting = [prefix for prefix in KINDS if endpoint.route.startswith(prefix)]
    assert fitting, f"whose is what {endpoint} names? Add it to KINDS"
    return KINDS[max(fitting, key=len)]


@pytest.mark.parametrize("endpoint", [item for item in EVERY if item.parameters and item.route not in OPEN], ids=str)
def test_another_users_things_are_not_there(db: None, endpoint: Endpoint, venue: Venue) -> None:
    owner, other = make_user(), make_user()
    named, body = maker_of(endpoint)(owner), BODIES.get(str(endpoint))
    check_error(send(client_of(other), endpoint, body, **named), 404, "not_found")
    admin = make_user()
    admin.is_staff = True
    admin.save()
    check_error(send(client_of(admin), endpoint, body, **named), 404, "not_found")
    mine = send(client_of(owner), endpoint, body, **named)
    assert mine.status_code not in (400, 401, 403, 404, 405), "to its owner it is there"


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("POST sessions/", {"name": "Mine", "strategies": [{"name": "razor"}]}),
        ("POST auto-trade/start/", {}),
        ("POST auto-trade/stop/", {}),
        ("POST deriv/auto-trading/start/", {"strategy": "razor"}),
        ("POST deriv/auto-trading/stop/", {}),
        ("POST dev/paper/start/", None),
        ("POST dev/paper/reset/", None),
        ("PATCH dev/paper/settings/", None),
        ("GET dev/paper/status/", None),
        ("GET dev/paper/summary/", None),
        ("GET dev/paper/trades/", None),
        ("GET auto-trade/status/", None),
        ("GET deriv/auto-trading/status/", None),
        ("GET deriv/auto-trading/trades/", None),
        ("GET deriv/auto-trading/risk-metrics/", None),
    ],
)
def test_another_users_account_is_not_there_by_any_name(db: None, what: str, body: Any) -> None:
    """Named in the body, or in the query."""
    account = make_account()
    method, _, route = what.partition(" ")
    path = Endpoint(method, route).path() + ("" if body is not None else f"?account={account.pk}")
    given = json.dumps({**(body or {}), **({"account": account.pk} if body is not None else {})})
    answer = client_of(make_user()).generic(method, path, given, content_type="application/json")
    check_error(answer, 404, "not_found")


@pytest.mark.parametrize("kind", ["trades", "decisions", "events", "alerts", "sessions"])
def test_a_list_of_another_users_account_is_empty(db: None, kind: str) -> None:
    trade = Trade.objects.get(pk=own_trade(make_user())["trade_id"])
    own_alert(trade.account.owner)
    path = f"/api/{kind}/?account={trade.account_id}"
    assert client_of(make_user()).get(path).json()["results"] == []
    assert kind == "alerts" or client_of(trade.account.owner).get(path).json()["results"]


class TestActingFor:
    @pytest.fixture
    def ann(self, db: None) -> Any:
        return make_user("ann")

    @pytest.fixture
    def admin(self, db: None) -> Any:
        user = make_user("boss")
        user.is_staff = True
        user.save()
        return user

    def call(self, caller: Any, name: str, method: str = "get", path: str = "accounts/", body: Any = None) -> Any:
        client = client_of(caller)
        return getattr(client, method)(f"/api/{path}", body, format="json", headers={"X-Act-For": name})

    def test_an_administrator_acts_for_a_user_and_is_recorded(self, ann: Any, admin: Any) -> None:
        made = self.call(admin, "ann", "post", body={"name": "Desk", "mode": "PAPER"})
        assert made.status_code == 201
        assert Account.objects.get().owner == ann
        assert [item["name"] for item in self.call(admin, "ann").json()["results"]] == ["Desk"]
        assert self.call(admin, "boss").json()["results"] == []
        for event in Event.objects.filter(owner=ann):
            assert (event.actor, event.via) == (admin, "api")
        told = Event.objects.get(type="audit", payload__action="account.opened").payload
        assert told["actor"] == {"id": admin.pk, "username": "boss"}
        assert told["via"] == "api"
        asked = Event.objects.get(type="audit", payload__action="admin.acted")
        assert (asked.owner, asked.actor, asked.payload["subject"]) == (ann, admin, "POST /api/accounts/")

    def test_whatever_he_asks_for_is_recorded(self, ann: Any, admin: Any) -> None:
        """What has no record of its own, too, and what is refused."""
        self.call(admin, "ann", "post", "signals/", {"symbol": "ABC", "direction": "LONG", "confidence": "0.5"})
        self.call(admin, "ann", "delete", "accounts/7/")
        self.call(admin, "ann")
        self.call(admin, "boss", "post", "alerts/read-all/")
        told = Event.objects.filter(payload__action="admin.acted").order_by("number")
        assert [event.payload["subject"] for event in told] == ["POST /api/signals/", "DELETE /api/accounts/7/"]

    def test_his_role_counts_not_the_users(self, ann: Any, admin: Any) -> None:
        ann.groups.add(Group.objects.get(name="viewer"))
        assert self.call(admin, "ann", "post", body={"name": "Desk", "mode": "PAPER"}).status_code == 201
        me = self.call(admin, "ann", path="auth/me/").json()
        assert (me["username"], me["role"]) == ("ann", "admin")

    def test_for_who_was_shut_out_too(self, ann: Any, admin: Any) -> None:
        """Somebody has to close his trades."""
        ann.is_active = False
        ann.save()
        assert self.call(admin, "ann").status_code == 200

    @pytest.mark.parametrize("name", ["nobody", "", "a\x00b", "Ann"])
    def test_an_unknown_user(self, ann: Any, admin: Any, name: str) -> None:
        check_error(self.call(admin, name), 404, "unknown_user", "X-Act-For")

    def test_a_name_in_any_letters(self, admin: Any) -> None:
        user = make_user("zoë")
        for sent in ("zoë", "zoë".encode().decode("latin-1")):
            assert self.call(admin, sent, path="auth/me/").json()["id"] == user.pk

    def test_nobody_else_may(self, ann: Any, admin: Any) -> None:
        check_error(self.call(ann, "boss"), 403, "act_for_refused", "X-Act-For")
        check_error(self.call(ann, "nobody"), 403, "act_for_refused", "X-Act-For")
        admin.groups.add(Group.objects.get(name="viewer"))
        check_error(self.call(admin, "ann"), 403, "act_for_refused", "X-Act-For")

    def test_from_the_dashboard(self, ann: Any, admin: Any) -> None:
        browser = Client()
        browser.force_login(admin)
        assert browser.get("/api/auth/me/", headers={"X-Act-For": "ann"}).json()["username"] == "ann"

    def test_an_idempotency_key_is_the_users(self, ann: Any, admin: Any) -> None:
        def post(caller: Any, **headers: str) -> Any:
            headers = {"Idempotency-Key": "k1", **headers}
            return client_of(caller).post("/api/accounts/", {"name": "D", "mode": "PAPER"}, "json", headers=headers)

        assert post(admin, **{"X-Act-For": "ann"}).json()["id"] == post(ann).json()["id"]
        assert post(admin).json()["id"] != post(ann).json()["id"]


class TestRoles:
    @pytest.mark.parametrize(
        ("settings", "groups", "role"),
        [
            ({}, [], Role.TRADER),
            ({}, ["trader"], Role.TRADER),
            ({}, ["viewer"], Role.VIEWER),
            ({}, ["viewer", "trader"], Role.VIEWER),
            ({}, ["admin"], Role.TRADER),
            ({"is_staff": True}, [], Role.ADMIN),
            ({"is_staff": True}, ["viewer"], Role.VIEWER),
            ({"is_superuser": True}, ["viewer"], Role.ADMIN),
            ({"is_superuser": True, "is_active": False}, [], Role.VIEWER),
        ],
    )
    def test_of_a_user(self, db: None, settings: dict[str, bool], groups: list[str], role: Role) -> None:
        user = make_user()
        for name, value in settings.items():
            setattr(user, name, value)
        user.save()
        user.groups.set(Group.objects.filter(name__in=groups))
        assert role_of(user) == role

    def test_me_tells_it(self, db: None) -> None:
        user = viewer()
        assert client_of(user).get("/api/auth/me/").json()["role"] == "viewer"
        browser = Client()
        login = {"username": user.username, "password": "correct horse"}
        answer = browser.post("/api/auth/login/", login, content_type="application/json")
        assert answer.json()["role"] == "viewer"

    def test_the_groups_are_there_after_a_migration(self, db: None) -> None:
        assert set(Group.objects.values_list("name", flat=True)) == {"viewer", "trader", "admin"}
        admin = Group.objects.get(name="admin")
        assert admin.permissions.filter(codename="change_account").exists()
        assert not admin.permissions.filter(content_type__app_label="auth").exists(), "or staff could raise themselves"
        assert not Group.objects.get(name="trader").permissions.exists()

    def test_a_viewers_webhook_takes_nothing_in(self, db: None) -> None:
        user = make_user()
        endpoint, secret_id = WebhookEndpoint.issue(owner_id=user.pk, name="tv")
        body = {"secret": endpoint.signing_secret, "symbol": "ABC", "direction": "LONG"}

        def post() -> Any:
            return Client().post(f"/api/webhooks/{secret_id}/", body, content_type="application/json")

        assert post().status_code == 201
        user.groups.add(Group.objects.get(name="viewer"))
        check_error(post(), 403, "role_viewer")


@pytest.mark.usefixtures("no_redis")
class TestWithoutRedis:
    """Who may do what is asked of the database alone: a kill switch must not wait for Redis."""

    @pytest.fixture
    def no_redis(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def down(*args: Any, **kwargs: Any) -> Any:
            raise redis.ConnectionError("down")

        monkeypatch.setattr(redis.Connection, "connect", down)

    def test_of_every_kind(self, db: None) -> None:
        user, admin = make_user("ann"), make_user("boss")
        admin.is_staff = True
        admin.save()
        browser = Client()
        browser.force_login(user)
        assert browser.get("/api/auth/me/").status_code == 200
        assert client_of(user).get("/api/auth/me/").status_code == 200
        assert client_of(admin).get("/api/auth/me/", headers={"X-Act-For": "ann"}).status_code == 200
        check_error(client_of(viewer()).post("/api/dev/paper/start/"), 403, "role_viewer")
