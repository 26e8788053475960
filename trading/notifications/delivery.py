"""Sending what the outbox holds: one message a channel at a time, again with growing pauses, quiet hours kept.

A delivery is claimed by moving its `due_at` ahead, so that a sender who dies is followed by another: a message may come
twice, and is not lost.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, QuerySet

from brokers.vault import VaultError
from trading import queueing, sealed
from trading.market import wall_now
from trading.models import DeliveryStatus, NotificationChannel, NotificationDelivery, Severity
from trading.notifications.errors import InvalidAddress, NotDelivered
from trading.notifications.texts import compose
from trading.rules.quiet_hours import quiet_until

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=6)  # more than a task may take (CELERY_TASK_TIME_LIMIT)
MOST_ATTEMPTS = 10
GRACE = timedelta(seconds=5)
_PAUSES = (10, 30, 120, 300, 900, 1800, 3600)  # seconds
_AT_ONCE = 50
_WAITING = (DeliveryStatus.PENDING, DeliveryStatus.QUIET)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts have failed."""
    return timedelta(seconds=_PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1])


def deliver(delivery_id: int) -> str:
    """Send the delivery, and with it whatever else is due on its channel, as one message. Safe to run twice or at once.

    Returns what became of it: "sent", "failed", or "" where there was nothing to do.
    """
    channel_id = NotificationDelivery.objects.filter(pk=delivery_id).values_list("channel_id", flat=True).first()
    if channel_id is None:
        return ""
    channel, batch = _claim(channel_id)
    if channel is None or not batch:
        return ""
    reason = _send(channel, batch)
    if reason is None:
        _note_sent(channel_id, batch)
        return "sent"
    logger.warning("channel %s: %s", channel_id, reason)
    _note_failure(channel_id, batch, reason)
    return "failed"


def send_once(channel: NotificationChannel, delivery: NotificationDelivery) -> NotificationDelivery:
    """Send this one delivery now, whatever the hour, and only once."""
    reason = _send(channel, [delivery])
    if reason is None:
        delivery.status, delivery.sent_at = DeliveryStatus.SENT, wall_now()
    delivery.attempts, delivery.error = 1, reason or ""
    delivery.save(update_fields=["status", "error", "attempts", "sent_at"])
    return delivery


def sweep_deliveries() -> int:
    """Queue each channel that has something due for 5 s: its message was lost, its pause or its quiet hours are over.

    Returns the number of channels.
    """
    due = NotificationDelivery.objects.filter(status__in=_WAITING, due_at__lt=wall_now() - GRACE).order_by()
    first = list(due.values("channel").annotate(first=Min("pk")).values_list("first", flat=True)[:_AT_ONCE])
    for delivery_id in first:
        queueing.send("trading.deliver_notification", delivery_id)
    return len(first)


def _waiting(channel_id: int) -> "QuerySet[NotificationDelivery]":
    return NotificationDelivery.objects.filter(channel=channel_id, status__in=_WAITING)


@transaction.atomic
def _claim(channel_id: int) -> tuple[NotificationChannel | None, list[NotificationDelivery]]:
    """The channel and what is to be sent on it now, claimed for the length of the lease."""
    channel = NotificationChannel.objects.select_for_update().filter(pk=channel_id).first()
    if channel is None:
        return None, []
    now = wall_now()
    found = _waiting(channel_id).filter(due_at__lte=now).select_related("alert__account").order_by("pk")
    due = list(found[:_AT_ONCE])
    if not channel.is_enabled:
        _update(due, status=DeliveryStatus.FAILED, error="The channel is switched off.")
        return channel, []
    due = _held_back(channel, due, now)
    if due and not any(row.alert.severity >= Severity.CRITICAL for row in due):
        due = _queued_behind(channel_id, due, now)
    _update(due, status=DeliveryStatus.PENDING, attempts=F("attempts") + 1, due_at=now + LEASE)
    return channel, due


def _held_back(
    channel: NotificationChannel, due: list[NotificationDelivery], now: datetime
) -> list[NotificationDelivery]:
    """What of `due` may go out now; in quiet hours that is what is critical, and the rest waits for their end."""
    until = quiet_until(now, channel.quiet_from, channel.quiet_until, channel.time_zone)
    if until is None:
        return due
    _update([row for row in due if row.alert.severity < Severity.CRITICAL], status=DeliveryStatus.QUIET, due_at=until)
    return [row for row in due if row.alert.severity >= Severity.CRITICAL]


def _queued_behind(channel_id: int, due: list[NotificationDelivery], now: datetime) -> list[NotificationDelivery]:
    """`due`, unless a message is on its way or its pause lasts: then they wait for that, and go out together.

    A service that does not answer keeps a worker for seconds: not anew for every alert of a bad hour.
    """
    ahead = _waiting(channel_id).filter(status=DeliveryStatus.PENDING, attempts__gt=0, due_at__gt=now)
    until = ahead.order_by("due_at").values_list("due_at", flat=True).first()
    if until is None:
        return due
    _update(due, due_at=until)
    return []


def _send(channel: NotificationChannel, batch: Sequence[NotificationDelivery]) -> str | None:
    """None, or the reason why it was not delivered."""
    from trading.notifications import services

    alerts = [row.alert for row in batch]
    title, body = compose(alerts, zone=channel.time_zone, now=wall_now())
    try:
        services.send(
            sealed.url_of(channel), title=title, body=body, severity=Severity(max(item.severity for item in alerts))
        )
    except (NotDelivered, InvalidAddress, VaultError) as error:
        return str(error)[:200]
    return None


@transaction.atomic
def _note_sent(channel_id: int, batch: Sequence[NotificationDelivery]) -> None:
    now = wall_now()
    _update(batch, status=DeliveryStatus.SENT, sent_at=now, error="")
    if behind := _follow(channel_id, now):
        transaction.on_commit(lambda: queueing.send("trading.deliver_notification", behind))


@transaction.atomic
def _note_failure(channel_id: int, batch: Sequence[NotificationDelivery], reason: str) -> None:
    """Each row counts its own attempts; the channel as a whole waits as long as its youngest row does."""
    now = wall_now()
    rows = list(NotificationDelivery.objects.filter(pk__in=[row.pk for row in batch]))
    again = [row for row in rows if row.attempts < MOST_ATTEMPTS]
    _update([row for row in rows if row not in again], status=DeliveryStatus.FAILED, error=reason, due_at=now)
    if again:
        until = now + pause_after(min(row.attempts for row in again))
        _update(again, error=reason, due_at=until)
        _follow(channel_id, until)


def _follow(channel_id: int, when: datetime) -> int | None:
    """Let what waits behind a message that has ended go out at `when`; the first of them, or None."""
    behind = _waiting(channel_id).filter(status=DeliveryStatus.PENDING, attempts=0, due_at__gt=when)
    first = behind.order_by("pk").values_list("pk", flat=True).first()
    behind.update(due_at=when)
    return first


def _update(rows: Sequence[NotificationDelivery], **values: object) -> None:
    if rows:
        NotificationDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(**values)
