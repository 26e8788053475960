"""Recorded market data from CSV, CSV.gz and Parquet files: columns found by name, faults named by column or row."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import milliseconds

if TYPE_CHECKING:
    import polars

_NAMES: dict[str, tuple[str, ...]] = {
    "time": ("timestamp", "time", "date", "datetime", "open_time", "opentime", "ts", "timestamp_ms"),
    "open": ("open", "o", "open_price"),
    "high": ("high", "h", "high_price"),
    "low": ("low", "l", "low_price"),
    "close": ("close", "c", "close_price"),
    "volume": ("volume", "v", "vol", "base_volume"),
    "bid": ("bid", "bid_price", "best_bid"),
    "ask": ("ask", "ask_price", "best_ask"),
    "price": ("price", "last", "last_price"),
    "quantity": ("quantity", "qty", "size", "amount"),
}
_CANDLE = ("open", "high", "low", "close")
# Epoch numbers by their size: seconds until the year 5138, then milliseconds, microseconds, nanoseconds.
_EPOCH_UNITS = ((1e11, 1000.0), (1e14, 1.0), (1e17, 1e-3), (float("inf"), 1e-6))


class FileFormatError(ValueError):
    """The file cannot be used; the message names the column, or the data row (counted from 1) and its value."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A recorded tick: epoch ms UTC, prices per unit, volume in base units."""

    time: int
    bid: float
    ask: float
    last: float
    volume: float


@dataclass(frozen=True, slots=True)
class RecordedCandles:
    data: CandleArrays

    def __len__(self) -> int:
        return len(self.data)

    def head(self, count: int) -> "RecordedCandles":
        return RecordedCandles(self.data.slice(0, count))


@dataclass(frozen=True, slots=True)
class RecordedTicks:
    data: Sequence[Tick]

    def __len__(self) -> int:
        return len(self.data)

    def head(self, count: int) -> "RecordedTicks":
        return RecordedTicks(self.data[:count])


def read_recording(path: str | Path, *, timeframe: str) -> RecordedCandles | RecordedTicks:
    """The file's candles of `timeframe`, or its ticks. Raises FileFormatError; OSError where it cannot be opened."""
    frame = _load(Path(path))
    columns = _detect(frame.columns)
    if not len(frame):
        raise FileFormatError(f"{Path(path).name}: the file has no rows")
    if "time" not in columns:
        raise FileFormatError(_missing("time", frame.columns))
    time = _times(frame[columns["time"]])
    if all(name in columns for name in _CANDLE):
        return RecordedCandles(_candles(frame, columns, time, timeframe))
    if ("bid" in columns and "ask" in columns) or "price" in columns:
        return RecordedTicks(_ticks(frame, columns, time))
    raise FileFormatError(_missing(next(name for name in _CANDLE if name not in columns), frame.columns))


def _missing(name: str, columns: Sequence[str]) -> str:
    wanted = ", ".join(_NAMES[name])
    return f"column {name!r} is missing: none of {wanted} is among {', '.join(columns)}"


def _load(path: Path) -> "polars.DataFrame":
    import polars

    try:
        if path.name.endswith(".parquet"):
            return polars.read_parquet(path)
        if path.name.endswith((".csv", ".csv.gz")):
            return polars.read_csv(path, infer_schema=False)
    except polars.exceptions.PolarsError as error:
        raise FileFormatError(f"{path.name}: {str(error).splitlines()[0]}") from None
    raise FileFormatError(f"{path.name}: the file must end in .csv, .csv.gz or .parquet")


def _detect(columns: Sequence[str]) -> dict[str, str]:
    by_lower = {column.strip().lower().replace(" ", "_"): column for column in reversed(columns)}
    found = {}
    for name, spellings in _NAMES.items():
        match = next((by_lower[spelling] for spelling in spellings if spelling in by_lower), None)
        if match is not None:
            found[name] = match
    return found


