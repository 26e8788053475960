"""The market as the trading floor sees it: the latest quotes, and what time it is at their venue."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import redis
from django.conf import settings

from brokers.instruments import instrument_for
from brokers.interface import Instrument, Quote
from signals.marketdata.quotes import QuoteStore
from trading import quiet

if TYPE_CHECKING:
    from trading.models import Trade

logger = logging.getLogger(__name__)

REPLAY_PREFIX = "replay-"


class QuoteSource(Protocol):
    def get(self, venue: str, symbol: str) -> Quote | None: ...

    def get_many(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Quote]: ...


class LocalQuotes:
    """Quotes held by this process: a replay's, which drives the pipeline in-line."""

    def __init__(self) -> None:
        self._quotes: dict[tuple[str, str], Quote] = {}

    def put(self, quote: Quote) -> None:
        self._quotes[quote.venue, quote.symbol] = quote

    def get(self, venue: str, symbol: str) -> Quote | None:
        return self._quotes.get((venue, symbol))

    def get_many(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Quote]:
        return {key: self._quotes[key] for key in keys if key in self._quotes}


_override: ContextVar[QuoteSource | None] = ContextVar("quotes", default=None)


@lru_cache(maxsize=1)
def redis_client() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=5)


def quotes() -> QuoteSource:
    """Where this context reads quotes: Redis, or what `use_quotes` put in its place."""
    return _override.get() or QuoteStore(redis_client())


@contextmanager
def use_quotes(source: QuoteSource) -> Iterator[None]:
    token = _override.set(source)
    try:
        yield
    finally:
        _override.reset(token)


def wall_now() -> datetime:
    return datetime.now(UTC)


def is_replay(venue: str) -> bool:
    return venue.startswith(REPLAY_PREFIX)


def market_now(venue: str, quote: Quote | None) -> datetime:
    """The venue's time: the clock's for a live feed; for a replay, its latest quote's."""
    if quote is not None and is_replay(venue):
        return datetime.fromtimestamp(quote.time, UTC)
    return wall_now()


def seen_quotes(markets: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Quote]:
    """The latest quotes of these (venue, symbol), for what must go on without them: none while Redis is down."""
    try:
        return quotes().get_many(markets)
    except (redis.RedisError, OSError) as error:
        quiet.warn(logger, "the quotes could not be read (%s)", type(error).__name__)
        return {}


def quote_or_entry(trade: "Trade") -> Quote:
    """The trade's market as last seen, else its entry price. Raises ValueError where it has neither."""
    return quotes().get(trade.venue, trade.symbol) or entry_as_quote(trade)


def entry_as_quote(trade: "Trade") -> Quote:
    """The trade's entry price in the place of a quote. Raises ValueError where it has none."""
    if trade.entry_price is None:
        raise ValueError(f"trade {trade.pk} has neither a quote nor an entry price")
    price, now = float(trade.entry_price), market_now(trade.venue, None).timestamp()
    return Quote(venue=trade.venue, symbol=trade.symbol, bid=price, ask=price, last=price, time=now, received=now)


def instrument_or_default(venue: str, symbol: str, market_type: str) -> Instrument:
    """The instrument; where a feed named none, the finest steps that prices are stored in."""
    return instrument_for(venue, symbol) or default_instrument(venue, symbol, market_type)


def default_instrument(venue: str, symbol: str, market_type: str) -> Instrument:
    return Instrument(
        venue=venue,
        symbol=symbol,
        market_type=market_type,
        tick_size=1e-8,
        lot_size=1e-8,
        min_quantity=1e-8,
        min_notional=0.0,
    )
