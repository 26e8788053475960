"""The recent closed candles of every market and timeframe, in Redis."""

import json
from collections.abc import Iterable
from typing import Any

import redis
import redis.asyncio

from signals.marketdata import redis_keys
from signals.marketdata.candles import Candle, CandleArrays

KEPT = 1000

Row = tuple[int, float, float, float, float, float]


def _store(pipe: Any, venue: str, symbol: str, timeframe: str, rows: Iterable[Row]) -> None:
    """Queue the rows on a pipeline: each replaces what its open time held, so that repeating it changes nothing."""
    key = redis_keys.candles(venue, symbol, timeframe)
    for row in rows:
        pipe.zremrangebyscore(key, row[0], row[0])
        pipe.zadd(key, {json.dumps(row): row[0]})
    pipe.zremrangebyrank(key, 0, -KEPT - 1)
    pipe.sadd(redis_keys.SERIES, json.dumps([venue, symbol, timeframe]))


def _row(candle: Candle) -> Row:
    return candle.time, candle.open, candle.high, candle.low, candle.close, candle.volume


class CandleWindow:
    """For code that waits."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client

    def append_arrays(self, venue: str, symbol: str, timeframe: str, candles: CandleArrays) -> None:
        with self._redis.pipeline(transaction=True) as pipe:
            _store(pipe, venue, symbol, timeframe, candles.rows())
            pipe.execute()

    def read(
        self, venue: str, symbol: str, timeframe: str, *, limit: int = 600, since_ms: int | None = None
    ) -> CandleArrays:
        """The latest `limit` candles, of those that open at or after `since_ms`, oldest first."""
        key = redis_keys.candles(venue, symbol, timeframe)
        low = "-inf" if since_ms is None else since_ms
        texts: Any = self._redis.zrevrangebyscore(key, "+inf", low, start=0, num=limit)
        return CandleArrays.from_rows(tuple(json.loads(text)) for text in reversed(texts))

    def series(self) -> list[tuple[str, str, str]]:
        """Every (venue, symbol, timeframe) that was ever stored here."""
        members: Any = self._redis.smembers(redis_keys.SERIES)
        return sorted(tuple(json.loads(text)) for text in members)


class AsyncCandleWindow:
    """For the streamer."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._redis = client

    async def append(self, candle: Candle) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            _store(pipe, candle.venue, candle.symbol, candle.timeframe, [_row(candle)])
            await pipe.execute()

    async def append_arrays(self, venue: str, symbol: str, timeframe: str, candles: CandleArrays) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            _store(pipe, venue, symbol, timeframe, candles.rows())
            await pipe.execute()

    async def newest(self, venue: str, symbol: str, timeframe: str) -> Row | None:
        """The latest stored candle as (time, open, high, low, close, volume)."""
        texts: Any = await self._redis.zrevrange(redis_keys.candles(venue, symbol, timeframe), 0, 0)
        return tuple(json.loads(texts[0])) if texts else None
