"""The private channels: what an event of the exchange is called there.

From docs.delta.exchange, WebSocket, private channels: orders, positions, user_trades, v2/user_trades, margins. Each
connection numbers a channel's messages in `seq_no`.
"""

from typing import Any

from brokers.simulator.delta.views import micros, order_view, position_view, wallet_view
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.events import Change, Event

_ACTIONS = {Change.NEW: "create", Change.CANCELLED: "delete"}


def order_message(exchange: Exchange, event: Event) -> dict[str, Any] | None:
    order = event.order
    if order is None:
        return None
    view = order_view(order, exchange.listings[event.symbol], event.account)
    action = _ACTIONS.get(event.change, "update" if order.is_working else "delete")
    reason = {Change.TRADE: "fill", Change.TRIGGERED: "stop_trigger"}.get(event.change, "")
    if order.reason == "liquidation":
        reason = "liquidation"
    return {
        **view,
        "type": "orders",
        "action": action,
        "reason": reason,
        "symbol": event.symbol,
        "order_id": order.number,
        "timestamp": micros(exchange.clock()),
    }


def position_message(exchange: Exchange, event: Event) -> dict[str, Any]:
    view = position_view(exchange, event.account, exchange.listings[event.symbol])
    del view["product"]
    fill = event.fill
    opened = fill is not None and abs(view["size"]) == fill.quantity
    action = "delete" if not view["size"] else "create" if opened else "update"
    return {
        **view,
        "type": "positions",
        "action": action,
        "reason": "",
        "symbol": event.symbol,
        "timestamp": micros(exchange.clock()),
    }


def trade_message(exchange: Exchange, event: Event) -> dict[str, Any] | None:
    fill = event.fill
    if fill is None:
        return None
    return {
        "type": "user_trades",
        "symbol": fill.symbol,
        "product_id": exchange.listings[fill.symbol].number,
        "fill_id": str(fill.number),
        "reason": "normal",
        "user_id": event.account.number,
        "order_id": str(fill.order_id),
        "side": fill.side.lower(),
        "size": int(fill.quantity),
        "price": f"{fill.price:f}",
        "position": int(event.account.held(fill.symbol)),
        "role": "maker" if fill.maker else "taker",
        "commission": f"{fill.fee:f}",
        "client_order_id": fill.client_id or None,
        "timestamp": micros(fill.time),
    }


def short_trade_message(message: dict[str, Any]) -> dict[str, Any]:
    """The same fill on v2/user_trades, whose names are short."""
    return {
        "type": "v2/user_trades",
        "sy": message["symbol"],
        "f": message["fill_id"],
        "R": message["reason"],
        "u": message["user_id"],
        "o": message["order_id"],
        "S": message["side"],
        "s": message["size"],
        "p": message["price"],
        "po": message["position"],
        "r": message["role"],
        "c": message["client_order_id"],
        "t": message["timestamp"],
    }


def margin_message(exchange: Exchange, event: Event) -> dict[str, Any]:
    currency = exchange.listings[event.symbol].settle
    view = wallet_view(exchange, event.account, currency)
    return {**view, "type": "margins", "action": "update", "timestamp": micros(exchange.clock())}
