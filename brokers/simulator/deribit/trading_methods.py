"""private/*: orders and trades."""

from brokers.interface import Side
from brokers.simulator.deribit import views
from brokers.simulator.deribit.calls import Call, Json, Method
from brokers.simulator.deribit.errors import ORDER_NOT_FOUND, RpcError, invalid, of_refusal
from brokers.simulator.deribit.instruments import CURRENCIES, KINDS, currency_of, kind_of
from brokers.simulator.deribit.tickets import ticket_of
from brokers.simulator.exchange.orders import Fill, Order, OrderKind, Refused, Ticket

_ORDER_TYPES = ("all", "limit", "trigger_all", "stop_all", "stop_limit", "stop_market", "take_all", "take_limit",
                "take_market", "trailing_all", "trailing_stop")  # fmt: skip


def buy(call: Call) -> Json:
    return _place(call, Side.BUY)


def sell(call: Call) -> Json:
    return _place(call, Side.SELL)


def _place(call: Call, side: Side) -> Json:
    return _placed(call, ticket_of(call, side, call.listing()))


def _placed(call: Call, ticket: Ticket) -> Json:
    try:
        order = call.venue.exchange.place(call.trader, ticket)
    except Refused as refused:
        raise of_refusal(refused) from None
    return _answer(call, order)


def _answer(call: Call, order: Order) -> Json:
    listing = call.venue.exchange.listing(order.symbol)
    trades = [views.trade(fill, call.trader, listing) for fill in order.fills]
    return {"order": views.latest(order, listing), "trades": trades}


def close_position(call: Call) -> Json:
    """At market, or with a limit at `price`."""
    listing = call.listing()
    held = call.trader.held(listing.symbol)
    is_market = call.params.text("type", among=("market", "limit")) == "market"
    ticket = Ticket(
        symbol=listing.symbol,
        side=Side.SELL if held > 0 else Side.BUY,
        quantity=abs(held) or listing.min_quantity,
        kind=OrderKind.MARKET if is_market else OrderKind.LIMIT,
        price=None if is_market else call.params.number("price"),
        reduce_only=True,
        partial=call.partial,
    )
    return _placed(call, ticket)


def _order(call: Call) -> Order:
    """Raises RpcError 10004 for an order that the account does not have."""
    number = views.number_of(call.params.text("order_id"))
    order = None if number is None else call.venue.exchange.find(call.trader, number=number)
    if order is None:
        raise RpcError(*ORDER_NOT_FOUND)
    return order


def _labelled(call: Call) -> list[Order]:
    """The account's orders of a currency with the label, newest first."""
    currency = call.params.text("currency", among=CURRENCIES) if "currency" in call.params else None
    exchange = call.venue.exchange
    named = call.trader.by_client_id.get(call.params.text("label"), [])
    return [item for item in reversed(named) if currency in (None, currency_of(exchange.listing(item.symbol)))]


def edit(call: Call) -> Json:
    return _edit(call, _order(call))


def edit_by_label(call: Call) -> Json:
    working = [order for order in _labelled(call) if order.is_working]
    if len(working) != 1:
        raise RpcError(*ORDER_NOT_FOUND)
    return _edit(call, working[0])


def _edit(call: Call, order: Order) -> Json:
    params = call.params
    listing = call.venue.exchange.listing(order.symbol)
    amount = params.number("contracts") * listing.lot_size if "contracts" in params else None
    try:
        call.venue.exchange.amend(
            call.trader,
            order,
            quantity=params.optional_number("amount") if amount is None else amount,
            price=params.optional_number("price"),
            stop_price=params.optional_number("trigger_price"),
        )
    except Refused as refused:
        raise of_refusal(refused) from None
    order.ticket.extra["replaced"] = True
    return _answer(call, order)


def cancel(call: Call) -> Json:
    order = _order(call)
    try:
        call.venue.exchange.cancel(call.trader, order)
    except Refused as refused:
        raise of_refusal(refused) from None
    return views.latest(order, call.venue.exchange.listing(order.symbol))


def cancel_by_label(call: Call) -> int:
    return _cancel_each(call, _labelled(call))


def cancel_all(call: Call) -> int:
    return _cancel_each(call, _open(call))


def cancel_all_by_instrument(call: Call) -> int:
    return _cancel_each(call, _open(call, call.listing().symbol))


def cancel_all_by_currency(call: Call) -> int:
    call.params.text("currency", among=CURRENCIES)
    return _cancel_each(call, _open(call))


def _cancel_each(call: Call, orders: list[Order]) -> int:
    """How many were cancelled: one may go with another."""
    count = 0
    for order in orders:
        if order.is_working:
            call.venue.exchange.cancel(call.trader, order)
            count += 1
    return count


def _open(call: Call, symbol: str | None = None) -> list[Order]:
    """The working orders, of the currency, kind and type that the call asks for."""
    params, exchange = call.params, call.venue.exchange
    currency = params.text("currency", among=(*CURRENCIES, "any")) if "currency" in params else "any"
    kind = params.text("kind", "any", among=(*KINDS, "any"))
    sort = params.text("type", "all", among=_ORDER_TYPES)
    found = []
    for order in exchange.open_orders(call.trader, symbol):
        listing = exchange.listing(order.symbol)
        wanted = currency in ("any", currency_of(listing)) and kind in ("any", kind_of(listing))
        if wanted and _is_of_type(order, sort):
            found.append(order)
    return found


def _is_of_type(order: Order, sort: str) -> bool:
    name = next(name for name, kind in views.TYPES.items() if kind == order.kind)
    groups = {
        "all": True,
        "trigger_all": order.kind.waits,
        "stop_all": order.kind.is_stop,
        "take_all": order.kind.waits and not order.kind.is_stop,
    }
    return groups.get(sort, name == sort)


