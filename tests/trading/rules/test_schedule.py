from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading.rules.schedule import (
    blackout_at,
    day_start,
    in_hours,
    is_entry_time,
    is_open,
    minute_of,
    next_day_start,
    next_open,
)
from trading.sessions.session_settings import Blackout, Schedule

# Clocks that change at midnight (Cairo, Havana, Sao Paulo), by half an hour (Lord Howe), that skipped a day (Apia).
ZONES = st.sampled_from(
    [
        "UTC",
        "America/New_York",
        "Europe/Berlin",
        "Africa/Cairo",
        "America/Havana",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Pacific/Apia",
    ]
)
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TIMES = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
MINUTE = timedelta(minutes=1)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    days = draw(st.sets(st.integers(0, 6)))
    return Schedule(draw(ZONES), tuple(days), draw(TIMES | st.none()), draw(TIMES | st.none()))


def new_york(*when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo("America/New_York"), fold=fold)  # type: ignore[arg-type,misc]


def test_times_of_day() -> None:
    assert minute_of("00:00") == 0
    assert minute_of("23:59") == 1439
    for wrong in ("24:00", "9", "", "noon"):
        with pytest.raises(ValueError):
            minute_of(wrong)


@settings(deadline=None)
@given(st.integers(0, 1439), st.integers(0, 1439))
def test_hours_and_their_complement_make_the_day(start: int, end: int) -> None:
    inside = [in_hours(minute, start, end) for minute in range(1440)]
    assert sum(inside) == ((end - start) % 1440 or 1440)
    assert inside[start]
    if start != end:
        assert not inside[end]
        assert all(in_hours(minute, end, start) is not inside[minute] for minute in range(1440))


@settings(deadline=None)
@given(st.integers(0, 127), st.integers(0, 1439), st.integers(0, 1439))
def test_a_weeks_entry_times_are_the_chosen_days_hours(days: int, start: int, end: int) -> None:
    """Counted over the week against windows laid out one by one."""
    expected = set()
    for day in range(7):
        if days == 0 or days >> day & 1:
            length = (end - start) % 1440 or 1440
            expected |= {(day * 1440 + start + minute) % 10080 for minute in range(length)}
    found = {
        day * 1440 + minute
        for day in range(7)
        for minute in range(1440)
        if is_entry_time(day, minute, days, start, end)
    }
    assert found == expected


def test_an_overnight_window_belongs_to_the_day_it_began_on() -> None:
    friday = Schedule("UTC", (4,), "22:00", "06:00")
    assert is_open(friday, datetime(2026, 7, 3, 22, 0, tzinfo=UTC))
    assert is_open(friday, datetime(2026, 7, 4, 5, 59, tzinfo=UTC))
    assert not is_open(friday, datetime(2026, 7, 3, 5, 0, tzinfo=UTC))
    assert not is_open(friday, datetime(2026, 7, 4, 6, 0, tzinfo=UTC))
    assert not is_open(friday, datetime(2026, 7, 4, 22, 0, tzinfo=UTC))


def test_hours_follow_the_clock_through_a_change() -> None:
    hours = Schedule("America/New_York", (), "09:30", "16:00")
    assert is_open(hours, datetime(2026, 3, 6, 14, 30, tzinfo=UTC))  # EST: 09:30
    assert not is_open(hours, datetime(2026, 3, 6, 13, 30, tzinfo=UTC))
    assert is_open(hours, datetime(2026, 3, 9, 13, 30, tzinfo=UTC))  # EDT: 09:30


@given(MOMENTS)
def test_an_empty_schedule_is_always_open(moment: datetime) -> None:
    assert is_open(Schedule(), moment)
    assert next_open(Schedule(), moment) == moment


@settings(deadline=None)
@given(schedules(), MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it(schedule: Schedule, moment: datetime) -> None:
    found = next_open(schedule, moment)
    assert found is not None, "every schedule opens within a fortnight"
    assert found >= moment
    assert is_open(schedule, found)
    assert found == moment or not is_open(schedule, found - MINUTE) or found - MINUTE <= moment
    waited = int((found - moment) / MINUTE)
    for step in range(0, waited, max(1, waited // 200)):
        assert not is_open(schedule, moment + step * MINUTE)


def test_hours_that_begin_in_the_hour_that_is_skipped_begin_when_it_is_over() -> None:
    schedule = Schedule("America/New_York", (), "02:30", "08:00")
    assert next_open(schedule, new_york(2026, 3, 8, 0, 0)) == new_york(2026, 3, 8, 3, 0)
    lost = Schedule("America/New_York", (), "02:10", "02:50")
    assert next_open(lost, new_york(2026, 3, 8, 0, 0)) == new_york(2026, 3, 9, 2, 10)


def test_hours_in_the_hour_that_comes_twice_come_twice() -> None:
    schedule = Schedule("America/New_York", (), "01:30", "02:00")
    first, second = (new_york(2026, 11, 1, 1, 30, fold=fold).astimezone(UTC) for fold in (0, 1))
    assert second - first == 60 * MINUTE
    assert next_open(schedule, new_york(2026, 11, 1, 0, 0)) == first
    assert next_open(schedule, first + 30 * MINUTE) == second


@settings(deadline=None)
@given(MOMENTS, ZONES)
def test_a_day_begins_where_its_date_does(moment: datetime, zone: str) -> None:
    start, after = day_start(moment, zone), next_day_start(moment, zone)
    local = ZoneInfo(zone)
    assert start <= moment < after
    assert start.astimezone(local).date() == moment.astimezone(local).date()
    assert (start - timedelta(microseconds=1)).astimezone(local).date() < moment.astimezone(local).date()
    assert after.astimezone(local).date() > moment.astimezone(local).date()
    assert day_start(start, zone) == start


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2026-03-08T12:00+00:00", "America/New_York", "2026-03-08T05:00+00:00"),  # 23 hours long
        ("2026-03-09T12:00+00:00", "America/New_York", "2026-03-09T04:00+00:00"),
        ("2024-04-26T12:00+00:00", "Africa/Cairo", "2024-04-25T22:00+00:00"),  # 00:00 was skipped: from 01:00 on
        ("2024-11-03T12:00+00:00", "America/Havana", "2024-11-03T04:00+00:00"),  # 00:00 came twice: the first
    ],
)
def test_days_with_a_change_of_clocks(moment: str, zone: str, expected: str) -> None:
    assert day_start(datetime.fromisoformat(moment), zone) == datetime.fromisoformat(expected)


def test_blackouts_begin_and_end() -> None:
    schedule = Schedule(
        blackouts=(
            Blackout("2026-07-03T12:00:00+00:00", "2026-07-03T13:00:00+00:00", "payrolls"),
            Blackout("2026-07-03T14:30:00+02:00", "2026-07-03T16:00:00+02:00", "rates"),
        )
    )
    noon = datetime(2026, 7, 3, 12, tzinfo=UTC)
    assert blackout_at(schedule, noon - MINUTE) == (False, "")
    assert blackout_at(schedule, noon) == (True, "payrolls")
    assert blackout_at(schedule, noon + 60 * MINUTE) == (True, "rates")
    assert blackout_at(schedule, noon + 120 * MINUTE) == (False, "")
