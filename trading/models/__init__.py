from trading.models.account import Account, AccountMode
from trading.models.decision import Decision, Verdict
from trading.models.event import Event, EventCounter, EventType
from trading.models.exit_checkpoint import ExitCheckpoint
from trading.models.idempotency import IdempotencyKey
from trading.models.ledger import EntryKind, EquityPoint, LedgerEntry
from trading.models.order import Fill, Order, OrderPurpose, OrderStatus
from trading.models.session import AutoTradingSession, SessionStatus
from trading.models.trade import LIVE_STATUSES, ExitReason, Trade, TradeStatus

__all__ = [
    "LIVE_STATUSES",
    "Account",
    "AccountMode",
    "AutoTradingSession",
    "Decision",
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
    "SessionStatus",
    "Trade",
    "TradeStatus",
    "Verdict",
]
