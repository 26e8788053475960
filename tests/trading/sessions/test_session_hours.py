"""When a session may enter: days, hours, calendar and blackouts together."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.sessions.session_hours import entries_open, next_entry
from trading.sessions.session_settings import Blackout, Schedule


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "moment", "following"),
    [
        (Schedule(), "2026-03-10T12:00", "2026-03-10T12:00"),
        (Schedule(days=(0,)), "2026-03-10T12:00", "2026-03-16T00:00"),
        (Schedule(start="09:00", end="17:00", time_zone="Asia/Tokyo"), "2026-03-10T12:00", "2026-03-11T00:00"),
        # Good Friday 2026 is 3 April; New York opens at 09:30, summer time
        (Schedule(calendar="XNYS"), "2026-04-02T21:00", "2026-04-06T13:30"),
        (Schedule(calendar="XNYS", start="08:00", end="10:00"), "2026-03-10T12:00", None),
        (Schedule(calendar="XNYS", start="15:00", end="16:00"), "2026-04-03T12:00", "2026-04-06T15:00"),
        (
            Schedule(
                start="09:00",
                end="10:00",
                blackouts=(
                    Blackout("2026-03-10T00:00:00+00:00", "2026-03-11T09:30:00+00:00"),
                    Blackout("2026-03-11T09:15:00+00:00", "2026-03-11T09:45:00+00:00"),
                ),
            ),
            "2026-03-10T09:10",
            "2026-03-11T09:45",
        ),
        (Schedule(blackouts=(Blackout("2026-03-10T00:00:00+00:00", "2026-03-12T00:00:00+00:00"),)),
         "2026-03-10T12:00", "2026-03-12T00:00"),
    ],
)  # fmt: skip
def test_the_next_moment_at_which_everything_is_open(schedule: Schedule, moment: str, following: str | None) -> None:
    assert next_entry(schedule, at(moment)) == (None if following is None else at(following))


@given(
    days=st.sets(st.integers(0, 6)),
    start=st.integers(0, 23),
    end=st.integers(0, 23),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata"]),
    ahead=st.integers(0, 60 * 24 * 30),
    blackout=st.integers(0, 60 * 24 * 3),
)
def test_it_is_open_then_and_not_before(
    days: set[int], start: int, end: int, zone: str, ahead: int, blackout: int
) -> None:
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    moment = begin + timedelta(minutes=ahead)
    schedule = Schedule(
        time_zone=zone,
        days=tuple(days),
        start=f"{start:02}:00",
        end=f"{end:02}:30",
        blackouts=(Blackout(begin.isoformat(), (begin + timedelta(minutes=blackout)).isoformat()),),
    )
    found = next_entry(schedule, moment)
    assert found is not None
    assert found >= moment
    assert entries_open(schedule, found)
    assert entries_open(schedule, moment) == (found == moment)
    steps = max(1, int((found - moment).total_seconds() // 60 // 50))
    for minute in range(0, int((found - moment).total_seconds() // 60), steps):
        assert not entries_open(schedule, moment + timedelta(minutes=minute))
