"""Delta's WebSocket: authentication, subscriptions, heartbeats.

From docs.delta.exchange, WebSocket: {"type": "auth"} or {"type": "key-auth"} with api-key, timestamp and the signature
of "GET" + timestamp + "/live"; {"type": "subscribe", "payload": {"channels": [{"name", "symbols"}]}}, answered by all
that is subscribed to; {"type": "enable_heartbeat"}, then {"type": "heartbeat"} every 30 s.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any

from brokers.interface import Quote
from brokers.simulator.delta import events
from brokers.simulator.delta.auth import check
from brokers.simulator.delta.errors import ApiError
from brokers.simulator.delta.public import RESOLUTIONS, ticker, trade_of
from brokers.simulator.delta.views import micros, order_view, position_view, text
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.events import Change, Event
from brokers.simulator.exchange.listing import Listing
from brokers.simulator.wire import Pusher

PRIVATE = frozenset({"orders", "positions", "user_trades", "v2/user_trades", "margins"})
_PUBLIC = frozenset(
    {"v2/ticker", "l1_orderbook", "all_trades", "mark_price", *(f"candlestick_{r}" for r in RESOLUTIONS)}
)
_MOST_SYMBOLS = 100


class DeltaSocket:
    """One connection."""

    def __init__(self, exchange: Exchange, pusher: Pusher, heartbeat: float) -> None:
        self._exchange = exchange
        self._pusher = pusher
        self._heartbeat = heartbeat
        self._channels: dict[str, set[str]] = {}
        self._numbers: dict[str, int] = {}
        self._account: Account | None = None
        self._beating: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._exchange.market.add_listener(self._on_quote)
        self._exchange.add_listener(self._on_event)

    async def close(self) -> None:
        self._exchange.market.remove_listener(self._on_quote)
        self._exchange.remove_listener(self._on_event)
        await self._stop_beating()

    async def command(self, raw: str) -> None:
        """Answer a frame of the client."""
        try:
            frame = json.loads(raw)
            kind, payload = frame["type"], frame.get("payload") or {}
        except (ValueError, KeyError, TypeError):
            self._error("invalid message")
            return
        if kind in ("auth", "key-auth"):
            self._authenticate(kind, payload)
        elif kind == "unauth":
            self._account = None
            self._reply({"type": "success", "message": "Unauthenticated"})
        elif kind in ("subscribe", "unsubscribe"):
            self._change(kind, payload)
        elif kind == "enable_heartbeat":
            await self._stop_beating()
            self._beating = asyncio.create_task(self._beat())
        elif kind == "disable_heartbeat":
            await self._stop_beating()
        elif kind == "ping":
            self._reply({"type": "pong"})
        else:
            self._error(f"unknown message type {kind!r}")

    def _authenticate(self, kind: str, payload: Any) -> None:
        fields = payload if isinstance(payload, dict) else {}
        timestamp = str(fields.get("timestamp", ""))
        try:
            self._account = check(
                self._exchange,
                str(fields.get("api-key", "")),
                timestamp,
                str(fields.get("signature", "")),
                f"GET{timestamp}/live",
            )
        except ApiError as error:
            if kind == "auth":
                self._error(error.code)
            else:
                self._reply({"type": kind, "success": False, "status_code": 401, "status": error.code})
            return
        if kind == "auth":
            self._reply({"type": "success", "message": "Authenticated"})
        else:
            self._reply({"type": kind, "success": True, "status_code": 200, "status": "authenticated"})

    def _change(self, kind: str, payload: Any) -> None:
        """Answers with the subscriptions that there are now, and an error for each that was refused."""
        rows = payload.get("channels") if isinstance(payload, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._error("channels: a list is needed")
            return
        refused, fresh = [], []
        for row in rows:
            name, symbols = str(row.get("name", "")), row.get("symbols") or []
            problem = self._problem(name, symbols)
            if problem:
                refused.append({"name": name, "error": problem})
            elif kind == "subscribe":
                self._channels.setdefault(name, set()).update(symbols)
                fresh.append(name)
            elif not symbols:
                self._channels.pop(name, None)
            else:
                self._channels.get(name, set()).difference_update(symbols)
        held = [{"name": name, "symbols": sorted(symbols)} for name, symbols in self._channels.items() if symbols]
        self._reply({"type": "subscriptions", "channels": held + refused})
        for name in fresh:
            self._snapshot(name)

    def _problem(self, name: str, symbols: Any) -> str:
        if name in PRIVATE and self._account is None:
            return f"subscription forbidden on {name}. Unauthorized user"
        if name not in PRIVATE and name not in _PUBLIC:
            return f"invalid channel {name}"
        if not isinstance(symbols, list) or len(symbols) > _MOST_SYMBOLS:
            return "symbols: a list is needed"
        known = {"all", *self._exchange.listings, *(f"MARK:{symbol}" for symbol in self._exchange.listings)}
        wrong = [str(symbol) for symbol in symbols if symbol not in known]
        return f"invalid symbol {wrong[0]}" if wrong else ""

    def _snapshot(self, name: str) -> None:
        """Orders and positions begin with what is open."""
        account = self._account
        if account is None or name not in ("orders", "positions"):
            return
        exchange = self._exchange
        if name == "orders":
            open_orders = exchange.open_orders(account)
            rows = [order_view(order, exchange.listings[order.symbol], account) for order in open_orders]
        else:
            held = [listing for listing in exchange.listings.values() if account.held(listing.symbol)]
            rows = [position_view(exchange, account, listing) for listing in held]
        chosen = [row for row in rows if self._wants(name, row["product_symbol"])]
        meta = {"seq_no": self._number(name), "timestamp": micros(exchange.clock())}
        self._send(name, {"type": name, "action": "snapshot", "result": chosen, "success": True, "meta": meta})

    def _wants(self, channel: str, symbol: str) -> bool:
        symbols = self._channels.get(channel)
        return symbols is not None and ("all" in symbols or symbol in symbols)

    def _number(self, channel: str) -> int:
        self._numbers[channel] = self._numbers.get(channel, 0) + 1
        return self._numbers[channel]

    def _on_event(self, event: Event) -> None:
        if self._account is None or event.account is not self._account:
            return
        if event.change == Change.ACCOUNT:
            self._tell("positions", event.symbol, events.position_message(self._exchange, event))
            self._tell("margins", event.symbol, events.margin_message(self._exchange, event))
            return
        self._tell("orders", event.symbol, events.order_message(self._exchange, event))
        if event.change == Change.TRADE:
            trade = events.trade_message(self._exchange, event)
            self._tell("user_trades", event.symbol, trade)
            if trade is not None and self._wants("v2/user_trades", event.symbol):
                short = events.short_trade_message(trade)
                self._send("v2/user_trades", {**short, "se": self._number("v2/user_trades")})

    def _tell(self, channel: str, symbol: str, message: dict[str, Any] | None) -> None:
        wanted = channel in self._channels if channel == "margins" else self._wants(channel, symbol)
        if message is not None and wanted:
            self._send(channel, {**message, "seq_no": self._number(channel)})

    def _on_quote(self, quote: Quote) -> None:
        for listing in self._exchange.listings.values():
            if listing.underlying == quote.symbol:
                for channel in tuple(self._channels):
                    symbol = f"MARK:{listing.symbol}" if channel == "mark_price" else listing.symbol
                    if channel not in PRIVATE and self._wants(channel, symbol):
                        self._send(channel, self._market_message(channel, listing, quote))

    def _market_message(self, channel: str, listing: Listing, quote: Quote) -> dict[str, Any]:
        exchange = self._exchange
        top = exchange.top_of(listing, quote)
        head = {"type": channel, "symbol": listing.symbol, "timestamp": micros(quote.time)}
        if channel == "v2/ticker":
            return {**ticker(exchange, listing, top), "type": channel}
        if channel == "all_trades":
            return {**trade_of(listing, quote, exchange.market.tick_number(listing.underlying)), "type": channel}
        if channel == "mark_price":
            return {**head, "symbol": f"MARK:{listing.symbol}", "price": text(top.mark)}
        if channel == "l1_orderbook":
            size = text(listing.depth)
            return {
                **head,
                "ask_qty": size,
                "best_ask": text(top.ask),
                "best_bid": text(top.bid),
                "bid_qty": size,
                "last_sequence_no": exchange.market.tick_number(listing.underlying),
                "last_updated_at": micros(quote.time),
            }
        resolution = channel.removeprefix("candlestick_")
        candle = exchange.market.candles(listing.underlying, RESOLUTIONS[resolution], 1)[-1]
        return {
            **head,
            "candle_start_time": candle.time * 1000,
            "resolution": resolution,
            "open": candle.open,
            "high": candle.high,
            "low": candle.low,
            "close": candle.close,
            "volume": candle.volume,
        }

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat)
            self._send("heartbeat", {"type": "heartbeat"})

    async def _stop_beating(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating
            self._beating = None

    def _reply(self, message: dict[str, Any]) -> None:
        self._send("reply", message)

    def _error(self, message: str) -> None:
        self._send("reply", {"type": "error", "message": message})

    def _send(self, topic: str, message: dict[str, Any]) -> None:
        self._pusher.push(topic, json.dumps(message))
