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
Series = tuple[str, str, str]


def _store(pipe: Any, series: Series, rows: Iterable[Row]) -> None:
    """Queue the rows on a pipeline: each replaces what its open time held, so that repeating it changes nothing."""
    key = redis_keys.candles(*series)
    for row in rows:
        pipe.zremrangebyscore(key, row[0], row[0])
        pipe.zadd(key, {json.dumps(row): row[0]})
    pipe.zremrangebyrank(key, 0, -KEPT - 1)
    pipe.sadd(redis_keys.SERIES, json.dumps(series))


def _row(candle: Candle) -> Row:
    return candle.time, candle.open, candle.high, candle.low, candle.close, candle.volume


def _arrays(texts: Iterable[bytes]) -> CandleArrays:
    return CandleArrays.from_rows(tuple(json.loads(text)) for text in texts)


class CandleWindow:
    """For code that waits."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client

    def append(self, candle: Candle) -> None:
        with self._redis.pipeline(transaction=True) as pipe:
            _store(pipe, (candle.venue, candle.symbol, candle.timeframe), [_row(candle)])
            pipe.execute()

    def append_arrays(self, venue: str, symbol: str, timeframe: str, candles: CandleArrays) -> None:
        """Of more than the window keeps, the latest."""
        if not len(candles):
            return
        with self._redis.pipeline(transaction=True) as pipe:
            _store(pipe, (venue, symbol, timeframe), candles.last(KEPT).rows())
            pipe.execute()

    def read(
        self, venue: str, symbol: str, timeframe: str, *, limit: int = 600, since_ms: int | None = None
    ) -> CandleArrays:
        """The latest `limit` candles, of those that open at or after `since_ms`, oldest first."""
        key = redis_keys.candles(venue, symbol, timeframe)
        low = "-inf" if since_ms is None else since_ms
        texts: Any = self._redis.zrevrangebyscore(key, "+inf", low, start=0, num=limit)
        return _arrays(reversed(texts))

    def series(self) -> list[Series]:
        """Every (venue, symbol, timeframe) that was ever stored here and not forgotten."""
        members: Any = self._redis.smembers(redis_keys.SERIES)
        return sorted(tuple(json.loads(text)) for text in members)

    def forget(self, venue: str) -> int:
        """Delete the venue's windows, a replay's for instance; returns how many there were."""
        gone = [series for series in self.series() if series[0] == venue]
        with self._redis.pipeline(transaction=True) as pipe:
            for series in gone:
                pipe.delete(redis_keys.candles(*series))
                pipe.srem(redis_keys.SERIES, json.dumps(series))
            pipe.execute()
        return len(gone)


class AsyncCandleWindow:
    """For the streamer."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._redis = client

    async def append(self, candle: Candle) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            _store(pipe, (candle.venue, candle.symbol, candle.timeframe), [_row(candle)])
            await pipe.execute()

    async def append_arrays(self, venue: str, symbol: str, timeframe: str, candles: CandleArrays) -> None:
        """Of more than the window keeps, the latest."""
        if not len(candles):
            return
        async with self._redis.pipeline(transaction=True) as pipe:
            _store(pipe, (venue, symbol, timeframe), candles.last(KEPT).rows())
            await pipe.execute()

    async def read(
        self, venue: str, symbol: str, timeframe: str, *, limit: int = 600, since_ms: int | None = None
    ) -> CandleArrays:
        """The latest `limit` candles, of those that open at or after `since_ms`, oldest first."""
        key = redis_keys.candles(venue, symbol, timeframe)
        low = "-inf" if since_ms is None else since_ms
        texts: Any = await self._redis.zrevrangebyscore(key, "+inf", low, start=0, num=limit)
        return _arrays(reversed(texts))

    async def newest(self, venue: str, symbol: str, timeframe: str) -> Row | None:
        """The latest stored candle as (time, open, high, low, close, volume)."""
        texts: Any = await self._redis.zrevrange(redis_keys.candles(venue, symbol, timeframe), 0, 0)
        return tuple(json.loads(texts[0])) if texts else None
