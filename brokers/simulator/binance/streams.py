"""WebSocket streams: market data by subscription, and the account's own by listen key.

From developers.binance.com, derivatives, USDⓈ-M futures, WebSocket market streams: {"method": "SUBSCRIBE", "params":
["btcusdt@ticker"], "id": 1} is answered {"result": null, "id": 1}.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from brokers.interface import Quote
from brokers.simulator.binance.events import messages
from brokers.simulator.binance.public import INTERVALS, book_ticker, levels, ticker, trade_of
from brokers.simulator.binance.views import ms, text
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.events import Event
from brokers.simulator.exchange.listing import Listing, Top
from brokers.simulator.wire import Pusher

_DEPTH = re.compile(r"depth(\d*)(@\d+ms)?$")
_MOST = 200


class Streams:
    """One connection's subscriptions. `combined`: each message comes as {"stream": name, "data": …}."""

    def __init__(self, exchange: Exchange, pusher: Pusher, *, combined: bool) -> None:
        self._exchange = exchange
        self._pusher = pusher
        self._combined = combined
        self._names: set[str] = set()
        self._account: Account | None = None

    def open(self) -> None:
        self._exchange.market.add_listener(self._on_quote)
        self._exchange.add_listener(self._on_event)

    def close(self) -> None:
        self._exchange.market.remove_listener(self._on_quote)
        self._exchange.remove_listener(self._on_event)

    def follow(self, account: Account) -> None:
        """Push the account's events too."""
        self._account = account

    def command(self, raw: str) -> None:
        """Answer a frame of the client."""
        try:
            frame = json.loads(raw)
            number, method, params = frame.get("id"), frame["method"], [str(item) for item in frame.get("params", [])]
        except (ValueError, KeyError, TypeError, AttributeError):
            self._reply({"error": {"code": 3, "msg": "Invalid JSON"}})
            return
        if method == "LIST_SUBSCRIPTIONS":
            self._reply({"result": sorted(self._names), "id": number})
        elif method == "UNSUBSCRIBE":
            self._names -= set(params)
            self._reply({"result": None, "id": number})
        elif method == "SUBSCRIBE":
            self._subscribe(params, number)
        else:
            self._reply({"error": {"code": 2, "msg": f"Invalid request: unknown method {method!r}"}, "id": number})

    def _subscribe(self, names: list[str], number: Any) -> None:
        wrong = [name for name in names if not self._known(name)]
        if wrong or len(self._names) + len(names) > _MOST:
            self._reply({"error": {"code": 2, "msg": "Invalid request: unknown or too many streams"}, "id": number})
            return
        self._names |= set(names)
        self._reply({"result": None, "id": number})

    def add(self, name: str) -> bool:
        """Subscribe to a stream that the address names; whether there is such a one."""
        known = self._known(name)
        if known:
            self._names.add(name)
        return known

    def _known(self, name: str) -> bool:
        if name in ("!bookTicker", "!ticker@arr", "!miniTicker@arr", "!markPrice@arr", "!markPrice@arr@1s"):
            return True
        symbol, _, channel = name.partition("@")
        return symbol.upper() in self._exchange.listings and _builder(channel) is not None

    def _reply(self, message: dict[str, Any]) -> None:
        self._pusher.push("reply", json.dumps(message))

    def _push(self, name: str, topic: str, message: Any) -> None:
        self._pusher.push(topic, json.dumps({"stream": name, "data": message} if self._combined else message))

    def _on_event(self, event: Event) -> None:
        if self._account is not None and event.account is self._account:
            for message in messages(self._exchange, event):
                self._push("user", str(message["e"]), message)

    def _on_quote(self, quote: Quote) -> None:
        for listing in self._exchange.listings.values():
            if listing.underlying != quote.symbol:
                continue
            for name in tuple(self._names):
                symbol, _, channel = name.partition("@")
                if symbol.startswith("!"):
                    message = _builder_of_all(name)(self._exchange, listing, quote)
                    self._push(name, symbol, [message] if "@arr" in name else message)
                elif symbol.upper() == listing.symbol:
                    builder = _builder(channel)
                    if builder is not None:
                        self._push(name, channel, builder(self._exchange, listing, quote))


Builder = Callable[[Exchange, Listing, Quote], dict[str, Any]]


def _builder(channel: str) -> Builder | None:
    if channel.startswith("kline_"):
        interval = channel.removeprefix("kline_")
        return partial(_kline, interval) if interval in INTERVALS else None
    if channel.startswith("markPrice"):
        return _mark_price
    if found := _DEPTH.match(channel):
        return _partial_depth if found.group(1) else _depth
    return _BUILDERS.get(channel)


def _builder_of_all(name: str) -> Builder:
    channel = name.removeprefix("!").partition("@")[0]
    return _mark_price if channel == "markPrice" else _BUILDERS[channel]


