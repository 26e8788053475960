"""Orders: what is asked, and what became of it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from brokers.interface.contract import ContractState, ContractTerms


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> "Side":
        return Side.SELL if self == Side.BUY else Side.BUY


class OrderType(StrEnum):
    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"  # becomes a market order when the price touches stop_price against the position
    TAKE_PROFIT = "TAKE_PROFIT"  # the same, in its favor


class TimeInForce(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class OrderStatus(StrEnum):
    NEW = "NEW"
    SUBMITTED = "SUBMITTED"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"

    @property
    def is_final(self) -> bool:
        return self in (OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class Bracket:
    """The stop loss and take profit that an entry brings with it, prices per unit. When one fills, the other goes."""

    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None

    def __post_init__(self) -> None:
        if self.stop_loss is None and self.take_profit is None:
            raise ValueError("stop_loss: a bracket has a stop, a target, or both")
        for name in ("stop_loss", "take_profit"):
            price = getattr(self, name)
            if price is not None and not price > 0:
                raise ValueError(f"{name}: must be above 0, not {price}")


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What to order. `quantity` in base units (contracts where the instrument counts them), prices per unit.

    `limit_price` for LIMIT, `stop_price` for STOP and TAKE_PROFIT. `leverage` is set before the order, where given.
    `contract` makes it a contract purchase: `quantity` is then the stake. `position_id` names the contract that a
    reduce-only order sells.
    For paper exits: `trigger_price` is the level (or the gap's open) that set the exit off, and with `resting` the
    order waited there and fills at that price.
    """

    client_order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    leverage: Decimal | None = None
    bracket: Bracket | None = None
    contract: ContractTerms | None = None
    position_id: str = ""
    trigger_price: float | None = None
    resting: bool = False


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An amendment; None leaves as it is. `stop_loss` and `take_profit` are the bracket's, prices per unit.

    `leg_quantity` is what the bracket's legs are to close (base units), where that is not all that the entry has
    filled: part of it is closed already. `drop_stop` and `drop_target` take that leg away.
    """

    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    leg_quantity: Decimal | None = None
    drop_stop: bool = False
    drop_target: bool = False


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill: base units, price per unit, market time in epoch seconds. Commission in the currency that the market
    is settled in: quote, or base for an inverse contract.

    `fill_id` is the broker's own, the same every time the fill is told.
    """

    fill_id: str
    quantity: Decimal
    price: Decimal
    commission: Decimal
    time: float


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What became of an order: its state, its executions so far, and the broker's reason where it refused.

    `stop_order_id` and `target_order_id` name the bracket's legs where the broker holds them; `stop_in_force` is
    whether its stop rests there now, `stop_refused` that it was asked for and not taken (`reason` says which rule):
    `stop_order_id` is then the order with which the adapter closed the position, "" where that is left to the caller.
    The legs' prices per unit and quantities (all of them together) are None where the broker does not tell them, their
    client order ids "" where they have none: what a triggered leg becomes may get another order id, and keeps this one.
    `contract` is the contract's state, for one.
    """

    status: OrderStatus
    executions: tuple[Execution, ...] = ()
    reason: str = ""
    order_id: str = ""
    client_order_id: str = ""
    symbol: str = ""
    side: Side | None = None
    quantity: Decimal | None = None
    type: OrderType = OrderType.MARKET
    reduce_only: bool = False
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    stop_order_id: str = ""
    target_order_id: str = ""
    stop_in_force: bool = False
    stop_refused: bool = False
    stop_client_id: str = ""
    stop_level: Decimal | None = None
    stop_quantity: Decimal | None = None
    target_client_id: str = ""
    target_level: Decimal | None = None
    target_quantity: Decimal | None = None
    contract: ContractState | None = None

    @property
    def filled_quantity(self) -> Decimal:
        """Base units, the sum of the executions."""
        return sum((execution.quantity for execution in self.executions), Decimal(0))
