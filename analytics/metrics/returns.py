"""Daily equity and daily returns, which all ratios are made of.

A UTC day's equity is the last mark up to its end: a mark at midnight sharp (the close of a candle) ends the day before.
Days without a mark carry the equity on, with a return of 0. The start of the series is no day's end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.metrics.numbers import Floats, Ints

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Daily:
    """Consecutive UTC days. `first`: days since 1970; `equity`: at the end of each, account currency, shape (days,);
    `base`: equity before the first."""

    first: int
    equity: Floats
    base: float

    def __len__(self) -> int:
        return len(self.equity)

    @property
    def days(self) -> NDArray[np.datetime64]:
        return np.arange(self.first, self.first + len(self)).astype("datetime64[D]")

    @property
    def returns(self) -> Floats:
        """Fractions, shape (days,)."""
        return returns_of(self.equity, self.base)

    def rows_of(self, time: Ints) -> Ints:
        """The day (0 is the first) that each moment (epoch ms) belongs to; those outside belong to the nearest."""
        return np.clip((time - 1) // DAY_MS - self.first, 0, max(len(self) - 1, 0))


def returns_of(equity: Floats, base: float) -> Floats:
    """Simple returns, fractions: each value over the one before it, the first over `base`.

    0 where there was no capital left that could earn.
    """
    before = np.concatenate([[base], equity[:-1]])
    return np.divide(equity - before, before, out=np.zeros(len(equity)), where=before > 0.0)


def daily_equity(time: Ints, equity: Floats, initial_balance: float) -> Daily:
    """From marks of any spacing in the order of time (epoch ms); the first is the start, at `initial_balance`."""
    if not len(time):
        return Daily(0, np.empty(0), initial_balance)
    first = int(time[0]) // DAY_MS
    last = max((int(time[-1]) - 1) // DAY_MS, first)
    ends = np.arange(first + 1, last + 2, dtype=np.int64) * DAY_MS
    return Daily(first, equity[np.searchsorted(time, ends, side="right") - 1], initial_balance)


def daily_from_rows(days: ArrayLike, equity: ArrayLike, initial_balance: float | None = None) -> Daily:
    """From one value a day in the order of days; days left out carry on.

    days: dates, datetime64 or days since 1970. Without `initial_balance` the first row is the base, and no day of its
    own. Raises ValueError where the lengths differ or the days do not rise.
    """
    given = np.asarray(days)
    if given.dtype == object:  # datetime.date
        given = given.astype("datetime64[D]")
    number = given.astype("datetime64[D]").astype(np.int64) if given.dtype.kind == "M" else given.astype(np.int64)
    values = np.asarray(equity, dtype=np.float64)
    if number.shape != values.shape:
        raise ValueError("days and equity must have one length.")
    if np.any(np.diff(number) <= 0):
        raise ValueError("days must rise.")
    if not len(number):
        return Daily(0, np.empty(0), initial_balance or 0.0)
    every = np.arange(number[0], number[-1] + 1)
    filled = values[np.searchsorted(number, every, side="right") - 1]
    if initial_balance is None:
        return Daily(int(number[0]) + 1, filled[1:], float(filled[0]))
    return Daily(int(number[0]), filled, initial_balance)
