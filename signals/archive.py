"""From Redis's windows into the candle store."""

import redis
from django.conf import settings

from signals.marketdata.store import CandleStore
from signals.marketdata.window import KEPT, CandleWindow


def persist_windows() -> int:
    """Merge every recent window into the store; returns how many series were written. Safe to repeat."""
    window = CandleWindow(redis.Redis.from_url(settings.REDIS_URL))
    store = CandleStore(settings.CANDLE_DIR)
    written = 0
    for venue, symbol, timeframe in window.series():
        newest = store.last(venue, symbol, timeframe, 1)
        since = int(newest.time[0]) if len(newest) else None
        candles = window.read(venue, symbol, timeframe, limit=KEPT, since_ms=since)
        if len(candles) > (since is not None):
            store.write(venue, symbol, timeframe, candles)
            written += 1
    return written
