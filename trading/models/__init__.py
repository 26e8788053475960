from trading.models.account import Account, AccountMode
from trading.models.alert import Alert, AlertKind, Severity
from trading.models.algorithm import AlgorithmConfig
from trading.models.contract import Contract
from trading.models.decision import Decision, Verdict
from trading.models.difference import Difference, DifferenceKind
from trading.models.event import Event, EventCounter, EventType
from trading.models.exit_checkpoint import ExitCheckpoint
from trading.models.idempotency import IdempotencyKey
from trading.models.kill_switch import KillSwitch
from trading.models.ledger import EntryKind, EquityPoint, LedgerEntry
from trading.models.level_change import LevelChange
from trading.models.notification import DeliveryStatus, NotificationChannel, NotificationDelivery, TelegramBot
from trading.models.order import PENDING_STATUSES, Fill, Order, OrderPurpose, OrderStatus, OrderType
from trading.models.session import AutoTradingSession, SessionStatus
from trading.models.trade import LIVE_STATUSES, ExitReason, StopHolder, StopMover, Trade, TradeStatus

__all__ = [
    "LIVE_STATUSES",
    "PENDING_STATUSES",
    "Account",
    "AccountMode",
    "Alert",
    "AlertKind",
    "AlgorithmConfig",
    "AutoTradingSession",
    "Contract",
    "Decision",
    "DeliveryStatus",
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
    "KillSwitch",
    "LedgerEntry",
    "LevelChange",
    "NotificationChannel",
    "NotificationDelivery",
    "Order",
    "OrderPurpose",
    "OrderStatus",
    "OrderType",
    "SessionStatus",
    "Severity",
    "StopHolder",
    "StopMover",
    "TelegramBot",
    "Trade",
    "TradeStatus",
    "Verdict",
]
