import asyncio

import redis
import redis.asyncio

from brokers.interface import Quote
from signals.marketdata.quotes import AsyncQuoteStore, QuoteStore, decode, encode

FIRST = Quote("sim", "SIM-RANGE", 149.999, 150.001, 150.0, 1_640_995_200.25, 1_640_995_200.3, 0.00123456789012345)
SECOND = Quote("binance", "BTC/USDT", 0.1 + 0.2, 0.4, 0.35, 1.0, 2.0)


def test_a_quote_survives_its_encoding_exactly() -> None:
    for quote in (FIRST, SECOND):
        assert decode(quote.venue, quote.symbol, encode(quote)) == quote


def test_published_quotes_are_found(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        store = QuoteStore(client)
        store.publish([FIRST, SECOND])
        assert store.get("sim", "SIM-RANGE") == FIRST
        assert store.get("sim", "NONE") is None
        keys = [("binance", "BTC/USDT"), ("sim", "SIM-RANGE"), ("sim", "NONE"), ("none", "A")]
        assert store.get_many(keys) == {("sim", "SIM-RANGE"): FIRST, ("binance", "BTC/USDT"): SECOND}
        assert store.get_many([]) == {}
        assert store.all_of("sim") == [FIRST]
        store.publish([])


async def test_both_kinds_of_client_speak_the_same(redis_url: str) -> None:
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        store = AsyncQuoteStore(client)
        await store.publish([FIRST, SECOND])
        assert await store.get("binance", "BTC/USDT") == SECOND
        assert await store.get_many([("sim", "SIM-RANGE"), ("sim", "NONE")]) == {("sim", "SIM-RANGE"): FIRST}
        with redis.Redis.from_url(redis_url) as waiting:
            assert QuoteStore(waiting).get("sim", "SIM-RANGE") == FIRST


async def test_a_listener_hears_its_venue_alone(redis_url: str) -> None:
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        store = AsyncQuoteStore(client)
        listener = store.listen("sim")
        heard = asyncio.ensure_future(anext(listener))
        while not heard.done():
            await store.publish([SECOND, FIRST])
            await asyncio.sleep(0.01)
        assert await heard == [FIRST]
        await listener.aclose()  # type: ignore[attr-defined]
