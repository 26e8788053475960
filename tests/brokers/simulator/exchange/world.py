"""An exchange over a market that moves only when it is told to."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from brokers.interface import Side
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange, VenueRules
from brokers.simulator.exchange.events import Event
from brokers.simulator.exchange.listing import Kind, Listing
from brokers.simulator.exchange.orders import Order, OrderKind, Refused, Ticket
from brokers.simulator.market import SimMarket
from brokers.simulator.prices import Character

D = Decimal
COIN = Character("COIN", "FUTURES", 1_000, 0.5, 0.01, 1e-6, noise=1e-3)


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


def listing(kind: Kind = Kind.LINEAR, **changes: object) -> Listing:
    """LIN is settled in USD, INV in COIN; a unit is a hundredth of a coin, or 10 USD."""
    names = {Kind.LINEAR: "LIN", Kind.INVERSE: "INV", Kind.SPOT: "COIN_USD"}
    sizes = {Kind.LINEAR: D("0.01"), Kind.INVERSE: D(10), Kind.SPOT: D(1)}
    values: dict[str, object] = {
        "number": list(Kind).index(kind) + 1,
        "symbol": names[kind],
        "underlying": "COIN",
        "kind": kind,
        "base": "COIN",
        "quote": "USD",
        "tick_size": D("0.5"),
        "lot_size": D(1),
        "min_quantity": D(1),
        "max_quantity": D(100_000),
        "depth": D(10_000),
        "contract_size": sizes[kind],
    }
    return Listing(**{**values, **changes})  # type: ignore[arg-type]


class Venue:
    """An exchange with one account, and all that it told."""

    def __init__(self, listings: Sequence[Listing] = (), rules: VenueRules | None = None, seed: int = 1) -> None:
        self.market = SimMarket([COIN], seed, Clock())
        self.account = Account(1, "key", "secret", {"USD": D(10_000), "COIN": D(10)})
        self.exchange = Exchange(
            "test",
            listings or [listing(Kind.LINEAR), listing(Kind.INVERSE), listing(Kind.SPOT)],
            [self.account],
            rules or VenueRules(),
            self.market,
            Clock(),
            seed,
        )
        self.events: list[Event] = []
        self.exchange.add_listener(self.events.append)

    def price(self, price: float) -> None:
        self.market.set_price("COIN", price)

    def changes(self) -> list[str]:
        return [str(event.change) for event in self.events]


def balances_explained(account: Account) -> bool:
    """Whether each balance is what it began with and its ledger entries."""
    for currency, balance in account.balances.items():
        entries = sum((entry.amount for entry in account.ledger if entry.currency == currency), D(0))
        if balance != account.initial.get(currency, D(0)) + entries:
            return False
    return True


def positions_explained(account: Account) -> bool:
    """Whether each position is the sum of its fills, and each order's fills its filled quantity."""
    for symbol in {fill.symbol for fill in account.fills}:
        total = sum((f.quantity if f.side == "BUY" else -f.quantity for f in account.fills if f.symbol == symbol), D(0))
        if symbol != "COIN_USD" and account.held(symbol) != total:
            return False
    return all(
        order.filled == sum((fill.quantity for fill in order.fills), D(0)) and 0 <= order.filled <= order.quantity
        for order in account.orders.values()
    )


def place(venue: Venue, side: Side, quantity: int, kind: OrderKind = OrderKind.MARKET, **rest: object) -> Order:
    symbol = str(rest.pop("symbol", "LIN"))
    return venue.exchange.place(venue.account, Ticket(symbol, side, D(quantity), kind, **rest))  # type: ignore[arg-type]


def refusal(venue: Venue, *args: object, **rest: object) -> str:
    before = (len(venue.account.orders), dict(venue.account.balances), len(venue.events))
    with pytest.raises(Refused) as caught:
        place(venue, *args, **rest)  # type: ignore[arg-type]
    assert before == (len(venue.account.orders), dict(venue.account.balances), len(venue.events))
    return caught.value.code
