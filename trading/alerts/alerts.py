"""Alerts: what a person should know, kept until read, pushed live and sent to the channels that ask for it."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from trading.alerts.alert_serializer import AlertSerializer
from trading.feed import events
from trading.market import wall_now
from trading.models import Alert, AlertKind, EventType, Severity
from trading.notifications.outbox import queue_deliveries
from trading.serializers import as_json

_LONGEST_MESSAGE = 400
_SEVERITY = {
    AlertKind.KILL_SWITCH: Severity.CRITICAL,
    AlertKind.HALTED: Severity.CRITICAL,
    AlertKind.STOP_MISSING: Severity.CRITICAL,
    AlertKind.ORDER_UNKNOWN: Severity.CRITICAL,
    AlertKind.RESUMED: Severity.INFO,
    AlertKind.TRADE_OPENED: Severity.INFO,
    AlertKind.TRADE_CLOSED: Severity.INFO,
    AlertKind.TEST: Severity.INFO,
}


def severity_of(kind: AlertKind) -> Severity:
    """How grave an alert of this kind is, unless who raises it says otherwise."""
    return _SEVERITY.get(kind, Severity.WARNING)


@transaction.atomic
def raise_alert(
    *,
    owner_id: int,
    kind: AlertKind,
    code: str,
    message: str,
    severity: Severity | None = None,
    account_id: int | None = None,
    session_id: int | None = None,
    trade_id: int | None = None,
    details: dict[str, Any] | None = None,
    dedupe_key: str = "",
) -> Alert | None:
    """Tell the owner; None where an unread alert says so already (the same `dedupe_key`).

    `code` is stable, `message` fit to be shown, `details` plain JSON; without `severity` it is the kind's own. Call it
    last in a transaction: it holds the owner's event counter until the commit.
    """
    events.hold_counter(owner_id)  # one at a time: of two alerts that say the same, the second sees the first
    if dedupe_key and Alert.objects.filter(owner=owner_id, dedupe_key=dedupe_key, read_at=None).exists():
        return None
    alert = Alert.objects.create(
        owner_id=owner_id,
        account_id=account_id,
        session_id=session_id,
        trade_id=trade_id,
        kind=kind,
        severity=severity_of(kind) if severity is None else severity,
        code=code,
        message=message[:_LONGEST_MESSAGE],
        details=details or {},
        dedupe_key=dedupe_key,
    )
    queue_deliveries(alert)
    events.emit(owner_id, [events.Draft(EventType.ALERT, render_alert(alert), account_id)])
    return alert


@transaction.atomic
def settle(*, owner_id: int, dedupe_key: str) -> bool:
    """What the unread alert of that key tells of is over: the next one is told anew. Whether there was one."""
    events.hold_counter(owner_id)
    return bool(Alert.objects.filter(owner=owner_id, dedupe_key=dedupe_key, read_at=None).update(dedupe_key=""))


def mark_read(*, owner_id: int, alert_ids: Collection[int] | None = None) -> int:
    """Mark the owner's unread alerts as read, all of them or those of the ids. Returns how many were unread."""
    unread = Alert.objects.filter(owner=owner_id, read_at=None)
    if alert_ids is not None:
        unread = unread.filter(pk__in=alert_ids)
    return unread.update(read_at=wall_now())


def render_alert(alert: Alert) -> dict[str, Any]:
    """The alert as the API and its event show it."""
    return dict(as_json(AlertSerializer(alert).data))
