"""The candle store: Parquet files by venue, symbol, timeframe and month, written whole or not at all."""

import fcntl
import gzip
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import numpy as np

from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import TIMEFRAMES, milliseconds

if TYPE_CHECKING:
    import polars

# polars is imported where it is used: idle processes do without its memory.

_MONTH = re.compile(r"\d{4}-\d{2}\.parquet")
EXPORT_ENDINGS = (".csv", ".csv.gz", ".parquet")
_COLUMNS = ("time", "open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """A stored series: its size, its first and last open time (epoch ms UTC), how many candles are missing between them
    and in how many gaps.
    """

    venue: str
    symbol: str
    timeframe: str
    rows: int
    first: int
    last: int
    missing: int
    gaps: int


def _safe(name: str) -> str:
    """A venue or symbol as one directory name: nothing in it can leave the store."""
    if not name or name.startswith("."):
        raise ValueError(f"candles: {name!r} cannot name a series")
    return quote(name, safe="")


class CandleStore:
    """Reads and writes candles under `root`. Times are open times, epoch ms UTC; months are UTC."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _folder(self, venue: str, symbol: str, timeframe: str) -> Path:
        milliseconds(timeframe)
        return self._root / _safe(venue) / _safe(symbol) / timeframe

    def write(self, venue: str, symbol: str, timeframe: str, candles: CandleArrays) -> int:
        """Merge the candles in (an open time stored before is replaced); returns how many were given.

        Each month's file is replaced whole: a crash leaves the old one or the new one. Raises ValueError naming a
        candle that cannot be.
        """
        folder = self._folder(venue, symbol, timeframe)
        candles = CandleArrays.empty().merged(candles)
        candles.validate()
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            for path, part in _by_month(folder, candles):
                _write(path, _read(path).merged(part) if path.exists() else part)
        return len(candles)

    def read(
        self, venue: str, symbol: str, timeframe: str, *, start_ms: int | None = None, end_ms: int | None = None
    ) -> CandleArrays:
        """Candles that open in [start_ms, end_ms), oldest first."""
        folder = self._folder(venue, symbol, timeframe)
        first = "" if start_ms is None else _month(start_ms)
        last = "~" if end_ms is None else _month(end_ms)
        # A month's file holds that month alone, in order.
        found = CandleArrays.joined(_read(path) for path in _months(folder) if first <= path.stem <= last)
        low = 0 if start_ms is None else int(np.searchsorted(found.time, start_ms))
        high = len(found) if end_ms is None else int(np.searchsorted(found.time, end_ms))
        return found.slice(low, high)

    def last(self, venue: str, symbol: str, timeframe: str, count: int) -> CandleArrays:
        """The latest `count` candles, oldest first."""
        found, held = [], 0
        for path in reversed(_months(self._folder(venue, symbol, timeframe))):
            if held >= count:
                break
            found.append(_read(path))
            held += len(found[-1])
        return CandleArrays.joined(reversed(found)).last(count)

    def series(self) -> Iterator[SeriesInfo]:
        """Every stored series, by name."""
        for folder in sorted(self._root.glob("*/*/*")):
            if folder.name not in TIMEFRAMES or not _months(folder):
                continue
            venue, symbol = unquote(folder.parent.parent.name), unquote(folder.parent.name)
            time = self.read(venue, symbol, folder.name).time
            steps = np.diff(time) // milliseconds(folder.name)
            yield SeriesInfo(
                venue,
                symbol,
                folder.name,
                rows=len(time),
                first=int(time[0]),
                last=int(time[-1]),
                missing=int(np.sum(steps - 1)),
                gaps=int(np.count_nonzero(steps > 1)),
            )

    def export(self, venue: str, symbol: str, timeframe: str, path: Path) -> int:
        """Write the series to a .csv, .csv.gz or .parquet file; returns its rows.

        Raises ValueError for another ending, or where there is no such series.
        """
        if not path.name.endswith(EXPORT_ENDINGS):
            raise ValueError(f"{path.name}: the file must end in {', '.join(EXPORT_ENDINGS)}")
        candles = self.read(venue, symbol, timeframe)
        if not len(candles):
            raise ValueError(f"candles: the store has none of {venue} {symbol} {timeframe}")
        frame = _frame(candles)
        if path.name.endswith(".csv.gz"):
            with gzip.open(path, "wb") as handle:
                handle.write(frame.write_csv().encode())
        elif path.name.endswith(".csv"):
            frame.write_csv(path)
        else:
            frame.write_parquet(path)
        return len(frame)


def _month(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m}"


def _months(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.parquet") if _MONTH.fullmatch(path.name))


def _by_month(folder: Path, candles: CandleArrays) -> Iterator[tuple[Path, CandleArrays]]:
    months = candles.time.astype("datetime64[ms]").astype("datetime64[M]")
    for month in np.unique(months):
        yield folder / f"{month}.parquet", candles.take(months == month)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer a series at a time, over all processes of this machine."""
    with open(folder / ".lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _frame(candles: CandleArrays) -> "polars.DataFrame":
    import polars

    return polars.DataFrame(dict(zip(_COLUMNS, candles.columns(), strict=True)))


def _read(path: Path) -> CandleArrays:
    import polars

    frame = polars.read_parquet(path, columns=list(_COLUMNS))
    columns: list[Any] = [frame[name].to_numpy() for name in _COLUMNS]
    return CandleArrays(*columns)


def _write(path: Path, candles: CandleArrays) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        _frame(candles).write_parquet(fresh)
        with open(fresh, "rb") as handle:
            os.fsync(handle.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
