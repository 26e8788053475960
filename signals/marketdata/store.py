"""The candle store: Parquet files by venue, symbol, timeframe and month, written whole or not at all."""

import fcntl
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
from signals.marketdata.timeframes import milliseconds

if TYPE_CHECKING:
    import polars

# polars is imported where it is used: idle processes do without its memory.

_MONTH = re.compile(r"\d{4}-\d{2}\.parquet")
_COLUMNS = ("time", "open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """A stored series: its size, its first and last open time (epoch ms UTC), and the candles missing between them."""

    venue: str
    symbol: str
    timeframe: str
    rows: int
    first: int
    last: int
    missing: int


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
        """Merge the candles in (an open time stored before is replaced); returns how many were given."""
        folder = self._folder(venue, symbol, timeframe)
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            for path, part in _by_month(folder, candles):
                merged = _read(path).merged(part) if path.exists() else CandleArrays.empty().merged(part)
                _write(path, merged)
        return len(candles)

    def read(
        self, venue: str, symbol: str, timeframe: str, *, start_ms: int | None = None, end_ms: int | None = None
    ) -> CandleArrays:
        """Candles that open in [start_ms, end_ms), oldest first."""
        folder = self._folder(venue, symbol, timeframe)
        found = CandleArrays.empty()
        for path in _months(folder):
            if start_ms is not None and path.stem < _month(start_ms):
                continue
            if end_ms is not None and path.stem > _month(end_ms):
                continue
            found = found.merged(_read(path))
        low = 0 if start_ms is None else int(np.searchsorted(found.time, start_ms))
        high = len(found) if end_ms is None else int(np.searchsorted(found.time, end_ms))
        return found.slice(low, high)

    def last(self, venue: str, symbol: str, timeframe: str, count: int) -> CandleArrays:
        """The latest `count` candles, oldest first."""
        found = CandleArrays.empty()
        for path in reversed(_months(self._folder(venue, symbol, timeframe))):
            found = _read(path).merged(found)
            if len(found) >= count:
                break
        return found.last(count)

    def series(self) -> Iterator[SeriesInfo]:
        """Every stored series, by name."""
        for folder in sorted(self._root.glob("*/*/*")):
            if not folder.is_dir() or not _months(folder):
                continue
            venue, symbol = unquote(folder.parent.parent.name), unquote(folder.parent.name)
            time = self.read(venue, symbol, folder.name).time
            expected = (int(time[-1]) - int(time[0])) // milliseconds(folder.name) + 1
            missing = expected - len(time)
            yield SeriesInfo(venue, symbol, folder.name, len(time), int(time[0]), int(time[-1]), missing)

    def export(self, venue: str, symbol: str, timeframe: str, path: Path) -> int:
        """Write the series to a .csv or .parquet file; returns its rows. Raises ValueError for another ending."""
        frame = _frame(self.read(venue, symbol, timeframe))
        if path.suffix == ".csv":
            frame.write_csv(path)
        elif path.suffix == ".parquet":
            frame.write_parquet(path)
        else:
            raise ValueError(f"{path.name}: the file must end in .csv or .parquet")
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
    _frame(candles).write_parquet(fresh)
    fresh.replace(path)
