"""From values to places on paper, and the round values that axes show."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Linear: `low` lies at `start`, `high` at `end`; the middle where they are the same."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2.0
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, most: int = 5) -> tuple[list[float], float]:
    """(round values that enclose low and high, the step between them)."""
    if not high > low:
        margin = abs(low) * 0.05 or 1.0
        low, high = low - margin, high + margin
    step = _round_up((high - low) / most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, last + 1)], step


def time_ticks(start: float, end: float, most: int = 7) -> list[tuple[float, str]]:
    """Round UTC moments from start to end (epoch seconds), with their labels."""
    for following, label in _calendar():
        found = _walk(start, end, following, label, most)
        if len(found) <= most:
            return found
    return []


def _walk(
    start: float, end: float, following: Callable[[datetime, bool], datetime], label: str, most: int
) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    when = following(datetime.fromtimestamp(start, UTC), True)
    while when.timestamp() <= end and len(found) <= most:
        if when.timestamp() >= start:
            found.append((when.timestamp(), when.strftime(label)))
        when = following(when, False)
    return found


def _calendar() -> list[tuple[Callable[[datetime, bool], datetime], str]]:
    fine = [(_by_seconds(60.0 * minutes), "%H:%M") for minutes in (1, 5, 15, 60, 180, 360)]
    days = [(_by_seconds(_DAY * days), "%d %b") for days in (1, 2, 4, 7, 14)]
    months = [(_by_months(months), "%b %Y") for months in (1, 2, 3, 6)]
    return [*fine, *days, *months, *[(_by_months(12 * years), "%Y") for years in (1, 2, 5, 10, 20, 50)]]


def _by_seconds(step: float) -> Callable[[datetime, bool], datetime]:
    def following(when: datetime, first: bool) -> datetime:
        if first:
            return datetime.fromtimestamp(math.floor(when.timestamp() / step) * step, UTC)
        return when + timedelta(seconds=step)

    return following


def _by_months(step: int) -> Callable[[datetime, bool], datetime]:
    def following(when: datetime, first: bool) -> datetime:
        months = 12 * when.year + when.month - 1
        months = months // step * step if first else months + step
        return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)

    return following


def _round_up(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width))
    return next((step * power for step in _STEPS if step * power >= width * (1.0 - 1e-12)), 10.0 * power)
