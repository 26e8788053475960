"""Matching: which orders fill, how far, and at what price."""

import random
from decimal import Decimal
from typing import TYPE_CHECKING

from brokers.interface import Side
from brokers.simulator.exchange import brackets
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.checks import is_hit
from brokers.simulator.exchange.events import Change, Event
from brokers.simulator.exchange.listing import ZERO, Kind, Listing, Top
from brokers.simulator.exchange.margin import shortfall
from brokers.simulator.exchange.orders import Lifetime, Order, OrderKind, OrderState, Ticket
from brokers.simulator.exchange.settlement import settle

if TYPE_CHECKING:
    from brokers.simulator.exchange.engine import Exchange


class Matcher:
    """Takers fill at the touch, orders that rested at their own price. A tick gives each order the listing's depth."""

    def __init__(self, exchange: "Exchange", seed: int) -> None:
        self._exchange = exchange
        self._random = random.Random(f"{seed}:{exchange.venue}")

    def arrive(self, account: Account, order: Order) -> None:
        """Match an order that is new in the book, or was just triggered; then its lifetime decides on the rest."""
        listing = self._exchange.listing(order.symbol)
        top = self._exchange.top(order.symbol)
        if order.ticket.lifetime == Lifetime.FOK and self._available(account, listing, order, top) < order.remaining:
            self._exchange.cancel(account, order, "fok")
            return
        order.rested = False
        share = None
        if order.ticket.partial:
            share = Decimal(self._random.randint(20, 80)) / 100
        self.match(account, order, share)
        if order.is_working and order.ticket.lifetime != Lifetime.GTC and order.kind != OrderKind.MARKET:
            self._exchange.cancel(account, order, "ioc")
        order.rested = order.is_working and order.price is not None

    def tick(self, account: Account, listing: Listing) -> None:
        """A new price: set off what waits for it, match what rests, and close what the account cannot carry."""
        top = self._exchange.top(listing.symbol)
        for order in [item for item in account.working.values() if item.symbol == listing.symbol]:
            if order.state == OrderState.UNTRIGGERED:
                if order.stop_price is not None and is_hit(order.kind, order.side, order.stop_price, top.last):
                    self.trigger(account, order)
            elif order.is_working:
                self.match(account, order)
        if account.held(listing.symbol):
            self._liquidate(account, listing)

    def trigger(self, account: Account, order: Order) -> None:
        listing = self._exchange.listing(order.symbol)
        order.triggered = True
        order.state = OrderState.OPEN
        order.updated = self._exchange.clock()
        if order.ticket.close_position:
            order.quantity = max(order.quantity, abs(account.held(order.symbol)))
        self._exchange.emit(Change.TRIGGERED, account, order)
        price = order.price or self._exchange.top(order.symbol).ask
        if not order.reduces:
            del account.working[order.number]  # it must not count twice
            missing = shortfall(account, listing, order, price, self._exchange.listings, self._exchange.top)
            account.working[order.number] = order
            if missing:
                self._exchange.cancel(account, order, "insufficient_margin")
                return
        self.arrive(account, order)

    def match(self, account: Account, order: Order, share: Decimal | None = None) -> None:
        """Fill what can be filled now, of it no more than the fraction `share`."""
        listing = self._exchange.listing(order.symbol)
        top = self._exchange.top(order.symbol)
        if order.reduces and self._reducible(account, order) <= 0:
            self._exchange.cancel(account, order, "reduce_only")
            return
        quantity = self._available(account, listing, order, top)
        if quantity > 0 and share is not None:
            part = listing.floor_lot(quantity * share)
            quantity = part if part > 0 else quantity
        if quantity > 0:
            self._fill(account, listing, order, quantity, _price(order, top))

    def _available(self, account: Account, listing: Listing, order: Order, top: Top) -> Decimal:
        touch = top.ask if order.side == Side.BUY else top.bid
        if order.price is not None and (touch - order.price) * order.sign > 0:
            return ZERO
        quantity = min(order.remaining, listing.depth)
        if order.reduces:
            quantity = min(quantity, self._reducible(account, order))
        return quantity

    def _reducible(self, account: Account, order: Order) -> Decimal:
        return -account.held(order.symbol) * order.sign

    def _fill(self, account: Account, listing: Listing, order: Order, quantity: Decimal, price: Decimal) -> None:
        exchange = self._exchange
        fill = settle(account, listing, order, quantity, price, exchange.number(), exchange.clock())
        if not order.remaining:
            order.state = OrderState.FILLED
            account.working.pop(order.number, None)
        exchange.tell(Event(Change.TRADE, account, order.symbol, order, fill))
        exchange.tell(Event(Change.ACCOUNT, account, order.symbol, order, fill))
        brackets.after_fill(exchange, account, order, fill)
        if order.is_working and order.reduces and not self._reducible(account, order):
            exchange.cancel(account, order, "reduce_only")
        if listing.kind != Kind.SPOT and not account.held(listing.symbol):
            self._position_closed(account, listing)

    def _position_closed(self, account: Account, listing: Listing) -> None:
        """Resting orders that could only reduce go; those that wait for a price stay, as at the venues."""
        for order in self._exchange.open_orders(account, listing.symbol):
            follows = self._exchange.rules.legs_follow_position and order.group is not None
            if order.is_working and order.reduces and (order.state == OrderState.OPEN or follows):
                self._exchange.cancel(account, order, "position_closed")

    def _liquidate(self, account: Account, listing: Listing) -> None:
        """Close the position at market when equity no longer carries it; a debt left is forgiven, as insured."""
        state = self._exchange.funds(account, listing.settle)
        if state.equity > state.maintenance:
            return
        for order in self._exchange.open_orders(account, listing.symbol):
            if order.is_working:
                self._exchange.cancel(account, order, "liquidation")
        held = account.held(listing.symbol)
        ticket = Ticket(
            symbol=listing.symbol,
            side=Side.SELL if held > 0 else Side.BUY,
            quantity=abs(held),
            reduce_only=True,
            client_id=f"liquidation-{self._exchange.next_number}",
        )
        order = self._exchange.new_order(account, ticket)
        self._exchange.enter(account, order)
        balance = account.balances.get(listing.settle, ZERO)
        if balance < 0 and order.fills:
            account.book(listing.settle, "INSURANCE", -balance, order.fills[-1])


def _price(order: Order, top: Top) -> Decimal:
    touch = top.ask if order.side == Side.BUY else top.bid
    return order.price if order.rested and order.price is not None else touch
