"""What the notifications' tests share."""

from datetime import datetime
from typing import Any

import pytest

from brokers.interface import Secret
from trading.alerts import alerts
from trading.models import Alert, AlertKind, NotificationChannel, NotificationDelivery
from trading.notifications import channels, delivery


def channel_to(owner: Any, url: str, **rules: Any) -> NotificationChannel:
    label = rules.pop("label", f"Channel {NotificationChannel.objects.count()}")
    return channels.add(owner_id=owner.pk, label=label, url=Secret(url), **rules)


def shout(owner: Any, message: str = "It is near.", **more: Any) -> Alert:
    values: dict[str, Any] = {"kind": AlertKind.LIMIT_NEAR, "code": "near", **more}
    made = alerts.raise_alert(owner_id=owner.pk, message=message, **values)
    assert made is not None
    return made


def deliver_all() -> None:
    """What the tasks do that were queued."""
    for pk in NotificationDelivery.objects.order_by("pk").values_list("pk", flat=True):
        delivery.deliver(pk)


def statuses() -> list[str]:
    return list(NotificationDelivery.objects.order_by("pk").values_list("status", flat=True))


def move_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(delivery, "wall_now", lambda: moment)
