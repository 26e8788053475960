"""What is missing in a series of candles."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import milliseconds

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Gap:
    """Candles that are missing in a row; `first` and `last` of them by their open times, epoch ms UTC."""

    first: int
    last: int
    missing: int

    def as_json(self) -> dict[str, Any]:
        return {"start": iso(self.first), "end": iso(self.last), "missing": self.missing}


@dataclass(frozen=True, slots=True)
class GapReport:
    """A series' candles, those that are missing between its first and last (epoch ms UTC; None where it is empty), in
    how many gaps, and the largest MOST_SHOWN of these in the order of time.

    `late` and `early`: candles by which the series begins after, and ends before, what was asked for.
    """

    symbol: str
    timeframe: str
    rows: int
    first: int | None
    last: int | None
    missing: int
    gaps: int
    where: tuple[Gap, ...]
    late: int = 0
    early: int = 0

    @property
    def longest(self) -> Gap | None:
        """The largest gap, of equal ones the first."""
        return max(self.where, key=lambda gap: gap.missing, default=None)

    def as_json(self) -> dict[str, Any]:
        """Times in ISO 8601; a gap's `end` is the last candle that is missing in it."""
        longest = self.longest
        return {
            "symbol": self.symbol,
            "timeframe": self.timeframe,
            "rows": self.rows,
            "first": None if self.first is None else iso(self.first),
            "last": None if self.last is None else iso(self.last),
            "missing": self.missing,
            "gaps": self.gaps,
            "longest": None if longest is None else longest.as_json(),
            "where": [gap.as_json() for gap in self.where],
            "late": self.late,
            "early": self.early,
        }


def gap_report(
    symbol: str, timeframe: str, candles: CandleArrays, *, start_ms: int | None = None, end_ms: int | None = None
) -> GapReport:
    """The report of candles that were asked for from `start_ms` until before `end_ms` (epoch ms UTC; None: any).

    Raises ValueError for an unknown timeframe.
    """
    step = milliseconds(timeframe)
    time = candles.time
    if not len(time):
        return GapReport(symbol, timeframe, 0, None, None, 0, 0, ())
    missing = np.diff(time) // step - 1
    found = np.flatnonzero(missing > 0)
    largest = np.sort(found[np.argsort(-missing[found], kind="stable")[:MOST_SHOWN]])
    first, last = int(time[0]), int(time[-1])
    return GapReport(
        symbol,
        timeframe,
        rows=len(time),
        first=first,
        last=last,
        missing=int(missing[found].sum()),
        gaps=len(found),
        where=tuple(Gap(int(time[at]) + step, int(time[at + 1]) - step, int(missing[at])) for at in largest),
        late=0 if start_ms is None else max(0, (first - start_ms) // step),
        early=0 if end_ms is None else max(0, (end_ms - 1 - last) // step),
    )


def iso(time_ms: int) -> str:
    """Epoch ms as ISO 8601 with a Z."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
