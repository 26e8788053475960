"""The address of a notification channel and the token of a bot go in. They come out nowhere, as tests/test_secrets.py
has it for keys: the services repeat all that is sent to them, and the log is at its most talkative.
"""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import redis.asyncio
from celery import current_app
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from tests.clients import client_of
from tests.leaks import Watch
from tests.sinks import HttpSink, http_sink
from tests.telegram_api import FakeTelegram, fake_telegram
from tests.trading.factories import make_user
from trading.alerts import alerts
from trading.models import Alert, AlertKind, Event, NotificationChannel, NotificationDelivery, TelegramBot
from trading.notifications import delivery, services
from trading.telegram.poller import TelegramBots

SENTINELS = {
    "login": "SENTINEL-login/+=&a9b0c1d2",
    "path": "SENTINEL-path-e3f4a5b6",
    "header": "SENTINEL-header-c7d8e9f0",
    "bot": "SENTINEL-bot-token_a1b2c3d4e5f6",
}


@pytest.fixture
def watch(caplog: pytest.LogCaptureFixture) -> Watch:
    caplog.set_level(logging.DEBUG)
    return Watch(caplog, SENTINELS)


@pytest.fixture
def owner(transactional_db: None) -> Any:
    return make_user()


@pytest.fixture
def api(owner: Any) -> APIClient:
    return client_of(owner)


