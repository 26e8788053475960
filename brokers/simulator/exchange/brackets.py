"""Brackets: exits that come with an entry, and of which one takes the other's place in the book (OCO)."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from brokers.interface import Side
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.checks import is_hit
from brokers.simulator.exchange.events import Change
from brokers.simulator.exchange.listing import ZERO, Top
from brokers.simulator.exchange.orders import Fill, Leg, LegsWhen, Order, Refused, Ticket

if TYPE_CHECKING:
    from brokers.simulator.exchange.engine import Exchange


def check_legs(ticket: Ticket, entry_price: Decimal, top: Top) -> None:
    """A stop lies on the losing side of the entry, a target on the winning one. Raises Refused (bad_bracket)."""
    side = ticket.side.opposite
    for leg in ticket.legs:
        level = leg.stop_price or leg.price or ZERO
        if leg.kind.waits and is_hit(leg.kind, side, level, entry_price):
            raise Refused("bad_bracket", f"the bracket's {leg.kind.lower()} at {level} is beyond the entry's price")


def after_fill(exchange: "Exchange", account: Account, order: Order, fill: Fill) -> None:
    if order.ticket.legs:
        _place_legs(exchange, account, order)
    if order.group is not None:
        _take_off_the_others(exchange, account, order, fill.quantity)


def attach(exchange: "Exchange", account: Account, symbol: str, legs: tuple[Leg, ...]) -> list[Order]:
    """Put a bracket on a position that is open. Raises Refused (reduce_only) where there is none."""
    held = account.held(symbol)
    if not held:
        raise Refused("reduce_only", "there is no position that the bracket could close")
    side = Side.SELL if held > 0 else Side.BUY
    ticket = Ticket(symbol, side.opposite, abs(held), legs=legs)
    top = exchange.top(symbol)
    check_legs(ticket, top.last, top)
    group = exchange.number()
    return [_enter_leg(exchange, account, ticket, leg, abs(held), group, None) for leg in legs]


def _place_legs(exchange: "Exchange", account: Account, entry: Order) -> None:
    when = entry.ticket.legs_when
    if when == LegsWhen.COMPLETE_FILL and entry.remaining:
        return
    quantity = entry.filled if when == LegsWhen.EACH_FILL else entry.quantity
    if not entry.leg_ids:
        _enter_legs(exchange, account, entry, quantity)
        return
    if when != LegsWhen.EACH_FILL:
        return
    added = entry.fills[-1].quantity
    working = [account.orders[number] for number in entry.leg_ids if account.orders[number].is_working]
    for leg_order in working:
        leg_order.quantity += added
        exchange.emit(Change.AMENDED, account, leg_order)
    if not working:  # the legs are done with the first part: the next has its own
        entry.leg_ids.clear()
        _enter_legs(exchange, account, entry, added)


def _enter_legs(exchange: "Exchange", account: Account, entry: Order, quantity: Decimal) -> None:
    group = exchange.number()
    for leg in entry.ticket.legs:
        order = _enter_leg(exchange, account, entry.ticket, leg, quantity, group, entry)
        entry.leg_ids.append(order.number)


def _enter_leg(
    exchange: "Exchange",
    account: Account,
    entry: Ticket,
    leg: Leg,
    quantity: Decimal,
    group: int,
    parent: Order | None,
) -> Order:
    ticket = Ticket(
        symbol=entry.symbol,
        side=entry.side.opposite,
        quantity=quantity,
        kind=leg.kind,
        price=leg.price,
        stop_price=leg.stop_price,
        reduce_only=True,
        client_id=leg.client_id,
        extra=dict(entry.extra),
    )
    order = replace(exchange.new_order(account, ticket), group=group, parent=parent.number if parent else None)
    exchange.enter(account, order)
    return order


def _take_off_the_others(exchange: "Exchange", account: Account, order: Order, quantity: Decimal) -> None:
    for other in exchange.open_orders(account, order.symbol):
        if other.group != order.group or other.number == order.number or not other.is_working:
            continue
        if other.remaining <= quantity or not order.remaining:
            exchange.cancel(account, other, "oco")
        else:
            other.quantity -= quantity
            exchange.emit(Change.AMENDED, account, other)
