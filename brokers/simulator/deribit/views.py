"""Orders, trades and positions in Deribit's shape.

An order that waits for a price goes by an id of its own (SLMS-7). Once set off it is `triggered`, and what trades is a
new order, 7, which names the first as its `trigger_order_id`.
"""

from decimal import Decimal

from brokers.interface import Side
from brokers.simulator.deribit.calls import Json
from brokers.simulator.deribit.instruments import kind_of
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.listing import Kind, Listing, money
from brokers.simulator.exchange.margin import leverage_of
from brokers.simulator.exchange.orders import Fill, Lifetime, Order, OrderKind, OrderState

TYPES = {
    "market": OrderKind.MARKET,
    "limit": OrderKind.LIMIT,
    "stop_market": OrderKind.STOP,
    "stop_limit": OrderKind.STOP_LIMIT,
    "take_market": OrderKind.TAKE_PROFIT,
    "take_limit": OrderKind.TAKE_PROFIT_LIMIT,
}
LIFETIMES = {
    "good_til_cancelled": Lifetime.GTC,
    "good_til_day": Lifetime.GTC,
    "immediate_or_cancel": Lifetime.IOC,
    "fill_or_kill": Lifetime.FOK,
}
_TYPE_NAMES = {kind: name for name, kind in TYPES.items()}
_LIFETIME_NAMES = {
    Lifetime.GTC: "good_til_cancelled", Lifetime.IOC: "immediate_or_cancel", Lifetime.FOK: "fill_or_kill",
}  # fmt: skip
_STATES = {
    OrderState.UNTRIGGERED: "untriggered",
    OrderState.OPEN: "open",
    OrderState.FILLED: "filled",
    OrderState.CANCELLED: "cancelled",
}
_CANCEL_REASONS = {"user": "user_request", "oco": "oco_other_closed", "liquidation": "liquidation"}


def order_id(order: Order, listing: Listing, *, waiting: bool) -> str:
    if waiting:
        sort = "SL" if order.kind.is_stop else "TP"
        return f"{sort}M{order.side[0]}-{order.number}"
    if listing.kind == Kind.INVERSE and listing.base == "BTC":
        return str(order.number)
    return f"{listing.settle}-{order.number}"


def number_of(text: str) -> int | None:
    """The exchange's number of an order id; None where there cannot be one."""
    tail = text.rpartition("-")[2]
    return int(tail) if tail.isascii() and tail.isdecimal() and len(tail) < 19 else None


def names_the_waiting(text: str) -> bool:
    return text.startswith(("SLM", "TPM"))


def views(order: Order, listing: Listing) -> list[Json]:
    """The order as it is seen: the one that waits, and the one that it set off."""
    if not order.kind.waits:
        return [shown(order, listing, waiting=False)]
    waiting = shown(order, listing, waiting=True)
    return [waiting, shown(order, listing, waiting=False)] if order.triggered else [waiting]


def latest(order: Order, listing: Listing) -> Json:
    return views(order, listing)[-1]


def shown(order: Order, listing: Listing, *, waiting: bool) -> Json:
    ticket = order.ticket
    set_off = waiting and order.triggered
    filled, average = (Decimal(0), None) if set_off else (order.filled, order.average)
    view: Json = {
        "order_id": order_id(order, listing, waiting=waiting),
        "order_state": "triggered" if set_off else _STATES[order.state],
        "order_type": _TYPE_NAMES[order.kind] if waiting else "limit" if order.kind.has_limit else "market",
        "instrument_name": order.symbol,
        "direction": order.side.lower(),
        "price": float(order.price) if order.price is not None else _market_price(average, listing),
        "amount": float(order.quantity),
        "contracts": float(order.quantity / listing.lot_size),
        "max_show": float(order.quantity),
        "filled_amount": float(filled),
        "average_price": float(listing_price(average)) if average is not None else 0.0,
        "label": order.client_id,
        "time_in_force": _LIFETIME_NAMES[ticket.lifetime],
        "post_only": ticket.post_only,
        "reject_post_only": ticket.post_only,
        "reduce_only": order.reduces,
        "api": True,
        "web": False,
        "mobile": False,
        "replaced": bool(ticket.extra.get("replaced")),
        "is_liquidation": order.client_id.startswith("liquidation-"),
        "is_rebalance": False,
        "risk_reducing": False,
        "mmp": False,
        "creation_timestamp": int(order.created * 1000),
        "last_update_timestamp": int(order.updated * 1000),
    }
    if filled:
        view["commission"] = float(sum((fill.fee for fill in order.fills), Decimal(0)))
    if order.state == OrderState.CANCELLED and not set_off:
        view["cancel_reason"] = _CANCEL_REASONS.get(order.reason, order.reason)
    return view | _links(order, listing, waiting=waiting)


def _market_price(average: Decimal | None, listing: Listing) -> float | str:
    return float(listing_price(average)) if average is not None else "market_price"


def listing_price(value: Decimal) -> Decimal:
    return value.quantize(Decimal("1e-8"))


def _links(order: Order, listing: Listing, *, waiting: bool) -> Json:
    links: Json = {}
    if order.kind.waits:
        links["triggered"] = order.triggered
        links["trigger"] = order.ticket.extra.get("trigger", "last_price")
        if waiting:
            links["trigger_price"] = float(order.stop_price or 0)
        else:
            links["trigger_order_id"] = order_id(order, listing, waiting=True)
    if order.ticket.legs:
        legs = dict(zip(order.leg_ids, order.ticket.legs, strict=False))
        links["is_primary_otoco"] = True
        links["oto_order_ids"] = [
            _leg_id(number, leg.kind, order.side.opposite, listing) for number, leg in legs.items()
        ]
        links["trigger_fill_condition"] = str(order.ticket.legs_when)
    if order.group is not None:
        links |= {"oco_ref": str(order.group), "is_secondary_oto": order.parent is not None}
    return links


