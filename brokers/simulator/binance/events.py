"""The user data stream: what an event of the exchange is called there.

From developers.binance.com, derivatives, USDⓈ-M futures, user data streams: ORDER_TRADE_UPDATE, ALGO_UPDATE,
ACCOUNT_UPDATE, ACCOUNT_CONFIG_UPDATE.
"""

from typing import Any

from brokers.simulator.binance.views import TYPES, algo_status, book_type, in_book, is_algo, lifetime, ms, order_id
from brokers.simulator.binance.views import status as book_status
from brokers.simulator.binance.views import text as amount
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.events import Change, Event
from brokers.simulator.exchange.listing import ZERO
from brokers.simulator.exchange.margin import leverage_of
from brokers.simulator.exchange.orders import Fill, Order, OrderState


def messages(exchange: Exchange, event: Event) -> list[dict[str, Any]]:
    """The stream's messages for an event, in order."""
    now = ms(exchange.clock())
    if event.change == Change.LEVERAGE:
        leverage = int(leverage_of(event.account, exchange.listings[event.symbol]))
        return [{"e": "ACCOUNT_CONFIG_UPDATE", "E": now, "T": now, "ac": {"s": event.symbol, "l": leverage}}]
    if event.change == Change.ACCOUNT:
        return [_account(exchange, event, now)]
    order = event.order
    if order is None:
        return []
    if event.change == Change.TRIGGERED:
        return [_algo(order, "TRIGGERING", now), _algo(order, "TRIGGERED", now), _order(order, "NEW", now)]
    if not in_book(order):
        return [_algo(order, algo_status(order), now)]
    found = [_order(order, _execution(event, order), now, event.fill)]
    if is_algo(order) and not order.is_working:
        found.append(_algo(order, algo_status(order), now))
    return found


def _execution(event: Event, order: Order) -> str:
    if event.change == Change.CANCELLED:
        return book_status(order)
    return {Change.NEW: "NEW", Change.TRADE: "TRADE", Change.AMENDED: "AMENDMENT"}[event.change]


def _order(order: Order, execution: str, now: int, fill: Fill | None = None) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "s": order.symbol,
        "c": order.client_id,
        "S": order.side,
        "o": book_type(order),
        "f": lifetime(order),
        "q": amount(order.quantity),
        "p": amount(order.price),
        "ap": amount(order.average),
        "sp": "0",
        "x": execution,
        "X": book_status(order),
        "i": order_id(order),
        "l": amount(fill.quantity if fill else ZERO),
        "z": amount(order.filled),
        "L": amount(fill.price if fill else ZERO),
        "T": ms(fill.time if fill else order.updated),
        "t": fill.number if fill else 0,
        "b": "0",
        "a": "0",
        "m": fill.maker if fill else False,
        "R": order.ticket.reduce_only,
        "wt": "CONTRACT_PRICE",
        "ot": TYPES[order.kind],
        "ps": "BOTH",
        "cp": order.ticket.close_position,
        "rp": amount(fill.realized if fill else ZERO),
        "pP": False,
        "V": "NONE",
        "pm": "NONE",
        "gtd": 0,
    }
    if fill is not None:
        fields |= {"N": fill.currency, "n": amount(fill.fee)}
    return {"e": "ORDER_TRADE_UPDATE", "E": now, "T": ms(order.updated), "o": fields}


def _algo(order: Order, state: str, now: int) -> dict[str, Any]:
    reached = order.triggered and state != "TRIGGERING"
    fields: dict[str, Any] = {
        "caid": order.client_id,
        "aid": order.number,
        "at": "CONDITIONAL",
        "o": TYPES[order.kind],
        "s": order.symbol,
        "S": order.side,
        "ps": "BOTH",
        "f": lifetime(order),
        "q": amount(order.quantity),
        "X": state,
        "ai": str(order_id(order)) if reached else "",
        "tp": amount(order.stop_price),
        "p": amount(order.price),
        "V": "NONE",
        "wt": "CONTRACT_PRICE",
        "pm": "NONE",
        "cp": order.ticket.close_position,
        "pP": False,
        "R": order.ticket.reduce_only,
        "tt": ms(order.updated) if order.triggered else 0,
        "gtd": 0,
        "rm": order.reason if order.state == OrderState.CANCELLED else "",
    }
    if reached:
        fields |= {"ap": amount(order.average), "aq": amount(order.filled), "act": book_type(order)}
    return {"e": "ALGO_UPDATE", "T": ms(order.updated), "E": now, "o": fields}


def _account(exchange: Exchange, event: Event, now: int) -> dict[str, Any]:
    listing = exchange.listings[event.symbol]
    account = event.account
    position = account.position(event.symbol)
    wallet = amount(account.balances[listing.settle])
    mark = exchange.top(event.symbol).mark
    profit = listing.profit(position.quantity, position.entry, mark) if position.quantity else ZERO
    isolated = account.margin_modes.get(event.symbol) == "ISOLATED"
    return {
        "e": "ACCOUNT_UPDATE",
        "E": now,
        "T": now,
        "a": {
            "m": "ORDER",
            "B": [{"a": listing.settle, "wb": wallet, "cw": wallet, "bc": "0"}],
            "P": [
                {
                    "s": event.symbol,
                    "pa": amount(position.quantity),
                    "ep": amount(position.entry),
                    "bep": amount(position.entry),
                    "cr": amount(position.realized),
                    "up": amount(round(profit, 8)),
                    "mt": "isolated" if isolated else "cross",
                    "iw": "0",
                    "ps": "BOTH",
                }
            ],
        },
    }
