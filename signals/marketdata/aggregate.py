"""Ticks and small candles into larger ones, closed only when they are complete."""

from dataclasses import dataclass

import numpy as np

from brokers.interface import Quote
from signals.marketdata.candles import Candle, CandleArrays
from signals.marketdata.timeframes import TIMEFRAMES, bucket_start

LADDER = tuple(TIMEFRAMES)


@dataclass(slots=True)
class _Forming:
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float

    def absorb(self, high: float, low: float, close: float, volume: float) -> None:
        self.high = max(self.high, high)
        self.low = min(self.low, low)
        self.close = close
        self.volume += volume


class TickAggregator:
    """Builds every timeframe from `base` up, per (venue, symbol).

    A candle closes when feed time reaches its end: by a tick at or after it, or by `advance`. A period without a tick
    has no candle. A tick from before the newest one is late: it is dropped and counted, since the candle it belongs to
    may have been acted upon.
    """

    def __init__(self, base: str = "5s") -> None:
        self._frames = LADDER[LADDER.index(base) :]
        self._forming: dict[tuple[str, str], dict[str, _Forming]] = {}
        self._newest: dict[tuple[str, str], int] = {}
        self.late = 0

    def add_quote(self, quote: Quote) -> list[Candle]:
        return self.add(quote.venue, quote.symbol, int(quote.time * 1000), quote.last, 0.0)

    def add(self, venue: str, symbol: str, time_ms: int, price: float, volume: float) -> list[Candle]:
        """Take in a tick; returns the candles it closed, smaller timeframes first."""
        market = (venue, symbol)
        if time_ms < self._newest.get(market, time_ms):
            self.late += 1
            return []
        closed = self.advance(venue, symbol, time_ms)
        forming = self._forming.setdefault(market, {})
        for timeframe in self._frames:
            held = forming.get(timeframe)
            if held is None:
                start = bucket_start(time_ms, timeframe)
                forming[timeframe] = _Forming(start, price, price, price, price, volume)
            else:
                held.absorb(price, price, price, volume)
        return closed

    def advance(self, venue: str, symbol: str, time_ms: int) -> list[Candle]:
        """Tell that feed time has reached `time_ms`; returns the candles that are complete by then."""
        market = (venue, symbol)
        self._newest[market] = max(time_ms, self._newest.get(market, time_ms))
        forming = self._forming.get(market, {})
        closed = []
        for timeframe in self._frames:
            held = forming.get(timeframe)
            if held is not None and time_ms >= held.time + TIMEFRAMES[timeframe]:
                del forming[timeframe]
                bar = (held.time, held.open, held.high, held.low, held.close, held.volume)
                closed.append(Candle(venue, symbol, timeframe, *bar))
        return closed


def aggregate(candles: CandleArrays, source: str, target: str, *, until_ms: int | None = None) -> CandleArrays:
    """Candles of `source` gathered into `target`, by the clock: a missing candle shifts nothing.

    A target candle is given only when its period is over: by `until_ms` (epoch ms; default: the end of the last source
    candle). Periods without source candles give none. Raises ValueError unless target is a multiple of source.
    """
    small, large = TIMEFRAMES[source], TIMEFRAMES[target]
    if large % small:
        raise ValueError(f"timeframe: {target} is not made of whole {source} candles")
    if not len(candles):
        return candles
    buckets = candles.time - candles.time % large
    starts = np.flatnonzero(np.append(True, np.diff(buckets) > 0))
    ends = np.append(starts[1:], len(buckets)) - 1
    gathered = CandleArrays(
        buckets[starts],
        candles.open[starts],
        np.maximum.reduceat(candles.high, starts),
        np.minimum.reduceat(candles.low, starts),
        candles.close[ends],
        np.add.reduceat(candles.volume, starts),
    )
    reached = int(candles.time[-1]) + small if until_ms is None else until_ms
    return gathered.take(gathered.time + large <= reached)
