"""Subscriptions: which channels there are, and what each says of a tick or of an order's change."""

from collections.abc import Iterable, Iterator
from typing import Any

from brokers.interface import Quote
from brokers.simulator.deribit import quotes, views
from brokers.simulator.deribit.calls import Json
from brokers.simulator.deribit.instruments import (
    CURRENCIES,
    KINDS,
    currency_of,
    find_option,
    index_name,
    kind_of,
    options_of,
)
from brokers.simulator.deribit.market_methods import RESOLUTIONS
from brokers.simulator.deribit.venue import Venue
from brokers.simulator.deribit.volatility import dvol
from brokers.simulator.exchange.events import Change, Event
from brokers.simulator.exchange.listing import Listing

_INTERVALS = ("raw", "100ms", "agg2")
_BOOK_DEPTH = 10


def known(venue: Venue, channel: str) -> bool:
    """Whether there is such a channel."""
    head, *rest = channel.split(".")
    listed = venue.exchange.listings
    if head in ("ticker", "trades", "book", "quote") and rest:
        symbol_known = rest[0] in listed or (head == "ticker" and find_option(venue, rest[0]) is not None)
        return symbol_known and (rest[-1] in _INTERVALS or (head == "quote" and len(rest) == 1))
    if head == "chart" and len(rest) == 3:
        return rest[0] == "trades" and rest[1] in listed and rest[2] in RESOLUTIONS
    if head == "deribit_price_index":
        return rest[0:1] != [] and rest[0] in {index_name(listing) for listing in listed.values()}
    if head == "deribit_volatility_index":
        return rest in (["btc_usd"], ["eth_usd"])
    if head == "user" and rest:
        return _user_known(venue, rest)
    return False


def _user_known(venue: Venue, parts: list[str]) -> bool:
    if parts[0] == "portfolio":
        return len(parts) == 2 and parts[1].upper() in (*CURRENCIES, "ANY")
    if parts[0] not in ("orders", "trades", "changes") or parts[-1] not in _INTERVALS:
        return False
    if len(parts) == 3:
        return parts[1] in venue.exchange.listings
    return len(parts) == 4 and parts[1] in (*KINDS, "any") and parts[2].upper() in (*CURRENCIES, "ANY")


def of_quote(venue: Venue, channels: Iterable[str], quote: Quote) -> Iterator[tuple[str, Any]]:
    """What the channels say of a tick of the underlying."""
    listings = {listing.symbol: listing for listing in venue.of_underlying(quote.symbol)}
    for channel in channels:
        head, *rest = channel.split(".")
        if head == "user":
            continue
        symbol = rest[1] if head == "chart" else rest[0]
        if symbol in listings:
            yield channel, _of_listing(venue, listings[symbol], head, rest)
        elif head == "deribit_price_index":
            indexed = [item for item in listings.values() if index_name(item) == symbol]
            if indexed:
                yield channel, quotes.price_index(indexed[0], venue.exchange.top(indexed[0].symbol))
        elif head == "deribit_volatility_index" and symbol == f"{quote.symbol.lower()}_usd":
            level = round(dvol(quote.symbol, venue.seed, venue.now), 2)
            yield channel, {"index_name": symbol, "volatility": level, "timestamp": venue.now_ms}
        elif head == "ticker":
            for option in options_of(venue, quote.symbol):
                if option.name == symbol:
                    yield channel, quotes.option_ticker(venue, option, quote.last)


def first_message(venue: Venue, channel: str) -> Any:
    """What a channel says at once when it is subscribed to: the state that later messages change. None: nothing."""
    head, *rest = channel.split(".")
    if head in ("ticker", "quote", "book") and rest[0] in venue.exchange.listings:
        return _of_listing(venue, venue.exchange.listing(rest[0]), head, rest)
    return None


