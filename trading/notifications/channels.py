"""Channels: added, changed, removed, tried out. An address goes into the vault here and comes out to be sent to."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from brokers.interface import Secret
from trading import sealed
from trading.alerts.alerts import severity_of
from trading.audit import audit
from trading.market import wall_now
from trading.models import (
    Alert,
    AlertKind,
    DeliveryStatus,
    NotificationChannel,
    NotificationDelivery,
    Severity,
)
from trading.notifications.delivery import send_once
from trading.notifications.errors import InvalidAddress

MOST_CHANNELS = 20
_TELEGRAM = "Telegram"
RULES = ("label", "is_enabled", "min_severity", "kinds", "quiet_from", "quiet_until", "time_zone")


class InvalidChannel(ValueError):
    """`fields` holds messages by the name of the field; none repeats the address."""

    def __init__(self, **fields: str) -> None:
        self.fields = {name: [message] for name, message in fields.items()}
        super().__init__("; ".join(f"{name}: {message}" for name, message in fields.items()))


def add(*, owner_id: int, label: str, url: Secret, **rules: Any) -> NotificationChannel:
    """A channel to the address, which is in apprise's notation. Raises InvalidChannel naming the field."""
    channel = NotificationChannel(owner_id=owner_id, label=label)
    _address(channel, url)
    _apply(channel, rules)
    with transaction.atomic():
        if NotificationChannel.objects.filter(owner=owner_id).count() >= MOST_CHANNELS:
            raise InvalidChannel(label=f"You have {MOST_CHANNELS} channels; remove one first.")
        _save(channel)
        _record(channel, "notifications.channel_added", None, shown(channel))
    return channel


def change(*, channel_id: int, changes: Mapping[str, Any], url: Secret | None = None) -> NotificationChannel:
    """Change the rules (those of RULES that are given), the address too where there is one. Raises InvalidChannel."""
    with transaction.atomic():
        channel = NotificationChannel.objects.select_for_update(of=("self",)).get(pk=channel_id)
        before = shown(channel)
        if url is not None:
            _address(channel, url)
        _apply(channel, changes)
        _save(channel)
        after = shown(channel)
        changed = [name for name in after if after[name] != before[name]]
        if changed or url is not None:
            was, now = ({name: state[name] for name in changed} for state in (before, after))
            _record(channel, "notifications.channel_changed", was, {**now, "url_replaced": url is not None})
    return channel


def follow_telegram(*, owner_id: int, token: Secret, chat_id: int) -> None:
    """Let alerts go to the chat that a Telegram bot was linked to: a channel is made, or the one there follows it."""
    channel = NotificationChannel.objects.filter(owner=owner_id, label=_TELEGRAM, service="tgram").first()
    if channel is None and NotificationChannel.objects.filter(owner=owner_id, label=_TELEGRAM).exists():
        return  # the name is taken by something else
    channel = channel or NotificationChannel(owner_id=owner_id, label=_TELEGRAM, service="tgram")
    sealed.seal_url(channel, Secret(f"tgram://{token.reveal()}/{chat_id}/"))
    channel.save()
    _record(channel, "notifications.channel_follows_telegram", None, shown(channel))


@transaction.atomic
def remove(*, channel_id: int) -> None:
    """Forget the channel, its address and what was sent there."""
    channel = NotificationChannel.objects.select_for_update(of=("self",)).get(pk=channel_id)
    before = shown(channel)
    _record(channel, "notifications.channel_removed", before, None)
    channel.delete()


def send_test(*, channel: NotificationChannel) -> NotificationDelivery:
    """Send a test message now; the delivery says whether it arrived, and the reason where it did not."""
    now = wall_now()
    with transaction.atomic():
        alert = Alert.objects.create(
            owner_id=channel.owner_id,
            kind=AlertKind.TEST,
            severity=Severity.INFO,
            code="test_message",
            message=f"This is a test message from Signalist to {channel.label!r}.",
            read_at=now,
        )
        delivery = NotificationDelivery.objects.create(
            alert=alert, channel=channel, due_at=now, status=DeliveryStatus.FAILED, error="It was interrupted."
        )
    return send_once(channel, delivery)


def shown(channel: NotificationChannel) -> dict[str, Any]:
    """The channel's rules as JSON; nothing of its address but the service."""
    return {
        "label": channel.label,
        "service": channel.service,
        "is_enabled": channel.is_enabled,
        "min_severity": Severity(channel.min_severity).name,
        "kinds": list(channel.kinds),
        "quiet_from": _clock(channel.quiet_from),
        "quiet_until": _clock(channel.quiet_until),
        "time_zone": channel.time_zone,
    }


def _clock(value: time | None) -> str | None:
    return None if value is None else value.strftime("%H:%M")


def _address(channel: NotificationChannel, url: Secret) -> None:
    from trading.notifications import services

    try:
        channel.service = services.service_of(url)
    except InvalidAddress as error:
        raise InvalidChannel(url=str(error)) from None
    sealed.seal_url(channel, url)


def _apply(channel: NotificationChannel, rules: Mapping[str, Any]) -> None:
    for name in RULES:
        if name in rules:
            setattr(channel, name, rules[name])
    if (channel.quiet_from is None) != (channel.quiet_until is None):
        raise InvalidChannel(quiet_until="Quiet hours need both a beginning and an end.")
    if channel.quiet_from is not None and channel.quiet_from == channel.quiet_until:
        raise InvalidChannel(quiet_until="Quiet hours must not end when they begin.")
    if channel.time_zone not in available_timezones():
        raise InvalidChannel(time_zone="There is no such time zone.")
    if unknown := [kind for kind in channel.kinds if kind not in AlertKind.values]:
        raise InvalidChannel(kinds=f"There is no alert of the kind {str(unknown[0])[:30]}.")
    channel.kinds = list(dict.fromkeys(channel.kinds))
    quieter = [kind for kind in channel.kinds if severity_of(AlertKind(kind)) < channel.min_severity]
    if quieter:
        name = severity_of(AlertKind(quieter[0])).name
        raise InvalidChannel(min_severity=f"{quieter[0]} is of severity {name}: it would never be sent.")


def _save(channel: NotificationChannel) -> None:
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError:
        raise InvalidChannel(label="You have a channel of that name.") from None


def _record(
    channel: NotificationChannel, action: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    audit.record(owner_id=channel.owner_id, action=action, subject=f"channel {channel.pk}", before=before, after=after)
