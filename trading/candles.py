"""Closed candles for the trading floor: Redis's window first, the Parquet store for what is older."""

from collections.abc import Iterator

from django.conf import settings

from signals.marketdata.candles import CandleArrays
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import TIMEFRAMES
from signals.marketdata.window import CandleWindow
from trading.market import redis_client

_FINE = ("5s", "1m")


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
