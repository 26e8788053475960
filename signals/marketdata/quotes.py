"""The latest quote of every market, in Redis, and the channel that tells of new ones."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import Any

import redis
import redis.asyncio

from brokers.interface import Quote
from signals.marketdata import redis_keys

Market = tuple[str, str]


def encode(quote: Quote) -> str:
    """A quote as a JSON list, in the order of its fields after venue and symbol."""
    return json.dumps([quote.bid, quote.ask, quote.last, quote.time, quote.received, quote.volatility])


def decode(venue: str, symbol: str, text: bytes | str) -> Quote:
    return Quote(venue, symbol, *json.loads(text))


def _queue(pipe: Any, quotes: Iterable[Quote]) -> None:
    """Queue on a pipeline: each quote into its venue's hash, and per venue one message of [symbol, figures] pairs."""
    told: dict[str, list[str]] = defaultdict(list)
    for quote in quotes:
        text = encode(quote)
        pipe.hset(redis_keys.quotes(quote.venue), quote.symbol, text)
        told[quote.venue].append(f"[{json.dumps(quote.symbol)}, {text}]")
    for venue, pairs in told.items():
        pipe.publish(redis_keys.quote_channel(venue), f"[{', '.join(pairs)}]")


def _by_venue(markets: Iterable[Market]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = defaultdict(list)
    for venue, symbol in markets:
        found[venue].append(symbol)
    return list(found.items())


def _found(asked: list[tuple[str, list[str]]], answers: list[Any]) -> dict[Market, Quote]:
    return {
        (venue, symbol): decode(venue, symbol, text)
        for (venue, symbols), texts in zip(asked, answers, strict=True)
        for symbol, text in zip(symbols, texts, strict=True)
        if text is not None
    }


class QuoteStore:
    """Reads and writes quotes for code that waits."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client

    def publish(self, quotes: Iterable[Quote]) -> None:
        """Store the quotes and tell of them, in one round trip."""
        with self._redis.pipeline(transaction=False) as pipe:
            _queue(pipe, quotes)
            pipe.execute()

    def get(self, venue: str, symbol: str) -> Quote | None:
        text: Any = self._redis.hget(redis_keys.quotes(venue), symbol)
        return None if text is None else decode(venue, symbol, text)

    def get_many(self, keys: Iterable[Market]) -> dict[Market, Quote]:
        """The quotes there are, by (venue, symbol), in one round trip."""
        asked = _by_venue(keys)
        with self._redis.pipeline(transaction=False) as pipe:
            for venue, symbols in asked:
                pipe.hmget(redis_keys.quotes(venue), symbols)
            return _found(asked, pipe.execute())

    def all_of(self, venue: str) -> list[Quote]:
        """Every quote of a venue, by symbol."""
        texts: Any = self._redis.hgetall(redis_keys.quotes(venue))
        found = [decode(venue, symbol.decode(), text) for symbol, text in texts.items()]
        return sorted(found, key=lambda quote: quote.symbol)


class AsyncQuoteStore:
    """Reads and writes quotes for the streamer."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._redis = client

    async def publish(self, quotes: Iterable[Quote]) -> None:
        """Store the quotes and tell of them, in one round trip."""
        async with self._redis.pipeline(transaction=False) as pipe:
            _queue(pipe, quotes)
            await pipe.execute()

    async def get(self, venue: str, symbol: str) -> Quote | None:
        return (await self.get_many([(venue, symbol)])).get((venue, symbol))

    async def get_many(self, keys: Iterable[Market]) -> dict[Market, Quote]:
        """The quotes there are, by (venue, symbol), in one round trip."""
        asked = _by_venue(keys)
        async with self._redis.pipeline(transaction=False) as pipe:
            for venue, symbols in asked:
                pipe.hmget(redis_keys.quotes(venue), symbols)
            return _found(asked, await pipe.execute())

    async def listen(self, venue: str) -> AsyncIterator[list[Quote]]:
        """The venue's quotes as they are published; what comes while nobody listens is not kept."""
        async with self._redis.pubsub() as channel:
            await channel.subscribe(redis_keys.quote_channel(venue))
            async for message in channel.listen():
                if message["type"] == "message":
                    pairs = json.loads(message["data"])
                    yield [Quote(venue, symbol, *figures) for symbol, figures in pairs]
