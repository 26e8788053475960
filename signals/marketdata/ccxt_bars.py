"""ccxt's rows of candles."""

from typing import Any

from signals.marketdata.candles import CandleArrays


def is_bar(row: list[Any], step: int) -> bool:
    """Whether the exchange's row is a candle that can be, on the grid of a timeframe of `step` ms."""
    return None not in row[:5] and row[0] % step == 0 and CandleArrays.from_rows([bar_of(row)]).fault() is None


def bar_of(row: list[Any]) -> tuple[Any, ...]:
    """As a row of CandleArrays; a volume that is not told is 0."""
    volume = row[5] if len(row) > 5 else 0.0
    return (*row[:5], volume or 0.0)


def bars_of(rows: list[list[Any]], step: int) -> CandleArrays:
    """The rows that are candles, in time order, each time once, the last of several."""
    told = {row[0]: bar_of(row) for row in rows if None not in row[:5] and row[0] % step == 0}
    candles = CandleArrays.from_rows(told[start] for start in sorted(told))
    if candles.fault() is None:
        return candles
    return CandleArrays.from_rows(row for row in candles.rows() if is_bar(list(row), step))
