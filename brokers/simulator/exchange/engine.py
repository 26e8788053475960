"""The simulated exchange: takes orders, matches them against the market's ticks, keeps the accounts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from brokers.interface import Quote
from brokers.simulator.exchange import brackets
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.checks import check_band, check_price, check_quantity, check_ticket, is_hit
from brokers.simulator.exchange.events import Change, Event, Listener
from brokers.simulator.exchange.listing import ZERO, Listing, Top
from brokers.simulator.exchange.margin import Funds, funds, shortfall
from brokers.simulator.exchange.matching import Matcher
from brokers.simulator.exchange.orders import Order, OrderKind, OrderState, Refused, Ticket
from brokers.simulator.market import SimMarket

MAX_WORKING = 200


@dataclass(frozen=True, slots=True)
class VenueRules:
    """How venues differ. `client_ids`: unique "always", among "open" orders, or "never" looked at.

    `legs_follow_position`: a bracket's legs are cancelled when their position is closed by something else.
    """

    client_ids: str = "open"
    legs_follow_position: bool = False


class Exchange:
    """One venue. Every change is told to the listeners, as it happens, before the call returns.

    Numbers of orders, fills and brackets come from one row, so that none of them is the same.
    """

    def __init__(
        self,
        venue: str,
        listings: Iterable[Listing],
        accounts: Iterable[Account],
        rules: VenueRules,
        market: SimMarket,
        clock: Callable[[], float],
        seed: int,
    ) -> None:
        self.venue = venue
        self.listings: Mapping[str, Listing] = {listing.symbol: listing for listing in listings}
        self.accounts: Mapping[str, Account] = {account.key: account for account in accounts}
        self.rules = rules
        self.market = market
        self.clock = clock
        self.next_number = 1_000_001
        self._listeners: list[Listener] = []
        self._matcher = Matcher(self, seed)
        market.add_listener(self._on_quote)

    def add_listener(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def remove_listener(self, listener: Listener) -> None:
        """One that is not there is left out silently: sockets close more than once."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def emit(self, change: Change, account: Account, order: Order) -> None:
        self.tell(Event(change, account, order.symbol, order))

    def tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def number(self) -> int:
        self.next_number += 1
        return self.next_number

    # What is known

    def listing(self, symbol: str) -> Listing:
        """Raises Refused (unknown_symbol)."""
        found = self.listings.get(symbol)
        if found is None:
            raise Refused("unknown_symbol", f"symbol: {symbol!r} is not listed")
        return found

    def top(self, symbol: str, *, stale: bool = False) -> Top:
        """Top of book on the listing's ticks; `stale`: as it was some ticks ago. Raises Refused (unknown_symbol)."""
        listing = self.listing(symbol)
        quote = self.market.stale_quote(listing.underlying) if stale else self.market.quote(listing.underlying)
        return self.top_of(listing, quote)

    def top_of(self, listing: Listing, quote: Quote) -> Top:
        """A tick of the market as the listing's book shows it."""
        bid = listing.floor_tick(Decimal(str(quote.bid)))
        ask = listing.ceil_tick(Decimal(str(quote.ask)))
        last = listing.floor_tick(Decimal(str(quote.last)))
        return Top(max(bid, listing.tick_size), ask, max(last, listing.tick_size), quote.time)

    def funds(self, account: Account, currency: str) -> Funds:
        return funds(account, currency, self.listings, self.top)

    def find(self, account: Account, *, number: int | None = None, client_id: str = "") -> Order | None:
        """By number, else the latest with the client id; None where there is none."""
        if number is not None:
            return account.orders.get(number)
        named = account.by_client_id.get(client_id, []) if client_id else []
        working = [order for order in named if order.is_working]
        found = working or named
        return found[-1] if found else None

    def open_orders(self, account: Account, symbol: str | None = None) -> list[Order]:
        return [order for order in account.working.values() if symbol in (None, order.symbol)]

    # What is asked

    def place(self, account: Account, ticket: Ticket) -> Order:
        """Take the order and match it as far as it goes now. Raises Refused, with nothing changed."""
        listing = self.listing(ticket.symbol)
        top = self.top(ticket.symbol)
        check_ticket(ticket, listing, top)
        self._check_client_id(account, ticket.client_id)
        if len(account.working) >= MAX_WORKING:
            raise Refused("max_orders", f"at most {MAX_WORKING} orders may be open")
        order = self.new_order(account, ticket)
        if ticket.kind.waits:
            if is_hit(ticket.kind, ticket.side, order.stop_price or ZERO, top.last):
                raise Refused("would_trigger", "the order would trigger at once")
        else:
            self._check_takes(account, listing, order, top)
        brackets.check_legs(ticket, order.price or top.mark, top)
        self.enter(account, order)
        return order

    def new_order(self, account: Account, ticket: Ticket) -> Order:
        now = self.clock()
        state = OrderState.UNTRIGGERED if ticket.kind.waits else OrderState.OPEN
        return Order(
            number=self.number(),
            account_id=account.key,
            ticket=ticket,
            quantity=ticket.quantity,
            price=ticket.price,
            stop_price=ticket.stop_price,
            state=state,
            created=now,
            updated=now,
        )

    def enter(self, account: Account, order: Order) -> None:
        """Put a sound order in the book, tell it, and match it."""
        account.orders[order.number] = account.working[order.number] = order
        if order.client_id:
            account.by_client_id.setdefault(order.client_id, []).append(order)
        self.emit(Change.NEW, account, order)
        if order.state == OrderState.OPEN:
            self._matcher.arrive(account, order)

    def cancel(self, account: Account, order: Order, reason: str = "user") -> Order:
        """Take what is left of it out of the book. Raises Refused (not_open) where nothing is left."""
        if not order.is_working:
            raise Refused("not_open", f"order {order.number} is {order.state.lower()}")
        order.state = OrderState.CANCELLED
        order.reason = reason
        order.updated = self.clock()
        account.working.pop(order.number, None)
        self.emit(Change.CANCELLED, account, order)
        return order

    def cancel_all(self, account: Account, symbol: str | None = None) -> list[Order]:
        return [self.cancel(account, order) for order in self.open_orders(account, symbol) if order.is_working]

    def amend(
        self,
        account: Account,
        order: Order,
        *,
        quantity: Decimal | None = None,
        price: Decimal | None = None,
        stop_price: Decimal | None = None,
    ) -> Order:
        """Change what is given; `quantity` is the whole, with what is filled. Raises Refused, with nothing changed."""
        if not order.is_working:
            raise Refused("not_open", f"order {order.number} is {order.state.lower()}")
        listing, top = self.listing(order.symbol), self.top(order.symbol)
        self._check_change(order, listing, top, quantity, price, stop_price)
        before = (order.quantity, order.price, order.stop_price)
        order.quantity = order.quantity if quantity is None else quantity
        order.price = order.price if price is None else price
        order.stop_price = order.stop_price if stop_price is None else stop_price
        if order.state == OrderState.OPEN and not order.reduces:
            del account.working[order.number]
            missing = shortfall(account, listing, order, order.price or top.ask, self.listings, self.top)
            account.working[order.number] = order
            if missing:
                order.quantity, order.price, order.stop_price = before
                raise Refused("insufficient_margin", "the margin does not suffice", missing)
        order.updated = self.clock()
        self.emit(Change.AMENDED, account, order)
        if order.state == OrderState.OPEN:
            self._matcher.arrive(account, order)
        return order

    def set_leverage(self, account: Account, symbol: str, leverage: Decimal) -> None:
        """Raises Refused (leverage, insufficient_margin)."""
        listing = self.listing(symbol)
        if not 1 <= leverage <= listing.max_leverage:
            raise Refused("leverage", f"leverage: from 1 to {listing.max_leverage}, not {leverage}")
        before = account.leverage.get(symbol)
        account.leverage[symbol] = leverage
        state = self.funds(account, listing.settle)
        if state.position_margin + state.order_margin > max(ZERO, state.equity):
            if before is None:
                del account.leverage[symbol]
            else:
                account.leverage[symbol] = before
            raise Refused("insufficient_margin", "the margin does not suffice for that leverage")
        self.tell(Event(Change.LEVERAGE, account, symbol))

    # Inside

    def _check_client_id(self, account: Account, client_id: str) -> None:
        named = account.by_client_id.get(client_id, []) if client_id else []
        if self.rules.client_ids == "open":
            named = [order for order in named if order.is_working]
        if named and self.rules.client_ids != "never":
            raise Refused("duplicate_client_id", f"client order id {client_id!r} is already in use")

    def _check_takes(self, account: Account, listing: Listing, order: Order, top: Top) -> None:
        crosses = order.price is None or (order.price >= top.ask if order.sign > 0 else order.price <= top.bid)
        if order.ticket.post_only and crosses:
            raise Refused("post_only", "the order would take, and is post-only")
        if order.reduces:
            if account.held(order.symbol) * order.sign >= 0:
                raise Refused("reduce_only", "there is no position that the order could reduce")
        elif missing := shortfall(account, listing, order, order.price or top.ask, self.listings, self.top):
            raise Refused("insufficient_margin", "the margin does not suffice", missing)

    def _check_change(
        self,
        order: Order,
        listing: Listing,
        top: Top,
        quantity: Decimal | None,
        price: Decimal | None,
        stop_price: Decimal | None,
    ) -> None:
        if quantity is not None:
            check_quantity(quantity, listing)
            if quantity <= order.filled:
                raise Refused("bad_quantity", f"quantity: {order.filled} of the order is filled already")
        if price is not None:
            check_price(price, listing, "price")
            if order.price is None:
                raise Refused("bad_price", "price: a market order has none")
            if order.kind == OrderKind.LIMIT:
                check_band(order.side, price, listing, top)
            if order.ticket.post_only and (price >= top.ask if order.sign > 0 else price <= top.bid):
                raise Refused("post_only", "the order would take, and is post-only")
        if stop_price is not None:
            check_price(stop_price, listing, "stop_price")
            if order.state != OrderState.UNTRIGGERED:
                raise Refused("bad_price", "stop_price: the order does not wait for one")
            if is_hit(order.kind, order.side, stop_price, top.last):
                raise Refused("would_trigger", "the order would trigger at once")

    def _on_quote(self, quote: Quote) -> None:
        for listing in self.listings.values():
            if listing.underlying == quote.symbol:
                for account in self.accounts.values():
                    self._matcher.tick(account, listing)
