"""Candles to run a backtest over: from the candle store, or from a recorded file."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from analytics.backtest.market import Market
from analytics.backtest.validation import moment_of
from brokers.instruments import instruments_for
from brokers.interface import Instrument
from signals.marketdata.aggregate import candles_of_ticks
from signals.marketdata.candles import CandleArrays
from signals.marketdata.files import RecordedCandles, read_recording
from signals.marketdata.gaps import Gap as Gap
from signals.marketdata.gaps import GapReport, gap_report
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import TIMEFRAMES
from signals.models import MarketType
from trading.market import default_instrument

MOST_CANDLES = 20_000_000  # of all symbols together: 1 GB
_LEAST_CANDLES = 2


class DataError(ValueError):
    """Data that cannot be had; the message begins with the field's name (data.symbols, data.start ...)."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class LoadedData:
    """Markets of one timeframe in the order in which their symbols were named; `gaps` has each market's report."""

    markets: list[Market]
    gaps: list[GapReport]
    timeframe: str


def load_markets(data: Mapping[str, Any], *, store: CandleStore | None = None) -> LoadedData:
    """The stored series that `data` names, which was validated (analytics/backtest/validation.py).

    A market whose finer series does not reach into the time has no detail. Raises DataError naming the field.
    """
    store = store or CandleStore(settings.CANDLE_DIR)
    start_ms, end_ms = _epoch_ms(data.get("start")), _epoch_ms(data.get("end"))
    known = instruments_for({(data["venue"], symbol) for symbol in data["symbols"]})
    markets, gaps, held = [], [], 0
    for symbol in data["symbols"]:
        candles = _read(store, data, symbol, start_ms, end_ms)
        detail = _detail(store, data, symbol, candles)
        held += len(candles) + (0 if detail is None else len(detail))
        if held > MOST_CANDLES:
            raise DataError("data.symbols", f"These are more than {MOST_CANDLES:,} candles; choose a shorter time.")
        instrument = known.get((data["venue"], symbol)) or guess_instrument(data["venue"], symbol)
        markets.append(_market("data.symbols", instrument, candles, detail))
        gaps.append(gap_report(symbol, data["timeframe"], candles, start_ms=start_ms, end_ms=end_ms))
    return LoadedData(markets, gaps, data["timeframe"])


def market_from_file(
    path: str | Path,
    symbol: str,
    timeframe: str,
    *,
    venue: str = "file",
    instrument: Instrument | None = None,
    start: str | None = None,
    end: str | None = None,
    detail: CandleArrays | None = None,
) -> LoadedData:
    """One market from a CSV, CSV.gz or Parquet file of candles or ticks; `start` and `end` as in the data's JSON.

    Raises DataError; FileFormatError for a file that cannot be understood, OSError for one that cannot be opened.
    """
    candles = candles_from_file(path, timeframe)
    start_ms, end_ms = _epoch_ms(start), _epoch_ms(end)
    keep = (candles.time >= (start_ms or 0)) & (candles.time < (end_ms if end_ms is not None else math.inf))
    candles = candles.take(keep)
    if len(candles) < _LEAST_CANDLES:
        raise DataError(
            "data.start" if start or end else "data", f"{Path(path).name} has no {timeframe} candles there."
        )
    market = _market("data", instrument or guess_instrument(venue, symbol), candles, detail)
    return LoadedData([market], [gap_report(symbol, timeframe, candles, start_ms=start_ms, end_ms=end_ms)], timeframe)


def candles_from_file(path: str | Path, timeframe: str) -> CandleArrays:
    """The file's candles of `timeframe`; ticks are gathered into them. Raises as `market_from_file` does."""
    recording = read_recording(path, timeframe=timeframe)
    return recording.data if isinstance(recording, RecordedCandles) else candles_of_ticks(recording.data, timeframe)


def guess_instrument(venue: str, symbol: str) -> Instrument:
    """An instrument that no venue has told of: a future where the symbol is written like one, with the finest steps."""
    upper = symbol.upper()
    derived = ":" in upper or "PERP" in upper or upper.endswith(("-SWAP", "_SWAP"))
    return default_instrument(venue, symbol, MarketType.FUTURES if derived else MarketType.SPOT)


def _read(
    store: CandleStore, data: Mapping[str, Any], symbol: str, start_ms: int | None, end_ms: int | None
) -> CandleArrays:
    venue, timeframe = data["venue"], data["timeframe"]
    try:
        found = store.read(venue, symbol, timeframe, start_ms=start_ms, end_ms=end_ms)
        if len(found) >= _LEAST_CANDLES:
            return found
        anything = len(store.last(venue, symbol, timeframe, 1)) > 0
    except ValueError as error:
        raise DataError("data.symbols", str(error)) from None
    series = f"{timeframe} candles of {venue} {symbol}"
    if anything:
        raise DataError("data.start", f"The store has no {series} in that time.")
    raise DataError("data.symbols", f"The store has no {series}; `manage.py candles download` or `import` brings them.")


def _detail(store: CandleStore, data: Mapping[str, Any], symbol: str, candles: CandleArrays) -> CandleArrays | None:
    timeframe = data.get("detail_timeframe")
    if not timeframe:
        return None
    until = int(candles.time[-1]) + TIMEFRAMES[data["timeframe"]]
    found = store.read(data["venue"], symbol, timeframe, start_ms=int(candles.time[0]), end_ms=until)
    return found if len(found) else None


def _market(field: str, instrument: Instrument, candles: CandleArrays, detail: CandleArrays | None) -> Market:
    try:
        return Market(instrument, candles, detail)
    except ValueError as error:
        raise DataError(field, f"{instrument.symbol}: {error}") from None


def _epoch_ms(text: str | None) -> int | None:
    return None if text is None else round(moment_of(text).timestamp() * 1000)
