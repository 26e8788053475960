"""Quiet hours: the part of each local day in which a person is not to be disturbed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_until(now: datetime, start: time | None, end: time | None, zone: str) -> datetime | None:
    """When the quiet hours that hold at `now` (aware) end, in UTC; None where none hold.

    `start` and `end` are local times in `zone`; an end before the start is on the next day. Where the clocks are set
    forward over the end, it is the moment they are; where an hour comes twice, the end is its first coming.
    """
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(ZoneInfo(zone))
    clock = local.time()
    overnight = end < start
    if not (start <= clock or clock < end if overnight else start <= clock < end):
        return None
    day = local.date() + timedelta(days=1) if overnight and clock >= start else local.date()
    finish = datetime.combine(day, end, local.tzinfo).astimezone(UTC)
    if finish <= now:  # the hour of the end comes for the second time
        finish = datetime.combine(day, end.replace(fold=1), local.tzinfo).astimezone(UTC)
    return finish