def _numbers(frame: "polars.DataFrame", name: str) -> "np.ndarray":
    """The column as positive-or-zero finite floats; the first row that is not one is named."""
    import polars

    column = frame[name]
    values = column.cast(polars.Float64, strict=False).to_numpy().astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        row = int(wrong[0])
        raise FileFormatError(f"row {row + 1}, column {name!r}: {column[row]!r} is not a number")
    return values


def _prices(frame: "polars.DataFrame", name: str) -> "np.ndarray":
    values = _numbers(frame, name)
    wrong = np.flatnonzero(values <= 0)
    if len(wrong):
        row = int(wrong[0])
        raise FileFormatError(f"row {row + 1}, column {name!r}: {values[row]:g} is not a price")
    return values


def _times(column: "polars.Series") -> "np.ndarray":
    """Epoch ms from datetimes, ISO texts, or epoch numbers in s, ms, us or ns."""
    import polars

    if column.dtype.is_temporal():
        return column.cast(polars.Datetime("ms")).dt.epoch("ms").to_numpy().astype(np.int64)
    numbers = column.cast(polars.Float64, strict=False)
    if numbers.null_count() == len(numbers):
        return _iso_times(column)
    values = numbers.to_numpy().astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        row = int(wrong[0])
        raise FileFormatError(f"row {row + 1}, column {column.name!r}: {column[row]!r} is not a time")
    largest = float(np.abs(values).max())
    scale = next(factor for limit, factor in _EPOCH_UNITS if largest < limit)
    exact = column.cast(polars.Int64, strict=False)
    if scale <= 1.0 and exact.null_count() == 0:
        return exact.to_numpy().astype(np.int64) // round(1 / scale)
    return np.round(values * scale).astype(np.int64)


def _iso_times(column: "polars.Series") -> "np.ndarray":
    import polars

    parsed = column.str.to_datetime(time_unit="ms", time_zone="UTC", strict=False, ambiguous="null")
    wrong = parsed.is_null()
    if wrong.any():
        row = int(wrong.arg_true()[0])
        raise FileFormatError(f"row {row + 1}, column {column.name!r}: {column[row]!r} is not a time")
    return parsed.cast(polars.Datetime("ms")).dt.epoch("ms").to_numpy().astype(np.int64)


def _candles(frame: "polars.DataFrame", columns: dict[str, str], time: "np.ndarray", timeframe: str) -> CandleArrays:
    open_, high, low, close = (_prices(frame, columns[name]) for name in _CANDLE)
    volume = _numbers(frame, columns["volume"]) if "volume" in columns else np.zeros(len(time))
    step = milliseconds(timeframe)
    _refuse(np.flatnonzero(np.diff(time) <= 0) + 1, "its time does not come after the row before")
    _refuse(np.flatnonzero(time % step != 0), f"its time does not begin a {timeframe} candle; is the timeframe right?")
    _refuse(np.flatnonzero(high < np.maximum(open_, close)), "high lies below open or close")
    _refuse(np.flatnonzero(low > np.minimum(open_, close)), "low lies above open or close")
    return CandleArrays(time, open_, high, low, close, volume)


def _ticks(frame: "polars.DataFrame", columns: dict[str, str], time: "np.ndarray") -> list[Tick]:
    if "bid" in columns and "ask" in columns:
        bid, ask = _prices(frame, columns["bid"]), _prices(frame, columns["ask"])
        _refuse(np.flatnonzero(bid > ask), "bid lies above ask")
        last = (bid + ask) / 2
    else:
        bid = ask = last = _prices(frame, columns["price"])
    volume = _numbers(frame, columns["quantity"]) if "quantity" in columns else np.zeros(len(time))
    _refuse(np.flatnonzero(np.diff(time) < 0) + 1, "its time comes before the row above")
    rows = zip(time.tolist(), bid.tolist(), ask.tolist(), last.tolist(), volume.tolist(), strict=True)
    return [Tick(*row) for row in rows]


def _refuse(rows: "np.ndarray", why: str) -> None:
    if len(rows):
        raise FileFormatError(f"row {int(rows[0]) + 1}: {why}")
