"""Closed candles for the trading floor: Redis's window first, the Parquet store for what is older."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from django.conf import settings

from signals.indicators import atr
from signals.marketdata.candles import CandleArrays
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import TIMEFRAMES
from signals.marketdata.window import CandleWindow
from trading.market import redis_client

_FINE = ("5s", "1m")


class CandleSource(Protocol):
    def read(self, venue: str, symbol: str, timeframe: str, *, limit: int) -> CandleArrays: ...


class LocalCandles:
    """Closed candles held by this process: a replay's, as far as it has come."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str, str], CandleArrays] = {}

    def put(self, venue: str, symbol: str, timeframe: str, window: CandleArrays) -> None:
        self._windows[venue, symbol, timeframe] = window

    def read(self, venue: str, symbol: str, timeframe: str, *, limit: int) -> CandleArrays:
        return self._windows.get((venue, symbol, timeframe), CandleArrays.empty()).last(limit)


_override: ContextVar[CandleSource | None] = ContextVar("candles", default=None)


@contextmanager
def use_candles(source: CandleSource) -> Iterator[None]:
    """Read recent candles from `source`, in place of Redis."""
    token = _override.set(source)
    try:
        yield
    finally:
        _override.reset(token)


def recent_candles(venue: str, symbol: str, timeframe: str, *, limit: int) -> CandleArrays:
    """The latest `limit` closed candles, oldest first: Redis's, or those that `use_candles` put in their place."""
    return (_override.get() or CandleWindow(redis_client())).read(venue, symbol, timeframe, limit=limit)


def average_range(venue: str, symbol: str, timeframe: str, period: int) -> float | None:
    """The market's latest ATR over `period` closed candles, price per unit; None while there are too few of them."""
    # Wilder's average has a long memory: ten periods let it forget where it began.
    candles = recent_candles(venue, symbol, timeframe, limit=10 * period + 1)
    if len(candles) <= period:
        return None
    latest = float(atr(candles.high, candles.low, candles.close, period)[-1])
    return latest if latest > 0.0 else None


def candles_are_local() -> bool:
    """Whether candles are a replay's, of a time of its own."""
    return _override.get() is not None


def candle_series(venue: str, symbol: str, *, since_ms: int) -> Iterator[tuple[str, CandleArrays]]:
    """Candles that end after `since_ms`, finest timeframe first, as (timeframe, candles oldest first).

    Both fine timeframes are given, since either may have a hole that the other fills: after an outage a feed's history
    comes back as minutes. Where neither reaches back to `since_ms`, the finest coarser one that does is added.
    """
    reached = False
    for timeframe in sorted(TIMEFRAMES, key=TIMEFRAMES.__getitem__):
        if timeframe not in _FINE and reached:
            continue
        candles = _since(venue, symbol, timeframe, since_ms - TIMEFRAMES[timeframe])
        if len(candles.time):
            reached = reached or int(candles.time[0]) <= since_ms
            yield timeframe, candles


def _since(venue: str, symbol: str, timeframe: str, after_ms: int) -> CandleArrays:
    """Candles that open after `after_ms`."""
    window = CandleWindow(redis_client()).read(venue, symbol, timeframe, limit=1000, since_ms=after_ms + 1)
    if len(window.time) and int(window.time[0]) <= after_ms + TIMEFRAMES[timeframe]:
        return window
    return CandleStore(settings.CANDLE_DIR).read(venue, symbol, timeframe, start_ms=after_ms + 1).merged(window)
