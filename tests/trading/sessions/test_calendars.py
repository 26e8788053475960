"""Held to what the exchanges published: holidays, early closes, lunch breaks and changes of the clocks."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading.sessions.calendars import calendar_codes, calendar_known, calendar_open, next_calendar_open

pytestmark = pytest.mark.unit


def local(zone: str, *when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]


def new_york(*when: int) -> datetime:
    return local("America/New_York", *when)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ((2026, 7, 2, 9, 29), False),
        ((2026, 7, 2, 9, 30), True),
        ((2026, 7, 2, 15, 59), True),
        ((2026, 7, 2, 16, 0), False),
        ((2026, 7, 3, 12, 0), False),  # Independence Day, observed
        ((2026, 7, 4, 12, 0), False),  # a Saturday
        ((2025, 4, 18, 12, 0), False),  # Good Friday
        ((2025, 1, 9, 12, 0), False),  # the day of mourning for President Carter
        ((2025, 6, 19, 12, 0), False),  # Juneteenth
        ((2025, 11, 28, 12, 59), True),
        ((2025, 11, 28, 13, 0), False),  # early close after Thanksgiving
        ((2025, 12, 24, 13, 0), False),  # early close before Christmas
        ((2026, 3, 6, 9, 30), True),  # either side of the change to summer time
        ((2026, 3, 9, 9, 30), True),
        ((2026, 3, 9, 9, 29), False),
        ((2026, 1, 1, 12, 0), False),
        ((2025, 12, 31, 15, 59), True),
    ],
)
def test_new_york(when: tuple[int, ...], expected: bool) -> None:
    assert calendar_open("XNYS", new_york(*when)) is expected


@pytest.mark.parametrize(
    ("code", "moment", "expected"),
    [
        ("XTKS", local("Asia/Tokyo", 2025, 6, 2, 11, 29), True),
        ("XTKS", local("Asia/Tokyo", 2025, 6, 2, 11, 30), False),  # lunch
        ("XTKS", local("Asia/Tokyo", 2025, 6, 2, 12, 30), True),
        ("XLON", local("Europe/London", 2025, 12, 26, 12, 0), False),  # Boxing Day
        ("XLON", local("Europe/London", 2025, 12, 29, 12, 0), True),
        ("XLON", local("Europe/London", 2026, 7, 3, 12, 0), True),
        ("24/7", datetime(2026, 1, 1, 0, 0, tzinfo=UTC), True),
        ("24/7", datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        ("XBOM", local("Asia/Kolkata", 2026, 6, 2, 12, 0), True),  # the last year whose holidays are known
        ("", datetime(2026, 1, 1, tzinfo=UTC), True),
    ],
)
def test_elsewhere(code: str, moment: datetime, expected: bool) -> None:
    assert calendar_open(code, moment) is expected


def test_what_is_not_known_counts_as_closed() -> None:
    noon = datetime(2026, 6, 2, 12, tzinfo=UTC)
    assert not calendar_known("NOPE")
    assert not calendar_open("NOPE", noon)
    assert next_calendar_open("NOPE", noon) is None
    assert not calendar_open("XBOM", noon.replace(year=1990))  # its holidays are not recorded so far back
    assert {"XNYS", "XTKS", "XLON", "24/7"} <= calendar_codes()
    assert calendar_known("XNYS")


@cache
def whole(code: str) -> Any:
    """Three years of the calendar itself, which is slow to make."""
    import exchange_calendars

    return exchange_calendars.get_calendar(code, start="2023-12-01", end="2027-02-01")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["XNYS", "XTKS", "24/5", "CMES"]),
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_as_exchange_calendars_says_minute_by_minute(code: str, moment: datetime) -> None:
    minute = moment.replace(second=0, microsecond=0)
    expected = bool(whole(code).is_open_on_minute(minute))
    assert calendar_open(code, moment) is expected
    found = next_calendar_open(code, moment)
    assert found is not None
    assert found >= moment
    assert calendar_open(code, found)
    if not expected:
        assert found == whole(code).minute_to_trading_minute(minute, "next")


def test_next_openings() -> None:
    assert next_calendar_open("XNYS", new_york(2026, 7, 2, 16, 0)) == new_york(2026, 7, 6, 9, 30)
    assert next_calendar_open("XNYS", new_york(2025, 12, 31, 17, 0)) == new_york(2026, 1, 2, 9, 30)
    assert next_calendar_open("XTKS", local("Asia/Tokyo", 2025, 6, 2, 12, 0)) == local("Asia/Tokyo", 2025, 6, 2, 12, 30)


def test_pandas_is_only_brought_in_when_a_calendar_is_asked_for() -> None:
    code = (
        "import sys; from datetime import datetime, UTC; from trading.sessions.calendars import calendar_open;"
        "assert calendar_open('', datetime(2026, 1, 1, tzinfo=UTC));"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_lookup_costs_no_calendar() -> None:
    """Hours are worked out once a year and exchange; the gate asks for every signal."""
    from trading.sessions import calendars

    start = datetime(2026, 6, 1, tzinfo=UTC)
    calendar_open("XNYS", start)
    misses = calendars._hours.cache_info().misses
    for day in range(200):
        calendar_open("XNYS", start + timedelta(days=day))
    assert calendars._hours.cache_info().misses == misses