def _shown(call: Call, orders: list[Order]) -> list[Json]:
    return [views.latest(order, call.venue.exchange.listing(order.symbol)) for order in orders]


def get_open_orders(call: Call) -> list[Json]:
    return _shown(call, _open(call))


def get_open_orders_by_currency(call: Call) -> list[Json]:
    call.params.text("currency", among=CURRENCIES)
    return _shown(call, _open(call))


def get_open_orders_by_instrument(call: Call) -> list[Json]:
    return _shown(call, _open(call, call.listing().symbol))


def get_open_orders_by_label(call: Call) -> list[Json]:
    return _shown(call, [order for order in _labelled(call) if order.is_working])


def get_order_state(call: Call) -> Json:
    order = _order(call)
    listing = call.venue.exchange.listing(order.symbol)
    waiting = views.names_the_waiting(call.params.text("order_id"))
    if waiting != order.kind.waits and not (order.kind.waits and order.triggered):
        raise RpcError(*ORDER_NOT_FOUND)
    return views.shown(order, listing, waiting=waiting)


def get_order_state_by_label(call: Call) -> list[Json]:
    call.params.text("currency", among=CURRENCIES)
    exchange = call.venue.exchange
    return [view for order in _labelled(call) for view in reversed(views.views(order, exchange.listing(order.symbol)))]


def get_order_history_by_instrument(call: Call) -> list[Json]:
    return _history(call, call.listing().symbol)


def get_order_history_by_currency(call: Call) -> list[Json]:
    call.params.text("currency", among=CURRENCIES)
    return _history(call, None)


def _history(call: Call, symbol: str | None) -> list[Json]:
    """Orders that are done, newest first; those that never filled only with include_unfilled."""
    params, exchange = call.params, call.venue.exchange
    unfilled = params.flag("include_unfilled")
    currency = params.text("currency") if symbol is None else None
    found = [
        order
        for order in reversed(call.trader.orders.values())
        if not order.is_working
        and symbol in (None, order.symbol)
        and currency in (None, currency_of(exchange.listing(order.symbol)))
        and (order.filled or unfilled)
    ]
    offset = params.integer("offset", 0)
    return _shown(call, found[offset : offset + params.integer("count", 20, least=1, most=1000)])


def _trades(call: Call, fills: list[Fill]) -> Json:
    """Oldest first where asked, else newest first; by time where start_timestamp (ms) is given, oldest first."""
    params, exchange = call.params, call.venue.exchange
    timed = "start_timestamp" in params
    start, end = params.integer("start_timestamp", 0), params.integer("end_timestamp", 10**15)
    found = [fill for fill in fills if start <= int(fill.time * 1000) <= end]
    default = "asc" if timed else "desc"
    if params.text("sorting", "default", among=("asc", "desc", "default")).replace("default", default) == "desc":
        found.reverse()
    count = params.integer("count", 10, least=1, most=1000)
    page = [views.trade(fill, call.trader, exchange.listing(fill.symbol)) for fill in found[:count]]
    return {"trades": page, "has_more": len(found) > count}


def get_user_trades_by_instrument(call: Call) -> Json:
    symbol = call.listing().symbol
    return _trades(call, [fill for fill in call.trader.fills if fill.symbol == symbol])


def get_user_trades_by_currency(call: Call) -> Json:
    currency = call.params.text("currency", among=CURRENCIES)
    exchange = call.venue.exchange
    return _trades(call, [fill for fill in call.trader.fills if currency_of(exchange.listing(fill.symbol)) == currency])


def by_time(method: Method) -> Method:
    """The same, of a stretch of time that must be given."""

    def timed(call: Call) -> Json:
        if "start_timestamp" not in call.params:
            raise invalid("start_timestamp", "value required")
        found: Json = method(call)
        return found

    return timed


def get_user_trades_by_order(call: Call) -> list[Json]:
    order = _order(call)
    listing = call.venue.exchange.listing(order.symbol)
    fills = [] if views.names_the_waiting(call.params.text("order_id")) else order.fills
    return [views.trade(fill, call.trader, listing) for fill in fills]


TRADING_METHODS: dict[str, Method] = {
    "private/buy": buy,
    "private/sell": sell,
    "private/edit": edit,
    "private/edit_by_label": edit_by_label,
    "private/cancel": cancel,
    "private/cancel_by_label": cancel_by_label,
    "private/cancel_all": cancel_all,
    "private/cancel_all_by_instrument": cancel_all_by_instrument,
    "private/cancel_all_by_currency": cancel_all_by_currency,
    "private/close_position": close_position,
    "private/get_open_orders": get_open_orders,
    "private/get_open_orders_by_currency": get_open_orders_by_currency,
    "private/get_open_orders_by_instrument": get_open_orders_by_instrument,
    "private/get_open_orders_by_label": get_open_orders_by_label,
    "private/get_order_state": get_order_state,
    "private/get_order_state_by_label": get_order_state_by_label,
    "private/get_order_history_by_instrument": get_order_history_by_instrument,
    "private/get_order_history_by_currency": get_order_history_by_currency,
    "private/get_user_trades_by_instrument": get_user_trades_by_instrument,
    "private/get_user_trades_by_currency": get_user_trades_by_currency,
    "private/get_user_trades_by_instrument_and_time": by_time(get_user_trades_by_instrument),
    "private/get_user_trades_by_currency_and_time": by_time(get_user_trades_by_currency),
    "private/get_user_trades_by_order": get_user_trades_by_order,
}
