"""Client order ids: derived from what causes the order, so that a retry sends the broker the same one."""

import hashlib

from trading.models import Trade

_LENGTH = 32  # the shortest limit among the brokers (Delta Exchange)


def _derived(*parts: object) -> str:
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()
    return f"sg{digest}"[:_LENGTH]


def entry_order_id(signal_id: object, session_id: int) -> str:
    """The id of the entry order of a decision: a decision is one signal's (by public id) in one session."""
    return _derived(signal_id, session_id, "entry")


def exit_order_id(trade: Trade, attempt: int) -> str:
    """The id of the trade's exit order number `attempt`, counted from 0 over orders that ended without a fill."""
    return _derived(trade.account_id, trade.pk, trade.created_at.isoformat(), "exit", attempt)


def leg_order_id(trade: Trade, purpose: str, broker_order_id: str) -> str:
    """The id under which we keep a stop or target that the broker holds for the trade."""
    return _derived(trade.account_id, trade.pk, purpose, broker_order_id)
