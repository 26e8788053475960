"""Orders and fills of the simulated exchange."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from brokers.interface import Side
from brokers.simulator.exchange.listing import ZERO


class OrderKind(StrEnum):
    """The last four wait for `stop_price`; then they are a market order, or a limit one at `price`."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"
    STOP_LIMIT = "STOP_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"

    @property
    def waits(self) -> bool:
        return self not in (OrderKind.MARKET, OrderKind.LIMIT)

    @property
    def has_limit(self) -> bool:
        return self in (OrderKind.LIMIT, OrderKind.STOP_LIMIT, OrderKind.TAKE_PROFIT_LIMIT)

    @property
    def is_stop(self) -> bool:
        return self in (OrderKind.STOP, OrderKind.STOP_LIMIT)


class OrderState(StrEnum):
    UNTRIGGERED = "UNTRIGGERED"
    OPEN = "OPEN"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"


class Lifetime(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class LegsWhen(StrEnum):
    """When a bracket's legs are placed, and for how much."""

    FIRST_FILL = "first_hit"  # whole, with the first fill
    COMPLETE_FILL = "complete_fill"  # when the entry is filled
    EACH_FILL = "incremental"  # for as much as is filled


class Refused(Exception):
    """The exchange does not take an order, or a change; `code` is stable, each wire has its own name for it.

    `missing` is how much settlement currency more an order would need.
    """

    def __init__(self, code: str, message: str, missing: Decimal = ZERO) -> None:
        super().__init__(message)
        self.code = code
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Leg:
    """A bracket's exit: on the other side than the entry, reduce-only."""

    kind: OrderKind
    stop_price: Decimal | None = None
    price: Decimal | None = None
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is asked. `close_position`: whatever the position is when it triggers. `extra`: kept for the wire.

    `partial`: the fault; the order fills in part at first, the rest with later ticks.
    """

    symbol: str
    side: Side
    quantity: Decimal
    kind: OrderKind = OrderKind.MARKET
    price: Decimal | None = None
    stop_price: Decimal | None = None
    lifetime: Lifetime = Lifetime.GTC
    post_only: bool = False
    reduce_only: bool = False
    close_position: bool = False
    client_id: str = ""
    legs: tuple[Leg, ...] = ()
    legs_when: LegsWhen = LegsWhen.EACH_FILL
    partial: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fill:
    """`quantity` in the venue's units, `fee` and `realized` profit in `currency`, time in epoch seconds."""

    number: int
    order_id: int
    client_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal
    currency: str
    realized: Decimal
    maker: bool
    time: float


@dataclass(slots=True)
class Order:
    """An order in the book or out of it. `reason` says why it was cancelled: user, ioc, fok, reduce_only, oco, …

    `group` ties a bracket's legs: what one fills is taken off the others. `parent` is the entry's id, `leg_ids` its
    legs'. `rested`: it waited in the book, so that it fills at its own price and pays the maker's fee.
    """

    number: int
    account_id: str
    ticket: Ticket
    quantity: Decimal
    price: Decimal | None
    stop_price: Decimal | None
    state: OrderState
    created: float
    updated: float
    filled: Decimal = ZERO
    cost: Decimal = ZERO
    fills: list[Fill] = field(default_factory=list)
    triggered: bool = False
    rested: bool = False
    reason: str = ""
    group: int | None = None
    parent: int | None = None
    leg_ids: list[int] = field(default_factory=list)

    @property
    def symbol(self) -> str:
        return self.ticket.symbol

    @property
    def side(self) -> Side:
        return self.ticket.side

    @property
    def kind(self) -> OrderKind:
        return self.ticket.kind

    @property
    def client_id(self) -> str:
        return self.ticket.client_id

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled

    @property
    def is_working(self) -> bool:
        return self.state in (OrderState.OPEN, OrderState.UNTRIGGERED)

    @property
    def reduces(self) -> bool:
        return self.ticket.reduce_only or self.ticket.close_position

    @property
    def average(self) -> Decimal | None:
        """Average price of the fills."""
        return self.cost / self.filled if self.filled else None

    @property
    def sign(self) -> int:
        return 1 if self.side == Side.BUY else -1
