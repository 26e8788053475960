"""What a replay shows while it runs: candles and quotes to Redis and to the dashboards, a few times a second.

Best effort: a replay needs no Redis, and does not wait for one.
"""

import logging
import time
from typing import Any

import redis
from asgiref.sync import async_to_sync

from brokers.interface import Quote
from signals.marketdata.candles import CandleArrays
from signals.marketdata.quotes import QuoteStore
from signals.marketdata.window import CandleWindow
from trading.feed import live
from trading.market import redis_client
from trading.stream.streaming import quote_frame

logger = logging.getLogger(__name__)

EVERY_SECONDS = 0.25


class ReplayFeed:
    def __init__(self, venue: str, symbol: str, timeframe: str) -> None:
        self._market = (venue, symbol, timeframe)
        self._quote: Quote | None = None
        self._candles: CandleArrays | None = None
        self._shown = self._reached = 0
        self._due = 0.0
        self._works = True

    def quote(self, quote: Quote) -> None:
        self._quote = quote

    def candle(self, candles: CandleArrays, index: int) -> None:
        """The candle at `index` has closed."""
        self._candles, self._reached = candles, index + 1
        if self._works and time.monotonic() >= self._due:
            self.flush()
            self._due = time.monotonic() + EVERY_SECONDS

    def flush(self) -> None:
        """Show what has come since the last time."""
        if not self._works or self._quote is None or self._candles is None:
            return
        try:
            QuoteStore(redis_client()).publish([self._quote])
            CandleWindow(redis_client()).append_arrays(*self._market, self._candles.slice(self._shown, self._reached))
            frame: dict[str, Any] = {"type": "quotes", "quotes": [quote_frame(self._quote)]}
            async_to_sync(live.push_market)([frame])
            self._shown = self._reached
        except (redis.RedisError, OSError):
            logger.warning("no Redis: the replay goes on without showing itself live")
            self._works = False
