"""The outbox of notifications: one row for each alert and channel, until it was sent or given up."""

from functools import partial

from django.db import transaction

from trading import queueing
from trading.market import wall_now
from trading.models import Alert, NotificationChannel, NotificationDelivery


def channels_for(owner_id: int, kind: str, severity: int) -> list[NotificationChannel]:
    """The owner's enabled channels that ask for alerts of this kind and severity."""
    asking = NotificationChannel.objects.filter(owner=owner_id, is_enabled=True, min_severity__lte=severity)
    return [channel for channel in asking.order_by("pk") if not channel.kinds or kind in channel.kinds]


def queue_deliveries(alert: Alert) -> None:
    """Rows for the channels that ask for the alert, sent after the commit.

    A replay tells nobody: what it lives through is not happening now.
    """
    if queueing.is_inline():
        return
    rows = NotificationDelivery.objects.bulk_create(
        NotificationDelivery(alert=alert, channel=channel, due_at=wall_now())
        for channel in channels_for(alert.owner_id, alert.kind, alert.severity)
    )
    for row in rows:
        transaction.on_commit(partial(queueing.send, "trading.deliver_notification", row.pk))
