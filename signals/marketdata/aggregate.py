"""Ticks and small candles into larger ones, closed only when they are complete."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from brokers.interface import Quote
from signals.marketdata.candles import Candle, CandleArrays
from signals.marketdata.files import Tick
from signals.marketdata.timeframes import TIMEFRAMES, bucket_start, milliseconds

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


@dataclass(slots=True)
class _Market:
    """What is known of one market. Times are epoch ms.

    newest: its newest tick; clock: how far feed time has come; since: by timeframe, from when on nothing was missed.
    """

    newest: int
    clock: int
    forming: dict[str, _Forming] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    watched: bool = False


class TickAggregator:
    """Builds every timeframe from `base` up, per (venue, symbol).

    A candle closes when feed time reaches its end: by a tick at or after it, or by `advance`. A period without a tick
    has no candle. A tick from before the newest one, or from a period that is over, is late: it is dropped and counted,
    since the candle it belongs to may have been acted upon.

    With `whole_only` a candle whose period began before the market was watched is not given out: it would pass a part
    of its period for the whole. `restore` makes good what came before.
    """

    def __init__(self, base: str = "5s", *, whole_only: bool = False) -> None:
        milliseconds(base)
        self._frames = LADDER[LADDER.index(base) :]
        self._whole_only = whole_only
        self._markets: dict[tuple[str, str], _Market] = {}
        self.late = 0

    def add_quote(self, quote: Quote) -> list[Candle]:
        return self.add(quote.venue, quote.symbol, int(quote.time * 1000), quote.last, 0.0)

    def add(self, venue: str, symbol: str, time_ms: int, price: float, volume: float) -> list[Candle]:
        """Take in a tick; returns the candles it closed, smaller timeframes first."""
        market = self._watch(venue, symbol, time_ms)
        base = self._frames[0]
        if time_ms < market.newest or bucket_start(time_ms, base) + TIMEFRAMES[base] <= market.clock:
            self.late += 1
            return []
        market.newest = time_ms
        closed = self.advance(venue, symbol, time_ms)
        for timeframe in self._frames:
            _absorb(market, timeframe, time_ms, (price, price, price, price, volume))
        return closed

    def advance(self, venue: str, symbol: str, time_ms: int) -> list[Candle]:
        """Tell that feed time has reached `time_ms`; returns the candles that are complete by then."""
        market = self._watch(venue, symbol, time_ms)
        market.clock = max(market.clock, time_ms)
        closed = []
        for timeframe, held in _over(market):
            del market.forming[timeframe]
            if held.time >= market.since[timeframe] or not self._whole_only:
                bar = (held.time, held.open, held.high, held.low, held.close, held.volume)
                closed.append(Candle(venue, symbol, timeframe, *bar))
        return closed

    def advance_all(self, time_ms: int) -> list[Candle]:
        """`advance` for every market there is, so that a quiet one's candles close by the clock."""
        return [candle for market in list(self._markets) for candle in self.advance(*market, time_ms)]

    def restore(self, venue: str, symbol: str, timeframe: str, candles: CandleArrays) -> None:
        """Take up closed candles of `timeframe` from before the first tick, oldest first; nothing is given out.

        Larger timeframes go on forming where these left them; only what lies between the last of these and the first
        tick, less than one `timeframe` where they reach up to now, stays missing. Candles from before what the market
        has seen are skipped: several timeframes can be given, the largest first.
        """
        step = milliseconds(timeframe)
        market = self._markets.setdefault((venue, symbol), _Market(0, 0))
        larger = [name for name in self._frames if TIMEFRAMES[name] > step]
        for start, *bar in candles.rows():
            if start < market.clock:
                continue
            market.clock = start
            for name, _ in _over(market):
                del market.forming[name]
            for name in larger:
                market.since.setdefault(name, start)
                _absorb(market, name, start, tuple(bar))
            market.clock = market.newest = start + step
        for name, _ in _over(market):
            del market.forming[name]

    def _watch(self, venue: str, symbol: str, time_ms: int) -> _Market:
        market = self._markets.setdefault((venue, symbol), _Market(time_ms, time_ms))
        if not market.watched:
            market.watched = True
            for timeframe in self._frames:
                market.since.setdefault(timeframe, time_ms)
        return market


def _over(market: _Market) -> list[tuple[str, _Forming]]:
    """The forming candles whose period is over, smaller timeframes first."""
    return [
        (name, market.forming[name])
        for name in LADDER
        if name in market.forming and market.forming[name].time + TIMEFRAMES[name] <= market.clock
    ]


def _absorb(market: _Market, timeframe: str, time_ms: int, bar: tuple[float, ...]) -> None:
    open_, high, low, close, volume = bar
    held = market.forming.get(timeframe)
    if held is None:
        market.forming[timeframe] = _Forming(bucket_start(time_ms, timeframe), open_, high, low, close, volume)
    else:
        held.absorb(high, low, close, volume)


def aggregate(candles: CandleArrays, source: str, target: str, *, until_ms: int | None = None) -> CandleArrays:
    """Candles of `source` gathered into `target`, by the clock: a missing candle shifts nothing.

    A target candle is given only when its period is over: by `until_ms` (epoch ms; default: the end of the last source
    candle). Periods without source candles give none; a source candle given twice counts once, the last one's figures.
    Raises ValueError unless target is a multiple of source.
    """
    small, large = milliseconds(source), milliseconds(target)
    if large % small:
        raise ValueError(f"timeframe: {target} is not made of whole {source} candles")
    candles = CandleArrays.empty().merged(candles)
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


def candles_of_ticks(ticks: Iterable[Tick], timeframe: str) -> CandleArrays:
    """The complete candles of recorded ticks, oldest first; the last one, which nothing closed, is left out."""
    aggregator = TickAggregator(timeframe)
    closed = [
        candle
        for tick in ticks
        for candle in aggregator.add("", "", tick.time, tick.last, tick.volume)
        if candle.timeframe == timeframe
    ]
    return CandleArrays.from_rows((c.time, c.open, c.high, c.low, c.close, c.volume) for c in closed)
