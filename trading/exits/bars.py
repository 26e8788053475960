"""Bars: candles and ticks as the price ranges that a trade lives through, in one unbroken order."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brokers.interface import Quote
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import TIMEFRAMES


@dataclass(frozen=True, slots=True)
class Bar:
    """One price range of market time: a candle, or a tick as a bar of one price. Times in epoch ms."""

    start: int
    end: int
    open: float
    high: float
    low: float
    close: float

    @classmethod
    def of_tick(cls, price: float, at_ms: int) -> "Bar":
        return cls(at_ms, at_ms, price, price, price, price)

    def after(self, moment: int) -> "Bar | None":
        """What of the bar is sure to come after `moment` (epoch ms): all of it, its close alone, or nothing."""
        if self.end <= moment:
            return None
        if self.start >= moment:
            return self
        return Bar(self.end, self.end, self.close, self.close, self.close, self.close)


def quote_at(venue: str, symbol: str, price: float, at_ms: int) -> Quote:
    """The market as a bar tells it: one price, no spread."""
    seconds = at_ms / 1000
    return Quote(venue=venue, symbol=symbol, bid=price, ask=price, last=price, time=seconds, received=seconds)


def one_after_another(series: Iterable[tuple[str, CandleArrays]], since_ms: int) -> list[Bar]:
    """The candles of several timeframes, finest first, as bars that do not overlap, oldest first.

    Where finer candles leave a hole in a coarser one, the coarser one stands for all that time. What has begun before
    `since_ms` was looked at before: it is taken only where nothing finer tells of the time after, for its close.
    """
    columns = np.empty((6, 0))
    for timeframe, candles in series:
        columns = _fill_holes(columns, _columns(candles, TIMEFRAMES[timeframe]), since_ms)
    return [Bar(int(row[0]), int(row[1]), *row[2:]) for row in columns.T.tolist()]


def _columns(candles: CandleArrays, step: int) -> NDArray[np.float64]:
    """Rows of start, end, open, high, low, close; epoch ms are whole numbers of float64 for 285,000 years."""
    start = candles.time.astype(np.float64)
    return np.stack([start, start + step, candles.open, candles.high, candles.low, candles.close])


def _fill_holes(fine: NDArray[np.float64], coarse: NDArray[np.float64], since_ms: int) -> NDArray[np.float64]:
    """`fine` with those of `coarse` in place of its bars that tell of more time than they do."""
    coarse = coarse[:, coarse[1] > since_ms]
    first, last = np.searchsorted(fine[0], coarse[0]), np.searchsorted(fine[0], coarse[1])
    told = np.append(0.0, np.cumsum(fine[1] - fine[0]))
    begun = coarse[0] < since_ms
    wanted = np.where(begun, first == last, told[last] - told[first] < coarse[1] - coarse[0])
    kept = np.ones(fine.shape[1], dtype=bool)
    for start, stop in zip(first[wanted], last[wanted], strict=True):
        kept[start:stop] = False
    joined = np.concatenate([fine[:, kept], coarse[:, wanted]], axis=1)
    return joined[:, np.argsort(joined[0], kind="stable")]
