"""Endpoints for orders, brackets and fills."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from brokers.simulator.delta.call import Call, Endpoint, Endpoints, Paged
from brokers.simulator.delta.errors import ApiError, bad_schema, of_refused
from brokers.simulator.delta.params import Params
from brokers.simulator.delta.views import fill_view, order_view, state
from brokers.simulator.exchange import brackets
from brokers.simulator.exchange.orders import Leg, Lifetime, Order, OrderKind, OrderState, Refused, Ticket
from brokers.simulator.faults import FaultKind

_KINDS = {
    (None, "market_order"): OrderKind.MARKET,
    (None, "limit_order"): OrderKind.LIMIT,
    ("stop_loss_order", "market_order"): OrderKind.STOP,
    ("stop_loss_order", "limit_order"): OrderKind.STOP_LIMIT,
    ("take_profit_order", "market_order"): OrderKind.TAKE_PROFIT,
    ("take_profit_order", "limit_order"): OrderKind.TAKE_PROFIT_LIMIT,
}
_TYPES = ("market_order", "limit_order")
_STOPS = ("stop_loss_order", "take_profit_order")
_MOST_IN_BATCH = 50


def _view(call: Call, order: Order) -> dict[str, Any]:
    return order_view(order, call.exchange.listings[order.symbol], call.account)


def place(call: Call) -> Any:
    return _view(call, call.exchange.place(call.account, _ticket(call, call.params)))


def _ticket(call: Call, params: Params) -> Ticket:
    listing = params.listing()
    stop = params.one_of("stop_order_type", _STOPS) if params.text("stop_order_type") else None
    kind = _KINDS[stop, params.one_of("order_type", _TYPES)]
    if params.text("trail_amount"):
        raise bad_schema("trail_amount", "trailing stops are not simulated")
    return Ticket(
        symbol=listing.symbol,
        side=params.side(),
        quantity=params.need_decimal("size"),
        kind=kind,
        price=params.need_decimal("limit_price") if kind.has_limit else None,
        stop_price=params.need_decimal("stop_price") if kind.waits else None,
        lifetime=Lifetime(params.one_of("time_in_force", ("gtc", "ioc", "fok"), "gtc").upper()),
        post_only=params.flag("post_only"),
        reduce_only=params.flag("reduce_only"),
        client_id=params.client_id(),
        legs=_legs(params),
        partial=call.fault == FaultKind.PARTIAL_FILL,
    )


def _legs(params: Params) -> tuple[Leg, ...]:
    legs = []
    for name, market, limit in (
        ("bracket_stop_loss", OrderKind.STOP, OrderKind.STOP_LIMIT),
        ("bracket_take_profit", OrderKind.TAKE_PROFIT, OrderKind.TAKE_PROFIT_LIMIT),
    ):
        price, limit_price = params.decimal(f"{name}_price"), params.decimal(f"{name}_limit_price")
        if price is not None:
            legs.append(Leg(market if limit_price is None else limit, price, limit_price))
        elif limit_price is not None:
            raise bad_schema(f"{name}_price", "is required with its limit price")
    return tuple(legs)


def amend(call: Call) -> Any:
    order = _find(call, call.params)
    params = call.params
    changes = {"quantity": params.decimal("size"), "price": params.decimal("limit_price")}
    stop_price = params.decimal("stop_price")
    if all(value is None for value in (*changes.values(), stop_price)):
        raise bad_schema("size", "size, limit_price or stop_price is required")
    return _view(call, call.exchange.amend(call.account, order, **changes, stop_price=stop_price))


def _find(call: Call, params: Params) -> Order:
    """The open order that `id` or `client_order_id` names."""
    number, client_id, listing = params.whole("id"), params.client_id(), params.optional_listing()
    if number is None and not client_id:
        raise bad_schema("id", "id is required")
    order = call.exchange.find(call.account, number=number, client_id=client_id)
    if order is None or not order.is_working or (listing is not None and order.symbol != listing.symbol):
        raise ApiError("open_order_not_found", None, 404)
    return order


def cancel(call: Call) -> Any:
    return _view(call, call.exchange.cancel(call.account, _find(call, call.params)))


def cancel_all(call: Call) -> Any:
    """Of one product, or all; `cancel_limit_orders`, `cancel_stop_orders` and `cancel_reduce_only_orders` choose."""
    params, listing = call.params, call.params.optional_listing()
    limits, stops = params.flag("cancel_limit_orders"), params.flag("cancel_stop_orders")
    reducing = params.flag("cancel_reduce_only_orders")
    every = not (limits or stops or reducing)
    for order in call.exchange.open_orders(call.account, listing.symbol if listing else None):
        waits = order.state == OrderState.UNTRIGGERED
        if every or (stops and waits) or (limits and not waits) or (reducing and order.reduces):
            call.exchange.cancel(call.account, order)
    return {}


def by_number(call: Call) -> Any:
    text = call.path["order_id"]
    order = call.account.orders.get(int(text)) if text.isdigit() and len(text) < 19 else None
    if order is None:
        raise ApiError("order_not_found", None, 404)
    return _view(call, order)


def by_client_id(call: Call) -> Any:
    order = call.exchange.find(call.account, client_id=call.path["client_oid"])
    if order is None:
        raise ApiError("order_not_found", None, 404)
    return _view(call, order)


def open_orders(call: Call) -> Any:
    """`state` or `states`: open, pending; both unless given."""
    params = call.params
    wanted = (params.text("states") or params.text("state") or "open,pending").split(",")
    symbols = {listing.symbol for listing in params.listings()}
    found = [
        order
        for order in reversed(call.exchange.open_orders(call.account))
        if order.symbol in symbols and state(order) in wanted
    ]
    return _page(call, found, lambda order: _view(call, order))


def history(call: Call) -> Any:
    """Orders that are closed or cancelled, newest first."""
    symbols = {listing.symbol for listing in call.params.listings()}
    found = [
        order
        for order in reversed(call.account.orders.values())
        if order.symbol in symbols and not order.is_working and _within(call, order.created)
    ]
    return _page(call, found, lambda order: _view(call, order))


def fills(call: Call) -> Any:
    """Newest first."""
    exchange, account = call.exchange, call.account
    symbols = {listing.symbol for listing in call.params.listings()}
    found = [fill for fill in reversed(account.fills) if fill.symbol in symbols and _within(call, fill.time)]
    return _page(
        call,
        found,
        lambda fill: fill_view(fill, account.orders[fill.order_id], exchange.listings[fill.symbol], account),
    )


def _within(call: Call, seconds: float) -> bool:
    """Whether a time lies within start_time and end_time, epoch microseconds."""
    start, end = call.params.whole("start_time"), call.params.whole("end_time")
    return (start is None or seconds * 1e6 >= start) and (end is None or seconds * 1e6 <= end)


def _page(call: Call, rows: Sequence[Any], view: Callable[[Any], Any]) -> Paged:
    """`after` is the cursor of the page before: how many rows it ended with."""
    size = call.params.whole("page_size") or 100
    first = call.params.whole("after") or 0
    if not 1 <= size <= 1000 or first < 0:
        raise bad_schema("page_size", "from 1 to 1000")
    chosen = rows[first : first + size]
    after = str(first + size) if first + size < len(rows) else None
    return Paged([view(row) for row in chosen], {"after": after, "before": None, "total_count": len(rows)})


def place_batch(call: Call) -> Any:
    """One product's limit orders; the batch stops at the first that is refused, as its error says."""
    return [_view(call, call.exchange.place(call.account, _ticket(call, item))) for item in _batch(call)]


