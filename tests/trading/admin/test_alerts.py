"""Alerts, channels and bots in the admin: looked at, switched, removed through the services."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from brokers.interface import Secret
from tests.sinks import http_sink
from trading.models import Alert, Event, NotificationChannel, NotificationDelivery, TelegramBot
from trading.notifications import channels


def act(client: Client, model: type, action: str, *rows: Any) -> str:
    listing = reverse(f"admin:trading_{model._meta.model_name}_changelist")
    body = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(listing, body, follow=True).content.decode()


def test_alerts_are_marked_as_read(staff: Client, busy: SimpleNamespace) -> None:
    alert = Alert.objects.exclude(kind="KILL_SWITCH").get()
    act(staff, Alert, "mark_read", alert)
    alert.refresh_from_db()
    assert alert.read_at is not None


def test_channels(staff: Client, busy: SimpleNamespace) -> None:
    channel = NotificationChannel.objects.get()
    act(staff, NotificationChannel, "switch_off", channel)
    assert not NotificationChannel.objects.get().is_enabled
    act(staff, NotificationChannel, "switch_on", channel)
    assert NotificationChannel.objects.get().is_enabled
    act(staff, NotificationChannel, "remove_channels", channel)
    assert not NotificationChannel.objects.exists()
    done = Event.objects.filter(owner=busy.owner, type="audit", payload__action__startswith="notifications")
    assert {(event.actor.username, event.via) for event in done if event.actor} == {("root", "admin")}


def test_a_test_message(staff: Client, busy: SimpleNamespace, settings: Any) -> None:
    settings.NOTIFY_PRIVATE = True
    with http_sink() as sink:
        channel = channels.add(owner_id=busy.owner.pk, label="Hook", url=Secret(sink.url("the-secret-path")))
        assert "1 sent." in act(staff, NotificationChannel, "send_test", channel)
        sink.statuses = [500]
        page = act(staff, NotificationChannel, "send_test", channel)
    assert "500" in page
    assert "the-secret-path" not in page
    assert NotificationDelivery.objects.filter(channel=channel).count() == 2


def test_bots(staff: Client, busy: SimpleNamespace) -> None:
    act(staff, TelegramBot, "switch_off", TelegramBot.objects.get())
    assert not TelegramBot.objects.get().is_enabled
    act(staff, TelegramBot, "remove_bots", TelegramBot.objects.get())
    assert not TelegramBot.objects.exists()


@pytest.mark.parametrize(
    ("model", "action"),
    [(Alert, "mark_read"), (NotificationChannel, "remove_channels"), (TelegramBot, "remove_bots")],
)
def test_who_may_only_look_does_nothing(busy: SimpleNamespace, model: type, action: str) -> None:
    user = get_user_model().objects.create_user("looker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    row = model.objects.first()
    act(client, model, action, row)
    assert model.objects.filter(pk=row.pk).exists()
    assert not Alert.objects.exclude(read_at=None).exists()
