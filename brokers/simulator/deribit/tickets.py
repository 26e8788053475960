"""From the parameters of private/buy and private/sell to what the exchange is asked."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from brokers.interface import Side
from brokers.simulator.deribit.calls import Call
from brokers.simulator.deribit.errors import invalid
from brokers.simulator.deribit.params import Params
from brokers.simulator.deribit.views import LIFETIMES, TYPES
from brokers.simulator.exchange.listing import Listing
from brokers.simulator.exchange.orders import Leg, LegsWhen, OrderKind, Ticket

LONGEST_LABEL = 64
_TRIGGERS = ("index_price", "mark_price", "last_price")
_BRACKET = "one_triggers_one_cancels_other"
_LINKS = (_BRACKET, "one_triggers_other", "one_cancels_other")


def ticket_of(call: Call, side: Side, listing: Listing) -> Ticket:
    """Raises RpcError -32602 naming the parameter that is wrong."""
    params = call.params
    kind = TYPES[params.text("type", "limit", among=TYPES)]
    price = params.number("price") if kind.has_limit else None
    post_only = params.flag("post_only") and kind == OrderKind.LIMIT
    if post_only and not (params.flag("reject_post_only") or price is None):
        price = _behind_the_touch(call, side, listing, price)
    legs = _legs(params, side, _amount(params, listing))
    return Ticket(
        symbol=listing.symbol,
        side=side,
        quantity=_amount(params, listing),
        kind=kind,
        price=price,
        stop_price=params.number("trigger_price") if kind.waits else None,
        lifetime=LIFETIMES[params.text("time_in_force", "good_til_cancelled", among=LIFETIMES)],
        post_only=post_only,
        reduce_only=params.flag("reduce_only"),
        client_id=label(params),
        legs=legs,
        legs_when=LegsWhen(params.text("trigger_fill_condition", "first_hit", among=tuple(LegsWhen))),
        partial=call.partial,
        extra={"trigger": params.text("trigger", among=_TRIGGERS)} if kind.waits else {},
    )


def label(params: Params) -> str:
    text = params.text("label", "")
    if len(text) > LONGEST_LABEL:
        raise invalid("label", f"at most {LONGEST_LABEL} characters")
    return text


def _amount(params: Params, listing: Listing) -> Decimal:
    """`amount`, or `contracts` of the listing's contract size."""
    if "amount" not in params and "contracts" in params:
        return params.number("contracts") * listing.lot_size
    return params.number("amount")


def _behind_the_touch(call: Call, side: Side, listing: Listing, price: Decimal) -> Decimal:
    """A post-only price that would take is moved behind the touch, unless it is to be rejected."""
    top = call.venue.exchange.top(listing.symbol)
    if side == Side.BUY:
        return min(price, top.ask - listing.tick_size)
    return max(price, top.bid + listing.tick_size)


def _legs(params: Params, side: Side, amount: Decimal) -> tuple[Leg, ...]:
    """The exits of a bracket, from otoco_config."""
    if "linked_order_type" not in params:
        if "otoco_config" in params:
            raise invalid("linked_order_type", "value required with otoco_config")
        return ()
    if params.text("linked_order_type", among=_LINKS) == "one_cancels_other":
        raise invalid("linked_order_type", "one_cancels_other is not simulated")
    rows = params.list("otoco_config")
    most = 2 if params.text("linked_order_type") == _BRACKET else 1
    if not 1 <= len(rows) <= most:
        raise invalid("otoco_config", f"from 1 to {most} orders")
    return tuple(_leg(row, side, amount) for row in rows)


def _leg(row: Any, side: Side, amount: Decimal) -> Leg:
    if not isinstance(row, Mapping):
        raise invalid("otoco_config", "must be an array of objects")
    leg = Params(row)
    if leg.text("direction", among=("buy", "sell")) != side.opposite.lower():
        raise invalid("otoco_config", "direction: only the direction that closes the position is simulated")
    if "amount" in leg and leg.number("amount") != amount:
        raise invalid("otoco_config", "amount: only the amount of the primary order is simulated")
    kind = TYPES[leg.text("type", among=TYPES)]
    if kind == OrderKind.MARKET:
        raise invalid("otoco_config", "type: a market order would close the position at once")
    if kind.waits:
        leg.text("trigger", among=_TRIGGERS)
    return Leg(
        kind=kind,
        stop_price=leg.number("trigger_price") if kind.waits else None,
        price=leg.number("price") if kind.has_limit else None,
        client_id=label(leg),
    )
