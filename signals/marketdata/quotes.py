"""The latest quote of every market, in Redis."""

import json
from collections import defaultdict
from collections.abc import Iterable

import redis
import redis.asyncio

from brokers.interface import Quote
from signals.marketdata import redis_keys


def encode(quote: Quote) -> str:
    """A quote as a JSON list, in the order of its fields after venue and symbol."""
    return json.dumps([quote.bid, quote.ask, quote.last, quote.time, quote.received, quote.volatility])


def decode(venue: str, symbol: str, text: bytes | str) -> Quote:
    return Quote(venue, symbol, *json.loads(text))


class QuoteStore:
    """Reads and writes quotes for code that waits."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client

    def publish(self, quotes: Iterable[Quote]) -> None:
        """Store the quotes, in one round trip."""
        with self._redis.pipeline(transaction=False) as pipe:
            for quote in quotes:
                pipe.hset(redis_keys.quotes(quote.venue), quote.symbol, encode(quote))
            pipe.execute()

    def get(self, venue: str, symbol: str) -> Quote | None:
        text = self._redis.hget(redis_keys.quotes(venue), symbol)
        return None if text is None else decode(venue, symbol, text)  # type: ignore[arg-type]

    def get_many(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Quote]:
        """The quotes there are, by (venue, symbol)."""
        by_venue: dict[str, list[str]] = defaultdict(list)
        for venue, symbol in keys:
            by_venue[venue].append(symbol)
        found = {}
        for venue, symbols in by_venue.items():
            texts = self._redis.hmget(redis_keys.quotes(venue), symbols)
            for symbol, text in zip(symbols, texts, strict=True):  # type: ignore[arg-type]
                if text is not None:
                    found[venue, symbol] = decode(venue, symbol, text)
        return found

    def all_of(self, venue: str) -> list[Quote]:
        """Every quote of a venue, by symbol."""
        texts = self._redis.hgetall(redis_keys.quotes(venue))
        found = [decode(venue, symbol.decode(), text) for symbol, text in texts.items()]  # type: ignore[union-attr]
        return sorted(found, key=lambda quote: quote.symbol)


class AsyncQuoteStore:
    """Writes quotes for the streamer."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._redis = client

    async def publish(self, quotes: Iterable[Quote]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for quote in quotes:
                pipe.hset(redis_keys.quotes(quote.venue), quote.symbol, encode(quote))
            await pipe.execute()
