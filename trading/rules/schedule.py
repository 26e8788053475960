"""When a session may enter: days of the week, hours, blackouts; and when its day begins.

All by the wall clock of the schedule's time zone: an hour that it skips or repeats is skipped or repeated here too.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trading.sessions.session_settings import Schedule

_MINUTE = timedelta(minutes=1)


def minute_of(text: str) -> int:
    """ "HH:MM" (24 hours) as a minute of the day. Raises ValueError."""
    moment = time.fromisoformat(text)
    return moment.hour * 60 + moment.minute


def in_hours(minute: int, start: int, end: int) -> bool:
    """Whether a minute of the day lies in start <= minute < end; an `end` at or before `start` is on the next day."""
    if start < end:
        return start <= minute < end
    return minute >= start or minute < end


def is_entry_time(weekday: int, minute: int, days: int, start: int, end: int) -> bool:
    """Whether entries are allowed on a weekday (0 is Monday) at a minute of the day.

    `days` has a bit for each weekday (0: every day). Hours that run past midnight belong to the day they began on.
    """
    if not in_hours(minute, start, end):
        return False
    if end <= start and minute < end and minute < start:
        weekday = (weekday + 6) % 7
    return days == 0 or (days >> weekday) & 1 == 1


def is_open(schedule: Schedule, moment: datetime) -> bool:
    """Whether the days and hours of the schedule allow entries at `moment` (aware)."""
    local = moment.astimezone(ZoneInfo(schedule.time_zone))
    days, start, end = _window(schedule)
    return is_entry_time(local.weekday(), local.hour * 60 + local.minute, days, start, end)


def next_open(schedule: Schedule, moment: datetime) -> datetime | None:
    """When the days and hours of the schedule next allow entries, at `moment` (aware) or after it (UTC); None: never.

    Blackouts and the exchange's calendar are not asked.
    """
    moment = moment.astimezone(UTC)
    if is_open(schedule, moment):
        return moment
    zone = ZoneInfo(schedule.time_zone)
    today = moment.astimezone(zone).date()
    hours, minutes = divmod(_window(schedule)[1], 60)
    for ahead in range(-1, 15):
        start = datetime.combine(today + timedelta(days=ahead), time(hours, minutes), tzinfo=zone)
        for fold in (0, 1):  # the clocks may show it twice
            found = start.replace(fold=fold).astimezone(UTC)
            if found > moment and is_open(schedule, found):
                return _first_open_minute(schedule, found, moment)
    return None


def _first_open_minute(schedule: Schedule, found: datetime, after: datetime) -> datetime:
    """`found`, or the minute before it from which it was open: where the clocks skip the start, hours begin earlier."""
    while found - _MINUTE > after and is_open(schedule, found - _MINUTE):
        found -= _MINUTE
    return found


def blackout_at(schedule: Schedule, moment: datetime) -> tuple[bool, str]:
    """Whether a blackout is on at `moment` (aware), and its reason. From its start on, until before its end."""
    now = moment.astimezone(UTC)
    for item in schedule.blackouts:
        if datetime.fromisoformat(item.start).astimezone(UTC) <= now < datetime.fromisoformat(item.end).astimezone(UTC):
            return True, item.reason
    return False, ""


def day_start(moment: datetime, time_zone: str) -> datetime:
    """The moment (UTC) at which the calendar day of `moment` (aware) began in the time zone: 00:00 there, or where the
    clocks skip it, what they show instead.
    """
    zone = ZoneInfo(time_zone)
    midnight = datetime.combine(moment.astimezone(zone).date(), time.min, tzinfo=zone)
    return midnight.astimezone(UTC)


def next_day_start(moment: datetime, time_zone: str) -> datetime:
    """The moment (UTC) at which the next calendar day begins in the time zone."""
    zone = ZoneInfo(time_zone)
    tomorrow = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=zone).astimezone(UTC)


def _window(schedule: Schedule) -> tuple[int, int, int]:
    days = 0
    for day in schedule.days:
        days |= 1 << day
    start = minute_of(schedule.start) if schedule.start else 0
    end = minute_of(schedule.end) if schedule.end else 0
    return days, start, end
