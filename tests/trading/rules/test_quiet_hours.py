"""Quiet hours, in every time zone and over every change of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.rules.quiet_hours import quiet_until

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.times().map(lambda item: item.replace(second=0, microsecond=0))


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "start", "end", "until"),
    [
        ("2026-06-01T22:00", time(22), time(7), "2026-06-02T07:00"),
        ("2026-06-02T06:59", time(22), time(7), "2026-06-02T07:00"),
        ("2026-06-02T07:00", time(22), time(7), None),
        ("2026-06-01T21:59", time(22), time(7), None),
        ("2026-06-01T13:30", time(13), time(14), "2026-06-01T14:00"),
        ("2026-06-01T14:00", time(13), time(14), None),
        ("2026-06-01T00:00", time(0), time(6), "2026-06-01T06:00"),
        ("2026-06-01T12:00", None, time(6), None),
        ("2026-06-01T12:00", time(6), time(6), None),
    ],
)
def test_examples(now: str, start: time | None, end: time | None, until: str | None) -> None:
    assert quiet_until(at(now), start, end, "UTC") == (None if until is None else at(until))


def test_the_hours_are_local() -> None:
    found = quiet_until(at("2026-01-01T23:30", "Europe/Berlin").astimezone(UTC), time(22), time(7), "Europe/Berlin")
    assert found == at("2026-01-02T07:00", "Europe/Berlin")
    assert quiet_until(at("2026-01-01T21:30"), time(22), time(7), "Europe/Berlin") is not None
    assert quiet_until(at("2026-01-01T21:30"), time(22), time(7), "UTC") is None


def test_an_end_that_the_clocks_skip() -> None:
    """On 29 March 2026 there is no 02:30 in Berlin."""
    found = quiet_until(at("2026-03-29T01:00", "Europe/Berlin"), time(22), time(2, 30), "Europe/Berlin")
    assert found is not None
    assert at("2026-03-29T00:59") < found <= at("2026-03-29T01:30")


def test_an_end_that_comes_twice() -> None:
    """On 25 October 2026 Berlin sees 02:30 at 00:30 and at 01:30 UTC."""
    assert quiet_until(at("2026-10-25T00:00"), time(22), time(2, 30), "Europe/Berlin") == at("2026-10-25T00:30")
    again = quiet_until(at("2026-10-25T01:10"), time(22), time(2, 30), "Europe/Berlin")
    assert again == at("2026-10-25T01:30")


@given(moments, clocks, clocks, st.sampled_from(ZONES))
def test_they_end_later_today_and_are_over_then(now: datetime, start: time, end: time, zone: str) -> None:
    until = quiet_until(now, start, end, zone)
    local = now.astimezone(ZoneInfo(zone)).time()
    inside = (start <= local < end) if start < end else (local >= start or local < end) if end < start else False
    assert (until is not None) == inside
    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        assert quiet_until(until, start, end, zone) is None or until.astimezone(ZoneInfo(zone)).time() != end