def amend_batch(call: Call) -> Any:
    views = []
    for item in _batch(call):
        order = _find(call, item)
        changes = {"quantity": item.decimal("size"), "price": item.decimal("limit_price")}
        views.append(_view(call, call.exchange.amend(call.account, order, **changes)))
    return views


def cancel_batch(call: Call) -> Any:
    return [_view(call, call.exchange.cancel(call.account, _find(call, item))) for item in _batch(call)]


def _batch(call: Call) -> list[Params]:
    listing, rows = call.params.listing(), call.params.get("orders")
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_IN_BATCH or not all(isinstance(r, dict) for r in rows):
        raise bad_schema("orders", f"from 1 to {_MOST_IN_BATCH} orders")
    common = {"product_id": listing.number, "order_type": "limit_order"}
    return [Params(call.exchange, {**common, **row}) for row in rows]


def place_bracket(call: Call) -> Any:
    """On a product's position: stop_loss_order and take_profit_order, each {order_type, stop_price, limit_price}."""
    listing, legs = call.params.listing(), []
    for name, market, limit in (
        ("stop_loss_order", OrderKind.STOP, OrderKind.STOP_LIMIT),
        ("take_profit_order", OrderKind.TAKE_PROFIT, OrderKind.TAKE_PROFIT_LIMIT),
    ):
        item = call.params.nested(name)
        if item is not None:
            is_limit = item.one_of("order_type", _TYPES) == "limit_order"
            price = item.need_decimal("limit_price") if is_limit else None
            legs.append(Leg(limit if is_limit else market, item.need_decimal("stop_price"), price))
    if not legs:
        raise bad_schema("stop_loss_order", "stop_loss_order or take_profit_order is required")
    try:
        brackets.attach(call.exchange, call.account, listing.symbol, tuple(legs))
    except Refused as error:
        if error.code == "reduce_only":
            raise ApiError("no_position_for_reduce_only", None, 400) from None
        raise of_refused(error) from None
    return {}