def _ticker(exchange: Exchange, listing: Listing, quote: Quote) -> dict[str, Any]:
    day = ticker(exchange, listing)
    return {
        "e": "24hrTicker",
        "E": ms(quote.time),
        "s": listing.symbol,
        "p": day["priceChange"],
        "P": day["priceChangePercent"],
        "w": day["weightedAvgPrice"],
        "c": day["lastPrice"],
        "Q": day["lastQty"],
        "o": day["openPrice"],
        "h": day["highPrice"],
        "l": day["lowPrice"],
        "v": day["volume"],
        "q": day["quoteVolume"],
        "O": day["openTime"],
        "C": day["closeTime"],
        "F": day["firstId"],
        "L": day["lastId"],
        "n": day["count"],
    }


def _mini_ticker(exchange: Exchange, listing: Listing, quote: Quote) -> dict[str, Any]:
    day = _ticker(exchange, listing, quote)
    kept = ("E", "s", "c", "o", "h", "l", "v", "q")
    return {"e": "24hrMiniTicker", **{name: day[name] for name in kept}}


def _book_ticker(exchange: Exchange, listing: Listing, quote: Quote) -> dict[str, Any]:
    book = book_ticker(exchange, listing)
    return {
        "e": "bookTicker",
        "u": exchange.market.tick_number(listing.underlying),
        "s": listing.symbol,
        "b": book["bidPrice"],
        "B": book["bidQty"],
        "a": book["askPrice"],
        "A": book["askQty"],
        "T": book["time"],
        "E": book["time"],
    }


def _mark_price(exchange: Exchange, listing: Listing, quote: Quote) -> dict[str, Any]:
    mark = text(exchange.top(listing.symbol).mark)
    return {
        "e": "markPriceUpdate",
        "E": ms(quote.time),
        "s": listing.symbol,
        "p": mark,
        "i": mark,
        "P": mark,
        "r": "0",
        "T": (ms(quote.time) // 28_800_000 + 1) * 28_800_000,
    }


def _trade(exchange: Exchange, listing: Listing, quote: Quote) -> dict[str, Any]:
    row = trade_of(listing, quote, exchange.market.tick_number(listing.underlying))
    return {
        "e": "trade",
        "E": row["T"],
        "T": row["T"],
        "s": listing.symbol,
        "t": row["a"],
        "p": row["p"],
        "q": row["q"],
        "X": "MARKET",
        "m": row["m"],
    }


def _agg_trade(exchange: Exchange, listing: Listing, quote: Quote) -> dict[str, Any]:
    row = trade_of(listing, quote, exchange.market.tick_number(listing.underlying))
    return {"e": "aggTrade", "E": row["T"], "s": listing.symbol, **row}


def _kline(interval: str, exchange: Exchange, listing: Listing, quote: Quote) -> dict[str, Any]:
    seconds = INTERVALS[interval]
    candle = exchange.market.candles(listing.underlying, seconds, 1)[-1]
    number = exchange.market.tick_number(listing.underlying)
    return {
        "e": "kline",
        "E": ms(quote.time),
        "s": listing.symbol,
        "k": {
            "t": candle.time,
            "T": candle.time + seconds * 1000 - 1,
            "s": listing.symbol,
            "i": interval,
            "f": number,
            "L": number,
            "o": str(candle.open),
            "c": str(candle.close),
            "h": str(candle.high),
            "l": str(candle.low),
            "v": str(candle.volume),
            "n": 1,
            "x": False,
            "q": str(round(candle.volume * candle.close, 6)),
            "V": str(round(candle.volume / 2, 6)),
            "Q": "0",
            "B": "0",
        },
    }


def _depth(exchange: Exchange, listing: Listing, quote: Quote) -> dict[str, Any]:
    """What changed since the tick before: levels that are gone have the quantity 0."""
    ticks = exchange.market.ticks(listing.underlying, 2)
    before, now = (levels(listing, exchange.top_of(listing, tick)) for tick in (ticks[0], ticks[-1]))
    number = exchange.market.tick_number(listing.underlying)
    changed = [_changed(old, new) for old, new in zip(before, now, strict=True)]
    return {
        "e": "depthUpdate",
        "E": ms(quote.time),
        "T": ms(quote.time),
        "s": listing.symbol,
        "U": number,
        "u": number,
        "pu": number - 1,
        "b": changed[0],
        "a": changed[1],
    }


def _changed(before: list[Any], now: list[Any]) -> list[Any]:
    kept = {price for price, _ in now}
    return [[price, "0"] for price, _ in before if price not in kept] + now


def _partial_depth(exchange: Exchange, listing: Listing, quote: Quote) -> dict[str, Any]:
    top: Top = exchange.top_of(listing, quote)
    bids, asks = levels(listing, top)
    return {**_depth(exchange, listing, quote), "b": bids, "a": asks}


_BUILDERS: dict[str, Builder] = {
    "ticker": _ticker,
    "miniTicker": _mini_ticker,
    "bookTicker": _book_ticker,
    "trade": _trade,
    "aggTrade": _agg_trade,
}
