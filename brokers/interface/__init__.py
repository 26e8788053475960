"""The one interface to every broker, and the value objects that go in and out of it."""

from brokers.interface.account import Balance, ConnectionState, ConnectionStatus, Position
from brokers.interface.broker import Broker, LiveBroker, Subscription
from brokers.interface.contract import ContractState, ContractStatus, ContractTerms, ContractType
from brokers.interface.credentials import Credentials, Environment, Secret
from brokers.interface.market import Candle, Capabilities, Instrument, PublicTrade, Quote
from brokers.interface.orders import (
    Bracket,
    Execution,
    OrderChange,
    OrderReport,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)

__all__ = [
    "Balance",
    "Bracket",
    "Broker",
    "Candle",
    "Capabilities",
    "ConnectionState",
    "ConnectionStatus",
    "ContractState",
    "ContractStatus",
    "ContractTerms",
    "ContractType",
    "Credentials",
    "Environment",
    "Execution",
    "Instrument",
    "LiveBroker",
    "OrderChange",
    "OrderReport",
    "OrderRequest",
    "OrderStatus",
    "OrderType",
    "Position",
    "PublicTrade",
    "Quote",
    "Secret",
    "Side",
    "Subscription",
    "TimeInForce",
]
