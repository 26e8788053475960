"""What the exchange tells those who listen, in the order in which it happens."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.orders import Fill, Order


class Change(StrEnum):
    NEW = "NEW"
    TRIGGERED = "TRIGGERED"
    AMENDED = "AMENDED"
    TRADE = "TRADE"
    CANCELLED = "CANCELLED"
    ACCOUNT = "ACCOUNT"  # position and balance moved, by a fill
    LEVERAGE = "LEVERAGE"


@dataclass(frozen=True, slots=True)
class Event:
    """`order` for changes of an order; `fill` for a TRADE, and for the ACCOUNT change that follows it."""

    change: Change
    account: Account
    symbol: str
    order: Order | None = None
    fill: Fill | None = None


Listener = Callable[[Event], None]