def amend_bracket(call: Call) -> Any:
    """Of the order `id`: what its bracket is, or will be when it fills."""
    params = call.params
    order = call.account.orders.get(params.whole("id") or 0)
    if order is None:
        raise ApiError("open_order_not_found", None, 404)
    fresh = {leg.kind.is_stop: leg for leg in _legs(params)}
    if not fresh:
        raise bad_schema("bracket_stop_loss_price", "bracket_stop_loss_price or bracket_take_profit_price is required")
    legs = {leg.kind.is_stop: leg for leg in order.ticket.legs} | fresh
    ticket = replace(order.ticket, legs=tuple(legs.values()))
    top = call.exchange.top(order.symbol)
    brackets.check_legs(ticket, order.average or order.price or top.mark, top)
    for number in order.leg_ids:
        placed = call.account.orders[number]
        leg = fresh.get(placed.kind.is_stop)
        if leg is not None and placed.state == OrderState.UNTRIGGERED:
            price: Decimal | None = leg.price if placed.kind.has_limit else None
            call.exchange.amend(call.account, placed, stop_price=leg.stop_price, price=price)
    order.ticket = ticket
    return _view(call, order)


ENDPOINTS: Endpoints = {
    ("POST", "/v2/orders"): Endpoint(place),
    ("PUT", "/v2/orders"): Endpoint(amend),
    ("DELETE", "/v2/orders"): Endpoint(cancel),
    ("GET", "/v2/orders"): Endpoint(open_orders),
    ("DELETE", "/v2/orders/all"): Endpoint(cancel_all),
    ("GET", "/v2/orders/history"): Endpoint(history),
    ("POST", "/v2/orders/batch"): Endpoint(place_batch),
    ("PUT", "/v2/orders/batch"): Endpoint(amend_batch),
    ("DELETE", "/v2/orders/batch"): Endpoint(cancel_batch),
    ("POST", "/v2/orders/bracket"): Endpoint(place_bracket),
    ("PUT", "/v2/orders/bracket"): Endpoint(amend_bracket),
    ("GET", "/v2/orders/client_order_id/{client_oid}"): Endpoint(by_client_id),
    ("GET", "/v2/orders/{order_id}"): Endpoint(by_number),
    ("GET", "/v2/fills"): Endpoint(fills),
}
