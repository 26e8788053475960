"""Candles of a backtest for its chart, few enough to be drawn."""

import numpy as np

from analytics.backtest.validation import moment_of
from analytics.models import Backtest
from signals.marketdata.candles import CandleArrays
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import TIMEFRAMES, milliseconds


def chart_candles(
    store: CandleStore, backtest: Backtest, symbol: str, start_ms: int | None, end_ms: int | None, limit: int
) -> tuple[str, CandleArrays]:
    """The run's candles that open in [start_ms, end_ms), within its own time; where they are more than `limit`, in
    coarser ones. Returns the timeframe of what is shown ("" for one that has no name) and the candles.
    """
    data = backtest.data
    low = max(item for item in (0, start_ms, _ms(data["start"])) if item is not None)
    high = min((item for item in (end_ms, _ms(data["end"])) if item is not None), default=None)
    found = store.read(data["venue"], symbol, data["timeframe"], start_ms=low, end_ms=high)
    step = bucket_for(found, milliseconds(data["timeframe"]), limit)
    return next((name for name, length in TIMEFRAMES.items() if length == step), ""), coarser(found, step)


def bucket_for(candles: CandleArrays, step: int, limit: int) -> int:
    """The shortest period (ms) in which the candles are `limit` at most: a known timeframe, or days of them."""
    lengths = [length for length in TIMEFRAMES.values() if length >= step]
    largest = lengths[-1]
    for length in (*lengths, *(largest * days for days in range(2, 10_000))):
        if len(candles) <= limit and length == step:
            return step
        if len(np.unique(candles.time // length)) <= limit:
            return length
    raise ValueError(f"{len(candles)} candles do not fit in {limit}")


def coarser(candles: CandleArrays, step: int) -> CandleArrays:
    """Candles of `step` ms each, the last one perhaps of a part of its time; as they are where they are so long."""
    if not len(candles):
        return candles
    bucket = candles.time // step
    first = np.flatnonzero(np.append(True, np.diff(bucket) > 0))
    last = np.append(first[1:], len(candles)) - 1
    return CandleArrays(
        bucket[first] * step,
        candles.open[first],
        np.maximum.reduceat(candles.high, first),
        np.minimum.reduceat(candles.low, first),
        candles.close[last],
        np.add.reduceat(candles.volume, first),
    )


def _ms(text: str | None) -> int | None:
    return None if text is None else round(moment_of(text).timestamp() * 1000)
