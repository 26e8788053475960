"""An account of the simulated exchange: its money, its positions, and the ledger that explains the money."""

from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulator.exchange.listing import ZERO, money
from brokers.simulator.exchange.orders import Fill, Order


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """`kind`: REALIZED_PNL, COMMISSION, TRADE (spot), INSURANCE. `amount` is signed, `time` epoch seconds."""

    number: int
    time: float
    currency: str
    kind: str
    amount: Decimal
    symbol: str
    order_id: int
    fill_number: int


@dataclass(slots=True)
class Position:
    """`quantity` signed, in the venue's units; `entry` price is an average; `updated` in epoch seconds."""

    symbol: str
    quantity: Decimal = ZERO
    entry: Decimal = ZERO
    realized: Decimal = ZERO
    updated: float = 0.0


@dataclass(slots=True)
class Account:
    """`initial` is what it began with, by currency; `balances` is that and the sum of the ledger."""

    number: int
    key: str
    secret: str = field(repr=False)
    initial: dict[str, Decimal]
    balances: dict[str, Decimal] = field(default_factory=dict)
    ledger: list[LedgerEntry] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    leverage: dict[str, Decimal] = field(default_factory=dict)
    margin_modes: dict[str, str] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    by_client_id: dict[str, list[Order]] = field(default_factory=dict)
    working: dict[int, Order] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.balances = dict(self.initial)

    def position(self, symbol: str) -> Position:
        return self.positions.setdefault(symbol, Position(symbol))

    def held(self, symbol: str) -> Decimal:
        """Signed quantity, 0 without a position."""
        position = self.positions.get(symbol)
        return position.quantity if position else ZERO

    def book(self, currency: str, kind: str, amount: Decimal, fill: Fill) -> None:
        """Write the ledger and move the balance, together."""
        amount = money(amount)
        if not amount:
            return
        entry = LedgerEntry(
            len(self.ledger) + 1, fill.time, currency, kind, amount, fill.symbol, fill.order_id, fill.number
        )
        self.ledger.append(entry)
        self.balances[currency] = self.balances.get(currency, ZERO) + amount
