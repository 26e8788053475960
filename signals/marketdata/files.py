"""Recorded market data from CSV, CSV.gz and Parquet files: columns found by name, faults named by column or row."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signals.marketdata.candles import CandleArrays
from signals.marketdata.columns import FileFormatError, numbers, prices, refuse, times
from signals.marketdata.timeframes import TIMEFRAMES, milliseconds

if TYPE_CHECKING:
    import polars

__all__ = ["FileFormatError", "RecordedCandles", "RecordedTicks", "Tick", "read_recording"]

_NAMES: dict[str, tuple[str, ...]] = {
    "time": ("timestamp", "time", "date", "datetime", "open_time", "opentime", "ts", "timestamp_ms", "t"),
    "open": ("open", "o", "open_price"),
    "high": ("high", "h", "high_price"),
    "low": ("low", "l", "low_price"),
    "close": ("close", "c", "close_price"),
    "volume": ("volume", "v", "vol", "base_volume"),
    "bid": ("bid", "bid_price", "best_bid"),
    "ask": ("ask", "ask_price", "best_ask"),
    "price": ("price", "last", "last_price"),
    "quantity": ("quantity", "qty", "size", "amount"),
    "symbol": ("symbol", "pair", "instrument"),
}
_CANDLE = ("open", "high", "low", "close")
_ENDINGS = (".csv", ".csv.gz", ".parquet")

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


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
    """The file's candles of `timeframe`, or its ticks.

    A tick of a bid and an ask has their middle as its last price. Raises FileFormatError; OSError where the file cannot
    be opened; ValueError for an unknown timeframe.
    """
    milliseconds(timeframe)
    name = Path(path).name
    frame = _load(Path(path))
    columns = _detect(frame.columns)
    if not len(frame):
        raise FileFormatError(f"{name}: the file has no rows")
    if "time" not in columns:
        raise FileFormatError(_missing("time", frame.columns))
    _refuse_several(frame, columns)
    time = times(frame[columns["time"]])
    if all(part in columns for part in _CANDLE):
        return RecordedCandles(_candles(frame, columns, time, timeframe))
    if ("bid" in columns and "ask" in columns) or "price" in columns:
        return RecordedTicks(_ticks(frame, columns, time))
    raise FileFormatError(_missing(next(part for part in _CANDLE if part not in columns), frame.columns))


def _missing(name: str, columns: Sequence[str]) -> str:
    wanted = ", ".join(_NAMES[name])
    return f"column {name!r} is missing: none of {wanted} is among {', '.join(columns)}"


def _load(path: Path) -> "polars.DataFrame":
    import polars

    ending = path.name.lower()
    if not ending.endswith(_ENDINGS):
        raise FileFormatError(f"{path.name}: the file must end in {', '.join(_ENDINGS)}")
    # Opened here so that a file that is not there, or may not be read, is an OSError like any other.
    with open(path, "rb") as handle:
        if not handle.read(1):
            raise FileFormatError(f"{path.name}: the file is empty")
    try:
        if ending.endswith(".parquet"):
            return polars.read_parquet(path)
        return polars.read_csv(path, infer_schema=False)
    except (polars.exceptions.PolarsError, OSError) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise FileFormatError(f"{path.name}: {first}") from None


def _detect(columns: Sequence[str]) -> dict[str, str]:
    """Which of the file's columns is what; upper case, and blanks for underscores, make no difference."""
    by_lower = {column.strip().lower().replace(" ", "_"): column for column in reversed(columns)}
    found = {}
    for name, spellings in _NAMES.items():
        match = next((by_lower[spelling] for spelling in spellings if spelling in by_lower), None)
        if match is not None:
            found[name] = match
    return found


def _refuse_several(frame: "polars.DataFrame", columns: dict[str, str]) -> None:
    """One file is one market: two mixed together would make candles of neither."""
    if "symbol" not in columns:
        return
    column = frame[columns["symbol"]]
    other = (column != column[0]).arg_true()
    if len(other):
        row = int(other[0])
        raise FileFormatError(
            f"row {row + 1}, column {column.name!r}: {column[row]!r} after {column[0]!r}: one symbol is needed"
        )


def _candles(frame: "polars.DataFrame", columns: dict[str, str], time: Times, timeframe: str) -> CandleArrays:
    open_, high, low, close = (prices(frame[columns[name]]) for name in _CANDLE)
    volume = numbers(frame[columns["volume"]]) if "volume" in columns else np.zeros(len(time))
    shown = frame[columns["time"]]
    later = np.diff(time)
    refuse(np.flatnonzero(later == 0) + 1, shown, "the row before has the same time")
    refuse(np.flatnonzero(later < 0) + 1, shown, "its time lies before the row above")
    _check_timeframe(time, later, shown, timeframe)
    refuse(np.flatnonzero(high < low), frame[columns["high"]], "high lies below low")
    refuse(np.flatnonzero(high < np.maximum(open_, close)), frame[columns["high"]], "high lies below open or close")
    refuse(np.flatnonzero(low > np.minimum(open_, close)), frame[columns["low"]], "low lies above open or close")
    return CandleArrays(time, open_, high, low, close, volume)


def _check_timeframe(time: Times, later: Times, shown: "polars.Series", timeframe: str) -> None:
    step = milliseconds(timeframe)
    why = f"this does not begin a {timeframe} candle; is the timeframe right?"
    refuse(np.flatnonzero(time % step != 0), shown, why)
    # Candles of a larger timeframe lie on the grid of a smaller one too, but never next to each other.
    closest = int(later.min()) if len(later) >= 2 else step
    if closest > step:
        known = next((name for name, length in TIMEFRAMES.items() if length == closest), f"{closest / 1000:g} s")
        raise FileFormatError(f"column {shown.name!r}: the rows lie {known} apart at least, not {timeframe}")


def _ticks(frame: "polars.DataFrame", columns: dict[str, str], time: Times) -> list[Tick]:
    if "bid" in columns and "ask" in columns:
        bid, ask = prices(frame[columns["bid"]]), prices(frame[columns["ask"]])
        refuse(np.flatnonzero(bid > ask), frame[columns["bid"]], "bid lies above ask")
        last: Floats = (bid + ask) / 2
    else:
        bid = ask = last = prices(frame[columns["price"]])
    volume = numbers(frame[columns["quantity"]]) if "quantity" in columns else np.zeros(len(time))
    refuse(np.flatnonzero(np.diff(time) < 0) + 1, frame[columns["time"]], "its time lies before the row above")
    rows = zip(time.tolist(), bid.tolist(), ask.tolist(), last.tolist(), volume.tolist(), strict=True)
    return [Tick(*row) for row in rows]
