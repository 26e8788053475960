"""What a message says: one alert, or several in one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trading.models import Alert, Severity

_LATE = timedelta(minutes=1)
_LONGEST_BODY = 3000  # Telegram takes 4096 characters


def compose(alerts: Sequence[Alert], *, zone: str, now: datetime) -> tuple[str, str]:
    """Title and body, as plain text; times are local in `zone`. Accounts must be selected."""
    if len(alerts) == 1:
        alert = alerts[0]
        late = now - alert.created_at > _LATE
        parts = (alert.message, _account(alert), _at(alert, zone) if late else "")
        return _title(alert), "\n".join(filter(None, parts))
    worst = Severity(max(alert.severity for alert in alerts))
    lines: list[str] = []
    room = _LONGEST_BODY
    for alert in sorted(alerts, key=lambda item: (-item.severity, item.pk)):
        line = f"• {_at(alert, zone)} {_kind(alert)}: {alert.message}"
        if len(line) > room:
            break
        lines.append(line)
        room -= len(line) + 1
    if len(lines) < len(alerts):
        lines.append(f"… and {len(alerts) - len(lines)} more, in the dashboard.")
    return f"Signalist: {len(alerts)} alerts{_mark(worst)}", "\n".join(lines)


def _title(alert: Alert) -> str:
    return f"Signalist: {_kind(alert)}{_mark(Severity(alert.severity))}"


def _kind(alert: Alert) -> str:
    return str(alert.kind).replace("_", " ").lower()


def _mark(severity: Severity) -> str:
    return " (critical)" if severity == Severity.CRITICAL else ""


def _account(alert: Alert) -> str:
    return "" if alert.account is None else f"Account: {alert.account.name}"


def _at(alert: Alert, zone: str) -> str:
    return alert.created_at.astimezone(ZoneInfo(zone)).strftime("%d %b %H:%M")
