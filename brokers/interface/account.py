"""What a broker says of an account: money, positions, and the connection to it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from brokers.interface.orders import Side


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency: `total` is cash, `free` what is not reserved, `equity` with unrealized profit."""

    currency: str
    total: Decimal
    free: Decimal
    equity: Decimal


@dataclass(frozen=True, slots=True)
class Position:
    """An open position: `quantity` above 0 in base units (contracts), prices per unit, profit in quote currency.

    `side` is BUY for a long one. `position_id` is the contract id at a broker that sells contracts.
    """

    symbol: str
    side: Side
    quantity: Decimal
    entry_price: Decimal
    mark_price: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    leverage: Decimal | None = None
    liquidation_price: Decimal | None = None
    position_id: str = ""


class ConnectionState(StrEnum):
    DISCONNECTED = "DISCONNECTED"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"
    DEGRADED = "DEGRADED"  # connected, but a stream is silent or polled in place of it
    REFUSED = "REFUSED"  # the credentials are not accepted: no use in trying again


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """Times in epoch seconds (None: never); `latency_ms` of the last round trip; `error` is fit to be shown."""

    state: ConnectionState
    latency_ms: float | None = None
    connected_at: float | None = None
    last_reconnect_at: float | None = None
    reconnects: int = 0
    error: str = ""
