"""Telling the owner what needs a look: at once as an event, and as an alert that stays until it is read."""

from typing import Any

from django.db import transaction

from trading.alerts import alerts
from trading.feed import events
from trading.models import Account, AlertKind, EventType, Severity

_KINDS: dict[str, tuple[AlertKind, Severity]] = {
    "order_rejected": (AlertKind.ORDER_REJECTED, Severity.WARNING),
    "exit_refused": (AlertKind.ORDER_REJECTED, Severity.CRITICAL),
    "exit_delayed": (AlertKind.CONNECTION, Severity.WARNING),
    "order_unknown": (AlertKind.ORDER_UNKNOWN, Severity.CRITICAL),
    "emergency_exit": (AlertKind.STOP_MISSING, Severity.CRITICAL),
    "stop_escalated": (AlertKind.STOP_MISSING, Severity.WARNING),
    "amend_failed": (AlertKind.STOP_MISSING, Severity.WARNING),
    "missing_stop": (AlertKind.STOP_MISSING, Severity.CRITICAL),
    "overclosed": (AlertKind.RECONCILIATION, Severity.CRITICAL),
    "difference_resolved": (AlertKind.RECONCILIATION, Severity.INFO),
}
_OTHERWISE = (AlertKind.RECONCILIATION, Severity.WARNING)


def draft(account: Account, code: str, message: str, **more: Any) -> events.Draft:
    """An `error` event: `code` is stable, `message` fit to be shown."""
    return events.Draft(EventType.ERROR, {"code": code, "message": message, **more}, account.pk)


@transaction.atomic
def alert(account: Account, code: str, message: str, *, about: str = "", **more: Any) -> None:
    """Emit it and raise the alert. Call it last in a transaction.

    While the alert is unread the same about the same is not raised again: `about`, else the trade or order in `more`.
    """
    events.emit(account.owner_id, [draft(account, code, message, **more)])
    raise_only(account, code, message, about=about, **more)


def raise_only(account: Account, code: str, message: str, *, about: str = "", **more: Any) -> None:
    """The alert alone, where its event is emitted with others."""
    kind, severity = _KINDS.get(code, _OTHERWISE)
    alerts.raise_alert(
        owner_id=account.owner_id,
        kind=kind,
        severity=severity,
        code=code,
        message=message,
        account_id=account.pk,
        trade_id=more.get("trade"),
        details={name: value if isinstance(value, int) else str(value) for name, value in more.items()},
        dedupe_key=_key(account, code, str(about or more.get("trade") or more.get("order") or "")),
    )


def settle(account: Account, code: str, *, about: str) -> None:
    """What that alert told of is over: should it come again, it is told again."""
    alerts.settle(owner_id=account.owner_id, dedupe_key=_key(account, code, about))


def _key(account: Account, code: str, subject: str) -> str:
    return f"{code}:{account.pk}:{subject}"[:120] if subject else ""
