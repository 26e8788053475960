"""/api/notifications/: channels, whose addresses go in and never come out."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from tests.clients import check_error, client_of
from tests.sinks import HttpSink, http_sink
from tests.trading.factories import make_user
from trading import sealed
from trading.alerts import alerts
from trading.models import AlertKind, NotificationChannel
from trading.notifications import delivery

PATH = "/api/notifications/"


@pytest.fixture
def sink(settings: Any) -> Iterator[HttpSink]:
    settings.NOTIFY_PRIVATE = True
    with http_sink() as made:
        yield made


@pytest.fixture
def desk(db: None) -> SimpleNamespace:
    owner = make_user()
    return SimpleNamespace(owner=owner, api=client_of(owner))


def new(api: APIClient, url: str = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", **more: Any) -> Any:
    headers = more.pop("headers", {})
    return api.post(PATH, {"label": "Phone", "url": url, **more}, format="json", headers=headers)


def test_a_channel(desk: SimpleNamespace) -> None:
    answer = new(desk.api)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body == {
        "id": body["id"],
        "label": "Phone",
        "service": "discord",
        "is_enabled": True,
        "min_severity": "WARNING",
        "kinds": [],
        "quiet_from": None,
        "quiet_until": None,
        "time_zone": "UTC",
        "last_delivery": None,
        "created_at": body["created_at"],
    }
    assert desk.api.get(PATH).json()["results"] == [body]
    assert desk.api.get(f"{PATH}{body['id']}/").json() == body
    for shown in (answer, desk.api.get(PATH), desk.api.get(f"{PATH}{body['id']}/")):
        assert b"JHMHI8qBe7bk" not in shown.content
        assert b"4174216298" not in shown.content


def test_all_its_rules(desk: SimpleNamespace) -> None:
    rules = {
        "is_enabled": False,
        "min_severity": "INFO",
        "kinds": ["HALTED", "TRADE_CLOSED"],
        "quiet_from": "22:30",
        "quiet_until": "07:00",
        "time_zone": "Europe/Berlin",
    }
    body = new(desk.api, **rules).json()
    assert {name: body[name] for name in rules} == rules
    path = f"{PATH}{body['id']}/"
    changed = desk.api.patch(path, {"quiet_from": None, "quiet_until": None, "min_severity": "INFO"}, format="json")
    assert changed.status_code == 200, changed.content
    assert {**rules, "quiet_from": None, "quiet_until": None}.items() <= changed.json().items()
    check_error(desk.api.patch(path, {"min_severity": "CRITICAL"}, format="json"), 400, "invalid", "min_severity")
    assert desk.api.get(path).json() == changed.json()


def test_another_address_is_another_service(desk: SimpleNamespace) -> None:
    pk = new(desk.api).json()["id"]
    answer = desk.api.patch(f"{PATH}{pk}/", {"url": "ntfys://my-topic"}, format="json")
    assert answer.json()["service"] == "ntfys"
    assert sealed.url_of(NotificationChannel.objects.get()).reveal() == "ntfys://my-topic"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("url", {"url": "nope://SECRET-part"}),
        ("url", {"url": "json://127.0.0.1/SECRET-part"}),
        ("url", {"url": "syslog://SECRET-part"}),
        ("url", {"url": ""}),
        ("url", {"url": 7.5}),
        ("url", {"url": "x" * 9000}),
        ("label", {"label": ""}),
        ("label", {"label": "x" * 61}),
        ("min_severity", {"min_severity": "20"}),
        ("kinds.0", {"kinds": ["NEVER"]}),
        ("kinds", {"kinds": "HALTED"}),
        ("quiet_from", {"quiet_from": "25:00"}),
        ("quiet_until", {"quiet_from": "22:00"}),
        ("time_zone", {"time_zone": "Moon"}),
        ("token", {"token": "x"}),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(desk: SimpleNamespace, field: str, given: dict[str, Any]) -> None:
    answer = new(desk.api, **given)
    check_error(answer, 400, "invalid", field)
    assert b"SECRET-part" not in answer.content
    assert not NotificationChannel.objects.exists()


def test_a_name_counts_once(desk: SimpleNamespace) -> None:
    first = new(desk.api).json()
    check_error(new(desk.api), 400, "invalid", "label")
    other = new(desk.api, label="Other").json()
    check_error(desk.api.patch(f"{PATH}{other['id']}/", {"label": "Phone"}, format="json"), 400, "invalid", "label")
    assert new(client_of(make_user())).status_code == 201
    assert first["label"] == "Phone"


def test_two_clicks_make_one_channel(desk: SimpleNamespace) -> None:
    headers = {"Idempotency-Key": "abc"}
    first, second = new(desk.api, headers=headers), new(desk.api, headers=headers)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert NotificationChannel.objects.count() == 1
    check_error(new(desk.api, label="Another", headers=headers), 422, "idempotency_key_reused")


def test_removing(desk: SimpleNamespace, sink: HttpSink) -> None:
    pk = new(desk.api, sink.url()).json()["id"]
    desk.api.post(f"{PATH}{pk}/test/")
    assert desk.api.delete(f"{PATH}{pk}/").status_code == 204
    check_error(desk.api.delete(f"{PATH}{pk}/"), 404, "not_found")
    assert desk.api.get(PATH).json()["results"] == []


def test_nobody_elses(desk: SimpleNamespace) -> None:
    pk = new(client_of(make_user())).json()["id"]
    path = f"{PATH}{pk}/"
    assert desk.api.get(PATH).json()["results"] == []
    for answer in (
        desk.api.get(path),
        desk.api.patch(path, {"is_enabled": False}, format="json"),
        desk.api.delete(path),
        desk.api.post(f"{path}test/"),
    ):
        check_error(answer, 404, "not_found")
    assert NotificationChannel.objects.get().is_enabled


def test_a_test_message(desk: SimpleNamespace, sink: HttpSink) -> None:
    pk = new(desk.api, sink.url(), min_severity="CRITICAL").json()["id"]
    assert desk.api.post(f"{PATH}{pk}/test/").json() == {"delivered": True, "error": ""}
    assert "test message" in sink.posts[0]["message"]
    last = desk.api.get(f"{PATH}{pk}/").json()["last_delivery"]
    assert (last["status"], last["error"]) == ("SENT", "")
    sink.statuses = [403]
    failed = desk.api.post(f"{PATH}{pk}/test/").json()
    assert failed["delivered"] is False
    assert "403" in failed["error"]
    assert desk.api.get(f"{PATH}{pk}/").json()["last_delivery"]["status"] == "FAILED"
    assert desk.api.get("/api/alerts/?unread=true").json()["count"] == 0, "a test is nothing to read"


def test_the_last_delivery_is_shown(desk: SimpleNamespace, sink: HttpSink) -> None:
    pk = new(desk.api, sink.url()).json()["id"]
    sink.statuses = [500]
    made = alerts.raise_alert(owner_id=desk.owner.pk, kind=AlertKind.HALTED, code="c", message="m")
    assert made is not None
    delivery.deliver(made.deliveries.get().pk)
    last = desk.api.get(PATH).json()["results"][0]["last_delivery"]
    assert last["status"] == "PENDING"
    assert "500" in last["error"]
    row = made.deliveries.get()
    assert last["at"] == row.due_at.isoformat().replace("+00:00", "Z")
    assert desk.api.get(f"{PATH}{pk}/").json()["last_delivery"] == last


def test_test_messages_are_rationed(desk: SimpleNamespace, sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    from trading.api.throttles import NotifyThrottle

    monkeypatch.setattr(NotifyThrottle, "THROTTLE_RATES", {"notify": "3/min"})
    cache.clear()
    pk = new(desk.api, sink.url()).json()["id"]
    codes = [desk.api.post(f"{PATH}{pk}/test/").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    assert len(sink.posts) == 3
    assert desk.api.get(PATH).status_code == 200


def test_services_and_kinds(desk: SimpleNamespace) -> None:
    body = desk.api.get(f"{PATH}services/").json()
    telegram = next(item for item in body["services"] if item["name"] == "Telegram")
    assert telegram["schemes"] == ["tgram"]
    assert telegram["docs"].startswith("https://")
    assert {"kind": "HALTED", "severity": "CRITICAL"} in body["kinds"]
    assert {item["kind"] for item in body["kinds"]} == set(AlertKind.values)
    assert body["severities"] == ["INFO", "WARNING", "CRITICAL"]


def test_strangers_and_viewers(desk: SimpleNamespace) -> None:
    from django.contrib.auth.models import Group

    check_error(APIClient().get(PATH), 401, "not_authenticated")
    pk = new(desk.api).json()["id"]
    desk.owner.groups.add(Group.objects.get_or_create(name="viewer")[0])
    assert desk.api.get(PATH).status_code == 200
    for answer in (new(desk.api, label="More"), desk.api.delete(f"{PATH}{pk}/"), desk.api.post(f"{PATH}{pk}/test/")):
        check_error(answer, 403, "role_viewer")