@pytest.fixture
def staff(transactional_db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


def send(api: APIClient, path: str, body: dict[str, Any], method: str = "post") -> Any:
    return getattr(api, method)(path, body, format="json")


def address(sink: HttpSink) -> str:
    login, path, header = (SENTINELS[part] for part in ("login", "path", "header"))
    return f"json://me:{quote(login, safe='')}@127.0.0.1:{sink.port}/{path}/?+X-Key={header}"


@pytest.fixture
def sink(settings: Any) -> Iterator[HttpSink]:
    """A service that repeats all that was sent to it."""
    settings.NOTIFY_PRIVATE = True
    with http_sink() as made:
        made.echoes = True
        yield made


def shout(owner: Any) -> int:
    made = alerts.raise_alert(owner_id=owner.pk, kind=AlertKind.HALTED, code="c", message="m")
    assert made is not None
    return made.deliveries.get().pk


def walk_admin(watch: Watch, staff: Client, *models: Any) -> None:
    for model in models:
        page = f"admin:trading_{model._meta.model_name}"
        assert watch(staff.get(reverse(f"{page}_changelist"))).status_code == 200
        for row in model.objects.all():
            for name in ("change", "history"):
                assert watch(staff.get(reverse(f"{page}_{name}", args=[row.pk]))).status_code == 200


def test_notification_channels(watch: Watch, api: APIClient, staff: Client, owner: Any, sink: HttpSink) -> None:
    body = {"label": "Hook", "url": address(sink)}
    pk = watch(send(api, "/api/notifications/", body)).json()["id"]
    for wrong in (
        f"nope://{SENTINELS['path']}",
        f"file:///{SENTINELS['path']}",
        f"slack://a/b/{SENTINELS['path']}?template=/x",
    ):
        assert watch(send(api, "/api/notifications/", {"label": "Wrong", "url": wrong})).status_code == 400
    assert watch(send(api, "/api/notifications/", {**body, "label": ""})).status_code == 400
    assert watch(send(api, "/api/notifications/", {**body, "label": "x", "more": 1})).status_code == 400
    path = f"/api/notifications/{pk}/"
    for status in (200, 401, 404, 500):
        sink.statuses = [status]
        assert watch(api.post(f"{path}test/")).status_code == 200
        watch(api.get(path))
        listing = reverse("admin:trading_notificationchannel_changelist")
        sink.statuses = [status]
        watch(staff.post(listing, {"action": "send_test", "_selected_action": [pk]}, follow=True))
        sink.statuses = [status]
        NotificationDelivery.objects.filter(status="PENDING").delete()
        current_app.tasks["trading.deliver_notification"].apply(args=(shout(owner),), throw=True)
    assert all(SENTINELS["path"] in sent for sent in sink.paths), "it was sent, and repeated"
    watch(send(api, path, {"url": address(sink), "label": "Other"}, "patch"))
    walk_admin(watch, staff, NotificationChannel, NotificationDelivery, Alert, Event)
    watch(api.get("/api/events/"))
    watch(api.get("/api/alerts/"))
    watch(api.delete(path))
    watch.check()


def test_a_service_that_is_not_there(watch: Watch, api: APIClient, owner: Any, settings: Any) -> None:
    settings.NOTIFY_PRIVATE = True
    with http_sink() as sink:
        url = address(sink)
    pk = watch(send(api, "/api/notifications/", {"label": "Hook", "url": url})).json()["id"]
    assert watch(api.post(f"/api/notifications/{pk}/test/")).json()["delivered"] is False
    delivery.deliver(shout(owner))
    settings.NOTIFY_PRIVATE = False
    assert "PRIVATE" in watch(api.post(f"/api/notifications/{pk}/test/")).json()["error"]
    watch.check()


@pytest.mark.parametrize("accept", ["text/html,application/json", "application/json"])
def test_debug_pages_of_notifications(
    watch: Watch, api: APIClient, sink: HttpSink, settings: Any, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    settings.DEBUG = True
    pk = send(api, "/api/notifications/", {"label": "Hook", "url": address(sink)}).json()["id"]

    def bug(*_: object, **__: object) -> None:
        raise RuntimeError("a bug in our own code, with the address in reach")

    for name in ("_plugin", "_reason", "_secrets_in"):
        sink.statuses = [500]
        with monkeypatch.context() as patched:
            patched.setattr(services, name, bug)
            headers = {"accept": accept}
            watch(api.post(f"/api/notifications/{pk}/test/", headers=headers))
            watch(api.post("/api/notifications/", {"label": "x", "url": address(sink)}, format="json", headers=headers))
    assert sum("Exception Type" in said for said in watch.said) >= 3, "these were debug pages"
    watch.check()


@pytest.fixture
def telegram(settings: Any) -> Iterator[FakeTelegram]:
    """It repeats the address of the call, and with it the token, in its refusals."""
    with fake_telegram() as fake:
        fake.bots[f"123456789:{SENTINELS['bot']}"] = "desk_bot"
        settings.TELEGRAM_URL, settings.NOTIFY_PRIVATE = fake.url, True
        yield fake


def test_telegram(
    watch: Watch, api: APIClient, staff: Client, owner: Any, telegram: FakeTelegram, redis_url: str, settings: Any
) -> None:
    body = {"token": f"123456789:{SENTINELS['bot']}"}
    for fault in (400, 401, 403, 429, 500, "drop", "garbage"):
        telegram.faults["getMe"] = [fault]
        assert watch(send(api, "/api/telegram/", body, "put")).status_code >= 400
    assert watch(send(api, "/api/telegram/", {**body, "more": 1}, "put")).status_code == 400
    assert watch(send(api, "/api/telegram/", {"token": f"?{SENTINELS['bot']}"}, "put")).status_code == 400
    code = watch(send(api, "/api/telegram/", body, "put")).json()["link_code"]
    telegram.says(f"/start {code}")
    telegram.faults["getUpdates"] = [409, 400, "drop"]
    telegram.faults["sendMessage"] = [400, "drop"]

    async def listen() -> None:
        client = redis.asyncio.Redis.from_url(redis_url)
        task = asyncio.create_task(TelegramBots(client, "one").run())
        await asyncio.to_thread(telegram.wait_sent, 1, 30.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.aclose()

    asyncio.run(listen())
    delivery.deliver(shout(owner))
    assert len(telegram.sent) == 2, "the alert went to the linked chat"
    settings.TELEGRAM_URL = "http://127.0.0.1:1"
    watch(send(api, "/api/telegram/", body, "put"))
    assert delivery.deliver(shout(owner)) == "failed"
    watch(api.get("/api/telegram/"))
    watch(api.get("/api/notifications/"))
    watch(api.get("/api/events/"))
    walk_admin(watch, staff, TelegramBot, NotificationChannel, NotificationDelivery, Event)
    watch(api.delete("/api/telegram/"))
    watch.check()
