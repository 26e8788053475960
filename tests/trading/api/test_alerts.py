"""/api/alerts/."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.clients import check_error, client_of
from tests.trading.factories import make_account, make_user
from trading.alerts import alerts
from trading.models import Alert, AlertKind, Severity


@pytest.fixture
def box(db: None) -> SimpleNamespace:
    """An owner with three alerts, the oldest of them read, and somebody else with one."""
    account, other = make_account(), make_account()
    owner = account.owner

    def shout(kind: AlertKind, **more: Any) -> Alert:
        made = alerts.raise_alert(owner_id=owner.pk, kind=kind, code="c", message=f"{kind}!", **more)
        assert made is not None
        return made

    read = shout(AlertKind.LIMIT_NEAR)
    alerts.mark_read(owner_id=owner.pk, alert_ids=[read.pk])
    halted = shout(AlertKind.HALTED, account_id=account.pk, details={"limit": "max_drawdown_percent"})
    closed = shout(AlertKind.TRADE_CLOSED)
    foreign = alerts.raise_alert(owner_id=other.owner_id, kind=AlertKind.HALTED, code="c", message="not yours")
    return SimpleNamespace(
        owner=owner, api=client_of(owner), read=read, halted=halted, closed=closed, foreign=foreign, account=account
    )


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["results"]]


def test_the_list(box: SimpleNamespace) -> None:
    answer = box.api.get("/api/alerts/")
    assert ids(answer) == [box.closed.pk, box.halted.pk, box.read.pk]
    body = answer.json()
    assert (body["count"], body["unread"]) == (3, 2)
    shown = body["results"][1]
    box.halted.refresh_from_db()
    assert shown == alerts.render_alert(box.halted)
    assert set(shown) == {
        "id", "kind", "severity", "code", "message", "details", "account", "session", "trade", "created_at", "read_at",
    }  # fmt: skip
    assert (shown["severity"], shown["account"]) == ("CRITICAL", box.account.pk)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("unread=true", ["closed", "halted"]),
        ("unread=false", ["read"]),
        ("unread=1&kind=HALTED", ["halted"]),
        ("severity=CRITICAL", ["halted"]),
        ("severity=INFO", ["closed"]),
        ("kind=TEST", []),
        ("limit=1", ["closed"]),
        ("limit=1&offset=2", ["read"]),
    ],
)
def test_filters(box: SimpleNamespace, query: str, expected: list[str]) -> None:
    answer = box.api.get(f"/api/alerts/?{query}")
    assert ids(answer) == [getattr(box, name).pk for name in expected]
    assert answer.json()["unread"] == 2, "all that is unread, whatever is listed"


def test_by_account(box: SimpleNamespace) -> None:
    assert ids(box.api.get(f"/api/alerts/?account={box.account.pk}")) == [box.halted.pk]
    assert ids(box.api.get(f"/api/alerts/?account={box.foreign.pk + 999}")) == []


@pytest.mark.parametrize("query", ["kind=NO", "severity=10", "unread=maybe", "account=x"])
def test_wrong_filters_are_named(box: SimpleNamespace, query: str) -> None:
    check_error(box.api.get(f"/api/alerts/?{query}"), 400, "invalid", query.partition("=")[0])


def test_reading_one(box: SimpleNamespace) -> None:
    first = box.api.post(f"/api/alerts/{box.halted.pk}/read/")
    assert first.status_code == 200
    assert first.json()["read_at"] is not None
    again = box.api.post(f"/api/alerts/{box.halted.pk}/read/")
    assert again.json() == first.json(), "it stays as it was"
    assert box.api.get("/api/alerts/").json()["unread"] == 1


def test_nobody_elses(box: SimpleNamespace) -> None:
    check_error(box.api.post(f"/api/alerts/{box.foreign.pk}/read/"), 404, "not_found")
    check_error(box.api.post("/api/alerts/999999/read/"), 404, "not_found")
    box.foreign.refresh_from_db()
    assert box.foreign.read_at is None


def test_reading_all(box: SimpleNamespace) -> None:
    assert box.api.post("/api/alerts/read-all/").json() == {"read": 2}
    assert box.api.post("/api/alerts/read-all/").json() == {"read": 0}
    assert box.api.get("/api/alerts/").json()["unread"] == 0
    box.foreign.refresh_from_db()
    assert box.foreign.read_at is None


def test_strangers(db: None) -> None:
    for method, path in (("get", ""), ("post", "read-all/"), ("post", "1/read/")):
        check_error(getattr(APIClient(), method)(f"/api/alerts/{path}"), 401, "not_authenticated")


def test_a_viewer_may_read(box: SimpleNamespace) -> None:
    from django.contrib.auth.models import Group

    box.owner.groups.add(Group.objects.get_or_create(name="viewer")[0])
    assert box.api.post(f"/api/alerts/{box.halted.pk}/read/").status_code == 200
    assert box.api.post("/api/alerts/read-all/").status_code == 200


def test_they_come_live_as_they_are_listed(box: SimpleNamespace) -> None:
    events = box.api.get("/api/events/?type=alert").json()["results"]
    assert [event["payload"]["id"] for event in events] == [box.closed.pk, box.halted.pk, box.read.pk]
    listed = box.api.get("/api/alerts/").json()["results"]
    assert events[0]["payload"] == listed[0]
    assert Severity[listed[0]["severity"]] == Severity.INFO
    assert not make_user().alerts.exists()
