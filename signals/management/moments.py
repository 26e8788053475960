"""Moments as arguments of commands."""

from datetime import UTC, datetime

from django.core.management.base import CommandError

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def epoch_ms(argument: str, text: str | None) -> int | None:
    """ISO 8601 as epoch ms: a date is its midnight, and without an offset UTC is meant. None stays None.

    Raises CommandError naming the argument.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = _LAST
    if not _FIRST <= moment < _LAST:
        raise CommandError(f"{argument}: a date such as 2022-01-31 or 2022-01-31T12:00:00Z is needed, not {text!r}")
    return round(moment.timestamp() * 1000)
