"""When a session may enter: its days and hours, its exchange's calendar and its blackouts together."""

from datetime import UTC, datetime

from trading.rules.schedule import blackout_at, is_open, next_open
from trading.sessions.calendars import calendar_open, next_calendar_open
from trading.sessions.session_settings import Schedule

_MOST_STEPS = 400


def entries_open(schedule: Schedule, moment: datetime) -> bool:
    """Whether entries are allowed at `moment` (aware)."""
    return (
        is_open(schedule, moment) and calendar_open(schedule.calendar, moment) and not blackout_at(schedule, moment)[0]
    )


def next_entry(schedule: Schedule, moment: datetime) -> datetime | None:
    """When entries are next allowed (UTC), at `moment` or after it; None where no such time is known."""
    at = moment.astimezone(UTC)
    for _ in range(_MOST_STEPS):
        if entries_open(schedule, at):
            return at
        later = _later(schedule, at)
        if later is None or later <= at:
            return None
        at = later
    return None


def _later(schedule: Schedule, at: datetime) -> datetime | None:
    """When the first of what forbids entries at `at` ends."""
    if not is_open(schedule, at):
        return next_open(schedule, at)
    ends = [
        datetime.fromisoformat(item.end)
        for item in schedule.blackouts
        if datetime.fromisoformat(item.start) <= at < datetime.fromisoformat(item.end)
    ]
    return max(ends) if ends else next_calendar_open(schedule.calendar, at)
