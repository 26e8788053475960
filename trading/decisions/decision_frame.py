"""A decision as its event shows it. Written out by hand: the serializer that the API uses takes four times as long for
a decision's forty gates, and a signal may be decided on a thousand times.
"""

from datetime import datetime
from typing import Any

from signals.serializers import plain_decimal
from trading.models import Decision


def render_decision(decision: Decision) -> dict[str, Any]:
    """What DecisionSerializer makes of a decision that was just made; one that was approved has its order set."""
    signal, session = decision.signal, decision.session
    order = decision._state.fields_cache.get("order")
    return {
        "id": decision.pk,
        "signal": str(signal.public_id),
        "session": decision.session_id,
        "session_name": session.name,
        "account": decision.account_id,
        "symbol": signal.symbol,
        "direction": signal.direction,
        "verdict": str(decision.verdict),
        "reason": decision.reason,
        "gates": decision.gates,
        "plan": decision.plan,
        "algorithm": decision.algorithm_id,
        "quantity": plain_decimal(decision.quantity),
        "notional": plain_decimal(decision.notional),
        "order": order.client_order_id if order else None,
        "trade": order.trade_id if order else None,
        "created_at": _iso(decision.created_at),
        "market_time": _iso(decision.market_time),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