def _leg_id(number: int, kind: OrderKind, side: Side, listing: Listing) -> str:
    if kind.waits:
        return f"{'SL' if kind.is_stop else 'TP'}M{side[0]}-{number}"
    return str(number) if listing.kind == Kind.INVERSE and listing.base == "BTC" else f"{listing.settle}-{number}"


def trade(fill: Fill, account: Account, listing: Listing) -> Json:
    """A fill of the account's own."""
    order = account.orders[fill.order_id]
    prefix = "" if listing.kind == Kind.INVERSE and listing.base == "BTC" else f"{listing.settle}-"
    return {
        "trade_id": f"{prefix}{fill.number}",
        "trade_seq": fill.number,
        "order_id": order_id(order, listing, waiting=False),
        "instrument_name": fill.symbol,
        "direction": fill.side.lower(),
        "order_type": "limit" if order.kind.has_limit else "market",
        "state": _STATES[order.state],
        "label": fill.client_id,
        "price": float(fill.price),
        "amount": float(fill.quantity),
        "contracts": float(fill.quantity / listing.lot_size),
        "fee": float(fill.fee),
        "fee_currency": fill.currency,
        "profit_loss": float(fill.realized),
        "liquidity": "M" if fill.maker else "T",
        "mark_price": float(fill.price),
        "index_price": float(fill.price),
        "tick_direction": 0,
        "reduce_only": order.reduces,
        "post_only": order.ticket.post_only,
        "self_trade": False,
        "api": True,
        "matching_id": None,
        "timestamp": int(fill.time * 1000),
    }


def position(exchange: Exchange, account: Account, listing: Listing) -> Json:
    held = account.held(listing.symbol)
    found = account.position(listing.symbol)
    top = exchange.top(listing.symbol)
    profit = money(listing.profit(held, found.entry, top.mark)) if held else Decimal(0)
    notional = listing.notional(held, top.mark)
    leverage = leverage_of(account, listing)
    size_currency = notional if listing.kind == Kind.INVERSE else abs(held)
    return {
        "instrument_name": listing.symbol,
        "kind": kind_of(listing),
        "direction": "buy" if held > 0 else "sell" if held < 0 else "zero",
        "size": float(held),
        "size_currency": float(money(size_currency.copy_sign(held))),
        "average_price": float(listing_price(found.entry)),
        "mark_price": float(top.mark),
        "index_price": float(top.mark),
        "settlement_price": float(top.mark),
        "delta": float(money(size_currency.copy_sign(held))),
        "floating_profit_loss": float(profit),
        "realized_profit_loss": float(found.realized),
        "total_profit_loss": float(found.realized + profit),
        "realized_funding": 0.0,
        "interest_value": 0.0,
        "initial_margin": float(money(notional / leverage)),
        "maintenance_margin": float(money(notional * listing.maintenance_rate)),
        "open_orders_margin": 0.0,
        "estimated_liquidation_price": _liquidation_price(exchange, account, listing),
        "leverage": int(leverage),
    }


def _liquidation_price(exchange: Exchange, account: Account, listing: Listing) -> float | None:
    """Where equity meets the maintenance margin, with this position alone; None where no price does that."""
    held, entry = account.held(listing.symbol), account.position(listing.symbol).entry
    if not held:
        return None
    wallet, rate = account.balances.get(listing.settle, Decimal(0)), listing.maintenance_rate
    size, sign = held * listing.contract_size, 1 if held > 0 else -1
    if listing.kind == Kind.INVERSE:
        divisor = wallet + size / entry
        price = size * (1 + rate * sign) / divisor if divisor else Decimal(0)
    else:
        price = (size * entry - wallet) / (size * (1 - rate * sign))
    return float(listing_price(price)) if price > 0 else None


def summary(exchange: Exchange, account: Account, currency: str) -> Json:
    """How the account stands in a currency."""
    state = exchange.funds(account, currency)
    initial = account.initial.get(currency, Decimal(0))
    bound = state.position_margin + state.order_margin
    return {
        "currency": currency,
        "balance": float(money(state.wallet)),
        "equity": float(money(state.equity)),
        "margin_balance": float(money(state.equity)),
        "available_funds": float(money(state.available)),
        "available_withdrawal_funds": float(money(min(state.available, state.wallet))),
        "initial_margin": float(money(bound)),
        "maintenance_margin": float(money(state.maintenance)),
        "projected_initial_margin": float(money(bound)),
        "projected_maintenance_margin": float(money(state.maintenance)),
        "session_rpl": float(money(state.wallet - initial)),
        "session_upl": float(money(state.unrealized)),
        "futures_session_rpl": float(money(state.wallet - initial)),
        "futures_session_upl": float(money(state.unrealized)),
        "total_pl": float(money(state.equity - initial)),
        "futures_pl": float(money(state.equity - initial)),
        "delta_total": 0.0,
        "options_value": 0.0,
        "options_pl": 0.0,
        "options_delta": 0.0,
        "spot_reserve": 0.0,
        "portfolio_margining_enabled": False,
        "cross_collateral_enabled": False,
        "margin_model": "segregated_sm",
    }
