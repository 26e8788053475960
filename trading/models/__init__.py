from trading.models.account import Account, AccountMode
from trading.models.contract import Contract
from trading.models.decision import Decision, Verdict
from trading.models.difference import Difference, DifferenceKind
from trading.models.event import Event, EventCounter, EventType
from trading.models.exit_checkpoint import ExitCheckpoint
from trading.models.idempotency import IdempotencyKey
from trading.models.ledger import EntryKind, EquityPoint, LedgerEntry
from trading.models.order import PENDING_STATUSES, Fill, Order, OrderPurpose, OrderStatus, OrderType
from trading.models.session import AutoTradingSession, SessionStatus
from trading.models.trade import LIVE_STATUSES, ExitReason, StopHolder, Trade, TradeStatus

__all__ = [
    "LIVE_STATUSES",
    "PENDING_STATUSES",
    "Account",
    "AccountMode",
    "AutoTradingSession",
    "Contract",
    "Decision",
    "Difference",
    "DifferenceKind",
    "EntryKind",
    "EquityPoint",
    "Event",
    "EventCounter",
    "EventType",
    "ExitCheckpoint",
    "ExitReason",
    "Fill",
    "IdempotencyKey",
    "LedgerEntry",
    "Order",
    "OrderPurpose",
    "OrderStatus",
    "OrderType",
    "SessionStatus",
    "StopHolder",
    "Trade",
    "TradeStatus",
    "Verdict",
]
