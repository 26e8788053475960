"""Exchange calendars with their holidays and early closes, by exchange_calendars.

It brings pandas along, so it is imported where a calendar is first asked for: most processes never do. Of what it says
only the opening hours of a year are kept, as plain numbers.
"""

import logging
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

logger = logging.getLogger(__name__)

# Sessions of the last days of December may end, and of the first days of January begin, in the other year.
_MARGIN = timedelta(days=7)

_Hours = tuple[tuple[int, ...], tuple[int, ...]]


@cache
def calendar_codes() -> frozenset[str]:
    """The codes of all calendars, MICs such as "XNYS" for the most part."""
    from exchange_calendars import get_calendar_names

    return frozenset(get_calendar_names(include_aliases=False))


def calendar_known(code: str) -> bool:
    """Whether there is a calendar of that code."""
    return code in calendar_codes()


def calendar_open(code: str, moment: datetime) -> bool:
    """Whether the exchange is open at `moment` (aware): from its open until before its close, lunch breaks and
    holidays aside. "" is always open; a code or a year that the calendars do not know never is.
    """
    if not code:
        return True
    opens, closes = _hours(code, moment.astimezone(UTC).year)
    second = moment.timestamp()
    at = bisect_right(opens, second) - 1
    return at >= 0 and second < closes[at]


def next_calendar_open(code: str, moment: datetime) -> datetime | None:
    """When the exchange next opens, at `moment` (aware) or after it; None if that is not known."""
    year = moment.astimezone(UTC).year
    for opens, _ in (_hours(code, year), _hours(code, year + 1)):
        at = bisect_right(opens, moment.timestamp() - 1e-6)
        if at < len(opens):
            return datetime.fromtimestamp(opens[at], UTC)
    return None


@lru_cache(maxsize=32)
def _hours(code: str, year: int) -> _Hours:
    """The spans in which the exchange is open, as epoch seconds: opens and closes."""
    calendar = _calendar(code, year)
    if calendar is None:
        return (), ()
    opens: list[int] = []
    closes: list[int] = []
    for row in calendar.schedule.itertuples(index=False):
        begins, breaks, resumes, ends = row.open, row.break_start, row.break_end, row.close
        spans = [(begins, ends)] if breaks != breaks else [(begins, breaks), (resumes, ends)]  # NaT is not itself
        opens += [int(span[0].timestamp()) for span in spans]
        closes += [int(span[1].timestamp()) for span in spans]
    return tuple(opens), tuple(closes)


def _calendar(code: str, year: int) -> Any:
    """The calendar over the year, a week on either side included where its holidays are known that far."""
    if not calendar_known(code):
        logger.error("There is no exchange calendar %r; it counts as closed.", code)
        return None
    from exchange_calendars import get_calendar

    first, last = date(year, 1, 1), date(year, 12, 31)
    for margin in (_MARGIN, timedelta(0)):
        try:
            return get_calendar(code, start=str(first - margin), end=str(last + margin))
        except ValueError as error:
            unknown = error
    logger.error("The calendar %s does not know %d; it counts as closed: %s", code, year, unknown)
    return None
