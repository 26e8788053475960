"""An account in one answer: its results, what it holds, and what it closed last."""

from typing import Any

from rest_framework import serializers

from trading.accounts.performance import PerformanceSerializer, performance
from trading.models import Account, Trade, TradeStatus
from trading.serializers import AccountSerializer, TradeSerializer, render_account, render_trades

_MOST_OPEN = 500
_RECENT = 20


class SummarySerializer(serializers.Serializer):
    account = AccountSerializer()
    performance = PerformanceSerializer()
    open_positions = TradeSerializer(many=True)
    recent_trades = TradeSerializer(many=True)


def summary_body(account: Account) -> dict[str, Any]:
    """Positions that are being closed at a broker are open still."""
    own = Trade.objects.filter(account=account).select_related("account", "session", "signal")
    held = own.filter(status__in=[TradeStatus.OPEN, TradeStatus.CLOSING])
    return {
        "account": render_account(account),
        "performance": performance(account),
        "open_positions": render_trades(held[:_MOST_OPEN]),
        "recent_trades": render_trades(own.filter(status=TradeStatus.CLOSED)[:_RECENT]),
    }
