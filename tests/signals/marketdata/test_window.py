from collections.abc import Iterator

import pytest
import redis
import redis.asyncio

from signals.marketdata.candles import Candle, CandleArrays
from signals.marketdata.window import KEPT, AsyncCandleWindow, CandleWindow
from tests.signals.marketdata.bars import START, random_candles, rows_of, same

SERIES = ("sim", "BTC/USDT:USDT", "1m")


@pytest.fixture
def window(redis_url: str) -> Iterator[CandleWindow]:
    with redis.Redis.from_url(redis_url) as client:
        yield CandleWindow(client)


def candle(time: int, price: float = 1.0) -> Candle:
    return Candle(*SERIES, time, price, price, price, price, 1.0)


def test_candles_come_back_exactly(window: CandleWindow) -> None:
    candles = random_candles(50)
    window.append_arrays(*SERIES, candles)
    assert same(window.read(*SERIES), candles)
    assert same(window.read(*SERIES, limit=7), candles.last(7))
    assert same(window.read(*SERIES, since_ms=int(candles.time[40])), candles.last(10))
    assert same(window.read(*SERIES, since_ms=int(candles.time[40]), limit=3), candles.last(3))
    assert len(window.read("sim", "OTHER", "1m")) == 0
    assert len(window.read(*SERIES, since_ms=int(candles.time[-1]) + 1)) == 0


def test_a_candle_stored_again_replaces_itself(window: CandleWindow) -> None:
    for price in (1.0, 1.0, 2.0):
        window.append(candle(START, price))
    window.append_arrays(*SERIES, rows_of(START, START, price=3.0))
    assert window.read(*SERIES).rows() == [(START, 3.0, 3.0, 3.0, 3.0, 1.0)]


def test_a_candle_that_comes_late_finds_its_place(window: CandleWindow) -> None:
    for time in (START + 60_000, START, START + 120_000):
        window.append(candle(time))
    assert window.read(*SERIES).time.tolist() == [START, START + 60_000, START + 120_000]


def test_the_window_keeps_the_latest(window: CandleWindow) -> None:
    candles = random_candles(KEPT + 200)
    window.append_arrays(*SERIES, candles.slice(0, KEPT))
    window.append_arrays(*SERIES, candles.slice(KEPT - 5, KEPT + 200))
    assert same(window.read(*SERIES, limit=5000), candles.last(KEPT))
    window.append_arrays("sim", "ALL", "1m", candles)
    assert same(window.read("sim", "ALL", "1m", limit=5000), candles.last(KEPT))


def test_series_are_told_and_forgotten(window: CandleWindow) -> None:
    window.append_arrays(*SERIES, random_candles(3))
    window.append_arrays("replay-1", "A", "1m", random_candles(3))
    window.append_arrays("replay-1", "A", "5m", CandleArrays.empty())
    assert window.series() == [("replay-1", "A", "1m"), SERIES]
    assert window.forget("replay-1") == 1
    assert window.series() == [SERIES]
    assert len(window.read("replay-1", "A", "1m")) == 0
    assert window.forget("replay-1") == 0


async def test_both_kinds_of_client_share_the_window(redis_url: str, window: CandleWindow) -> None:
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        streamed = AsyncCandleWindow(client)
        assert await streamed.newest(*SERIES) is None
        candles = random_candles(20)
        await streamed.append_arrays(*SERIES, candles)
        await streamed.append_arrays(*SERIES, CandleArrays.empty())
        await streamed.append(candle(int(candles.time[-1]) + 60_000, 7.0))
        assert await streamed.newest(*SERIES) == (int(candles.time[-1]) + 60_000, 7.0, 7.0, 7.0, 7.0, 1.0)
        assert same(window.read(*SERIES), await streamed.read(*SERIES))
        assert same((await streamed.read(*SERIES, limit=5, since_ms=START)).slice(0, 4), candles.last(4))
