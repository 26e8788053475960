"""Endpoints for orders: those in the book under /order, the conditional ones under /algoOrder."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from brokers.simulator.binance.call import Call, Endpoints, Security
from brokers.simulator.binance.errors import ApiError
from brokers.simulator.binance.views import algo_view, fill_view, in_book, is_algo, lifetime_of, number_of, order_view
from brokers.simulator.exchange.listing import ZERO
from brokers.simulator.exchange.orders import Order, OrderKind, OrderState, Ticket
from brokers.simulator.faults import FaultKind

_BOOK_TYPES = {"MARKET": OrderKind.MARKET, "LIMIT": OrderKind.LIMIT}
_ALGO_TYPES = {
    "STOP_MARKET": OrderKind.STOP,
    "STOP": OrderKind.STOP_LIMIT,
    "TAKE_PROFIT_MARKET": OrderKind.TAKE_PROFIT,
    "TAKE_PROFIT": OrderKind.TAKE_PROFIT_LIMIT,
}
_LIFETIMES = ("GTC", "IOC", "FOK", "GTX")
_DONE = {"code": 200, "msg": "The operation of cancel all open order is done."}


def place(call: Call) -> Any:
    kind = call.params.need("type")
    if kind in _ALGO_TYPES or kind == "TRAILING_STOP_MARKET":
        message = "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
        raise ApiError(-4120, message)
    if kind not in _BOOK_TYPES:
        raise ApiError(-1116, "Invalid orderType.")
    return order_view(_place(call, _BOOK_TYPES[kind], "newClientOrderId", None))


def place_algo(call: Call) -> Any:
    call.params.one_of("algoType", ("CONDITIONAL",), -1102, "Mandatory parameter 'algoType' was malformed.")
    kind = call.params.need("type")
    if kind not in _ALGO_TYPES:
        raise ApiError(-1116, "Invalid orderType.")
    return algo_view(_place(call, _ALGO_TYPES[kind], "clientAlgoId", call.params.need_decimal("triggerPrice")))


def _place(call: Call, kind: OrderKind, id_name: str, stop_price: Decimal | None) -> Order:
    params, listing = call.params, call.listing()
    side = params.side()
    if (params.text("positionSide") or "BOTH") != "BOTH":
        raise ApiError(-4061, "Order's position side does not match user's setting.")
    closes = params.flag("closePosition")
    if closes and kind.has_limit:
        raise ApiError(-4136, "Target strategy invalid for closePosition true")
    price = params.need_decimal("price") if kind.has_limit else None
    default = None if kind == OrderKind.LIMIT else "GTC"
    lifetime, post_only = lifetime_of(
        params.one_of("timeInForce", _LIFETIMES, -1115, "Invalid timeInForce.", default=default)
    )
    return call.exchange.place(
        call.account,
        Ticket(
            symbol=listing.symbol,
            side=side,
            quantity=ZERO if closes else params.need_decimal("quantity"),
            kind=kind,
            price=price,
            stop_price=stop_price,
            lifetime=lifetime,
            post_only=post_only,
            reduce_only=params.flag("reduceOnly"),
            close_position=closes,
            client_id=params.client_id(id_name) or uuid.uuid4().hex[:22],
            partial=call.fault == FaultKind.PARTIAL_FILL,
        ),
    )


def _find(call: Call) -> Order | None:
    """The order in the book that `orderId` or `origClientOrderId` names."""
    listing = call.listing()
    number, client_id = call.params.whole("orderId"), call.params.text("origClientOrderId")
    if number is None and client_id is None:
        raise ApiError(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    return _pick(call, listing.symbol, None if number is None else number_of(number), client_id, in_book)


def _find_algo(call: Call) -> Order | None:
    number, client_id = call.params.whole("algoId"), call.params.text("clientAlgoId")
    if number is None and client_id is None:
        raise ApiError(-1102, "Param 'clientAlgoId' or 'algoId' must be sent, but both were empty/null!")
    return _pick(call, call.symbol(), number, client_id, is_algo)


def _pick(
    call: Call, symbol: str | None, number: int | None, client_id: str | None, fits: Callable[[Order], bool]
) -> Order | None:
    account = call.account
    found = [account.orders.get(number)] if number is not None else account.by_client_id.get(client_id or "", [])
    for order in reversed(found):
        if order is not None and fits(order) and symbol in (None, order.symbol):
            return order
    return None


def query(call: Call) -> Any:
    order = _find(call)
    if order is None:
        raise ApiError(-2013, "Order does not exist.")
    return order_view(order)


def query_open(call: Call) -> Any:
    order = _find(call)
    if order is None or not order.is_working:
        raise ApiError(-2013, "Order does not exist.")
    return order_view(order)


def query_algo(call: Call) -> Any:
    order = _find_algo(call)
    if order is None:
        raise ApiError(-2013, "Order does not exist.")
    return algo_view(order)


def cancel(call: Call) -> Any:
    order = _find(call)
    if order is None:
        raise ApiError(-2011, "Unknown order sent.")
    return order_view(call.exchange.cancel(call.account, order))


def cancel_algo(call: Call) -> Any:
    order = _find_algo(call)
    if order is None or order.state != OrderState.UNTRIGGERED:
        raise ApiError(-2011, "Unknown order sent.")
    call.exchange.cancel(call.account, order)
    return {"algoId": order.number, "clientAlgoId": order.client_id, "code": "200", "msg": "success"}


def cancel_all(call: Call) -> Any:
    for order in call.exchange.open_orders(call.account, call.listing().symbol):
        if in_book(order) and order.is_working:
            call.exchange.cancel(call.account, order)
    return _DONE


def cancel_all_algo(call: Call) -> Any:
    for order in call.exchange.open_orders(call.account, call.listing().symbol):
        if order.state == OrderState.UNTRIGGERED:
            call.exchange.cancel(call.account, order)
    return _DONE


def amend(call: Call) -> Any:
    order = _find(call)
    if order is None or not order.is_working:
        raise ApiError(-2013, "Order does not exist.")
    if call.params.side() != order.side:
        raise ApiError(-1117, "Invalid side.")
    quantity, price = call.params.need_decimal("quantity"), call.params.need_decimal("price")
    if order.price is None:
        raise ApiError(-4027, "Only limit order is supported.")
    if (quantity, price) == (order.quantity, order.price):
        raise ApiError(-5027, "No need to modify the order.")
    return order_view(call.exchange.amend(call.account, order, quantity=quantity, price=price))


def open_orders(call: Call) -> Any:
    orders = call.exchange.open_orders(call.account, call.symbol())
    return [order_view(order) for order in orders if in_book(order)]


def open_algo_orders(call: Call) -> Any:
    orders = call.exchange.open_orders(call.account, call.symbol())
    return [algo_view(order) for order in orders if order.state == OrderState.UNTRIGGERED]


def all_orders(call: Call) -> Any:
    return [order_view(order) for order in _history(call, "orderId", in_book)]


def all_algo_orders(call: Call) -> Any:
    return [algo_view(order) for order in _history(call, "algoId", is_algo)]


def _history(call: Call, id_name: str, fits: Callable[[Order], bool]) -> list[Order]:
    symbol, first = call.listing().symbol, call.params.whole(id_name)
    since, until = call.params.whole("startTime"), call.params.whole("endTime")
    orders = [
        order
        for order in call.account.orders.values()
        if order.symbol == symbol
        and fits(order)
        and (first is None or order.number >= number_of(first))
        and (since is None or order.created * 1000 >= since)
        and (until is None or order.created * 1000 <= until)
    ]
    limit = call.params.limit(500, 1000)
    return orders[:limit] if first is not None or since is not None else orders[-limit:]


def user_trades(call: Call) -> Any:
    symbol, number = call.listing().symbol, call.params.whole("orderId")
    since, until, first = (call.params.whole(name) for name in ("startTime", "endTime", "fromId"))
    fills = [
        fill
        for fill in call.account.fills
        if fill.symbol == symbol
        and (number is None or fill.order_id == number_of(number))
        and (since is None or fill.time * 1000 >= since)
        and (until is None or fill.time * 1000 <= until)
        and (first is None or fill.number >= first)
    ]
    limit = call.params.limit(500, 1000)
    chosen = fills[:limit] if first is not None or since is not None else fills[-limit:]
    return [fill_view(fill, call.account.orders[fill.order_id]) for fill in chosen]


_SIGNED = Security.SIGNED
ENDPOINTS: Endpoints = {
    ("POST", "/fapi/v1/order"): (_SIGNED, place),
    ("PUT", "/fapi/v1/order"): (_SIGNED, amend),
    ("GET", "/fapi/v1/order"): (_SIGNED, query),
    ("DELETE", "/fapi/v1/order"): (_SIGNED, cancel),
    ("GET", "/fapi/v1/openOrder"): (_SIGNED, query_open),
    ("GET", "/fapi/v1/openOrders"): (_SIGNED, open_orders),
    ("GET", "/fapi/v1/allOrders"): (_SIGNED, all_orders),
    ("DELETE", "/fapi/v1/allOpenOrders"): (_SIGNED, cancel_all),
    ("POST", "/fapi/v1/algoOrder"): (_SIGNED, place_algo),
    ("GET", "/fapi/v1/algoOrder"): (_SIGNED, query_algo),
    ("DELETE", "/fapi/v1/algoOrder"): (_SIGNED, cancel_algo),
    ("GET", "/fapi/v1/openAlgoOrders"): (_SIGNED, open_algo_orders),
    ("GET", "/fapi/v1/allAlgoOrders"): (_SIGNED, all_algo_orders),
    ("DELETE", "/fapi/v1/algoOpenOrders"): (_SIGNED, cancel_all_algo),
    ("GET", "/fapi/v1/userTrades"): (_SIGNED, user_trades),
}