def _of_listing(venue: Venue, listing: Listing, head: str, rest: list[str]) -> Any:
    top = venue.exchange.top(listing.symbol)
    if head == "ticker":
        return quotes.ticker(venue, listing, top)
    if head == "trades":
        return [quotes.tape_trade(listing, trade) for trade in venue.trades(listing.symbol)[-1:]]
    if head == "quote":
        ticker = quotes.ticker(venue, listing, top)
        names = ("best_bid_price", "best_bid_amount", "best_ask_price", "best_ask_amount", "timestamp")
        return {name: ticker[name] for name in names} | {"instrument_name": listing.symbol}
    if head == "chart":
        return _candle(venue, listing, RESOLUTIONS[rest[2]])
    return _book(listing, venue, grouped=len(rest) == 4)


def _candle(venue: Venue, listing: Listing, seconds: int) -> Json:
    candle = venue.exchange.market.candles(listing.underlying, seconds, 1)[-1]
    return {
        "tick": candle.time, "open": candle.open, "high": candle.high, "low": candle.low, "close": candle.close,
        "volume": candle.volume, "cost": round(candle.volume * candle.close, 2),
    }  # fmt: skip


def _book(listing: Listing, venue: Venue, *, grouped: bool) -> Json:
    """Whole each time: a snapshot. The grouped channel's levels have no action before them."""
    top = venue.exchange.top(listing.symbol)
    bids, asks = quotes.levels(listing, top, _BOOK_DEPTH)
    shown: Json = {
        "instrument_name": listing.symbol,
        "timestamp": int(top.time * 1000),
        "change_id": venue.now_ms,
    }
    if grouped:
        return shown | {"bids": bids, "asks": asks}
    rows = {name: [["new", *level] for level in side] for name, side in (("bids", bids), ("asks", asks))}
    return shown | {"type": "snapshot"} | rows


def of_event(venue: Venue, channels: Iterable[str], event: Event) -> Iterator[tuple[str, Any]]:
    """What the account's own channels say of a change."""
    listing = venue.exchange.listing(event.symbol)
    for channel in channels:
        head, *rest = channel.split(".")
        if head != "user":
            continue
        if rest[0] == "portfolio":
            if event.change == Change.ACCOUNT and rest[1].upper() in ("ANY", listing.settle):
                yield channel, views.summary(venue.exchange, event.account, listing.settle)
        elif _concerns(listing, rest):
            yield from ((channel, data) for data in _own(venue, listing, rest, event))


def _concerns(listing: Listing, parts: list[str]) -> bool:
    """Whether a channel of an instrument, or of a kind and a currency, is about this listing."""
    if len(parts) == 3:
        return parts[1] == listing.symbol
    return parts[1] in ("any", kind_of(listing)) and parts[2].upper() in ("ANY", currency_of(listing))


def _own(venue: Venue, listing: Listing, parts: list[str], event: Event) -> Iterator[Any]:
    if parts[0] == "trades":
        if event.change == Change.TRADE and event.fill is not None:
            yield [views.trade(event.fill, event.account, listing)]
    elif parts[0] == "orders":
        for view in _order_views(event, listing):
            yield view if parts[-1] == "raw" else [view]
    elif event.change != Change.LEVERAGE:
        yield _changes(venue, listing, event)


def _order_views(event: Event, listing: Listing) -> list[Json]:
    """A trigger order that was set off is told as such, and then the order that it became."""
    order = event.order
    if order is None or event.change in (Change.ACCOUNT, Change.LEVERAGE):
        return []
    return views.views(order, listing) if event.change == Change.TRIGGERED else [views.latest(order, listing)]


def _changes(venue: Venue, listing: Listing, event: Event) -> Json:
    is_trade = event.change == Change.TRADE and event.fill is not None
    moved = event.change == Change.ACCOUNT and currency_of(listing) == listing.settle
    return {
        "instrument_name": listing.symbol,
        "orders": _order_views(event, listing),
        "trades": [views.trade(event.fill, event.account, listing)] if is_trade and event.fill is not None else [],
        "positions": [views.position(venue.exchange, event.account, listing)] if moved else [],
    }
