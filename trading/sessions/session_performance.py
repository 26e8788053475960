"""A session's results over all its trades, summed in the database."""

from decimal import Decimal
from typing import Any

from django.db import connection
from rest_framework import serializers

from trading.accounts.performance import PerformanceSerializer, results_of
from trading.models import AutoTradingSession, Trade, TradeStatus
from trading.models.fields import MONEY_PLACES
from trading.money import format_money

# How far the sum of results has fallen below its highest so far (0 before the first trade), at the deepest.
_DEEPEST_FALL = """
    SELECT MAX((CASE WHEN peak > 0 THEN peak ELSE 0 END) - total) FROM (
        SELECT total, MAX(total) OVER (ORDER BY closed_at, id) AS peak FROM (
            SELECT id, closed_at, SUM(realized_pnl) OVER (ORDER BY closed_at, id) AS total
            FROM trading_trade WHERE session_id = %s AND status = 'CLOSED'
        ) AS totals
    ) AS peaks
"""
_CENT = Decimal("0.01")


class SessionPerformanceSerializer(PerformanceSerializer):  # type: ignore[misc, valid-type]
    """`trades` counts closed ones; `max_drawdown` is of the session's own results, account currency."""

    total_trades = None  # type: ignore[assignment]
    trades = serializers.IntegerField()
    max_drawdown = serializers.CharField()
    max_drawdown_formatted = serializers.CharField()


def session_performance(session: AutoTradingSession) -> dict[str, Any]:
    """Money in account currency, net of fees, null where there is none. Rows need their account selected."""
    currency = session.account.currency
    results = results_of(Trade.objects.filter(session=session, status=TradeStatus.CLOSED).order_by(), currency)
    fall = deepest_fall(session.pk)
    return {
        "trades": results.pop("total_trades"),
        **results,
        "max_drawdown": f"{fall.quantize(_CENT):f}",
        "max_drawdown_formatted": format_money(fall, currency),
    }


def deepest_fall(session_id: int) -> Decimal:
    """The largest fall of the session's summed results from their highest before, account currency; 0 without any."""
    with connection.cursor() as cursor:
        cursor.execute(_DEEPEST_FALL, [session_id])
        (found,) = cursor.fetchone()
    return Decimal(max(0, int(found or 0))).scaleb(-MONEY_PLACES)
