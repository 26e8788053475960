"""A session beside its paper twin: what live fills cost against the paper ones, trade by trade and in sum."""

from typing import Any

from django.db.models import Avg, Case, Count, F, FloatField, Q, Sum, Value, When
from django.db.models.functions import Cast
from rest_framework import serializers

from trading.models import AutoTradingSession, Decision, Trade

# A decision's live trade, and the twin's: the rows are the twin's decisions.
_LIVE, _TWIN = "shadow_of__order__trade", "order__trade"


class SideSerializer(serializers.Serializer):
    """One side of a pair; prices per unit, money in the account's currency."""

    trade = serializers.IntegerField()
    status = serializers.CharField()
    quantity = serializers.CharField()
    entry_price = serializers.CharField(allow_null=True)
    exit_price = serializers.CharField(allow_null=True)
    exit_reason = serializers.CharField(allow_null=True)
    fees = serializers.CharField()
    realized_pnl = serializers.CharField()
    opened_at = serializers.DateTimeField(allow_null=True, source="opened_wall")
    closed_at = serializers.DateTimeField(allow_null=True, source="closed_wall")


class PairSerializer(serializers.Serializer):
    """Slippage: what the live fill cost more than the paper one, percent of the paper price; below 0 it was cheaper."""

    decision = serializers.IntegerField()
    symbol = serializers.CharField()
    direction = serializers.CharField()
    live = SideSerializer()
    shadow = SideSerializer()
    entry_slippage_percent = serializers.FloatField(allow_null=True)
    exit_slippage_percent = serializers.FloatField(allow_null=True)
    entry_delay_seconds = serializers.FloatField(
        allow_null=True, help_text="Of the live entry after paper's, by the clock."
    )
    pnl_difference = serializers.CharField(allow_null=True, help_text="Live less paper, of trades that both closed.")


class TotalsSerializer(serializers.Serializer):
    pairs = serializers.IntegerField()
    closed = serializers.IntegerField(help_text="Pairs of which both sides have closed; the sums are theirs.")
    live_only_failed = serializers.IntegerField(help_text="Entries that paper filled and the broker did not.")
    same_exit_reason = serializers.IntegerField()
    average_entry_slippage_percent = serializers.FloatField(allow_null=True)
    average_exit_slippage_percent = serializers.FloatField(allow_null=True)
    live_pnl = serializers.CharField()
    shadow_pnl = serializers.CharField()
    pnl_difference = serializers.CharField()
    live_fees = serializers.CharField()
    shadow_fees = serializers.CharField()


class ShadowReportSerializer(serializers.Serializer):
    session = serializers.IntegerField()
    shadow = serializers.IntegerField()
    shadow_account = serializers.IntegerField()
    totals = TotalsSerializer()
    pairs = PairSerializer(many=True, help_text="The latest, newest first.")


def shadow_report(session: AutoTradingSession, twin: AutoTradingSession, limit: int = 50) -> dict[str, Any]:
    """Sums over all pairs, worked out in the database, and the latest `limit` pairs."""
    paired = Decision.objects.filter(session=twin, shadow_of__isnull=False, order__isnull=False)
    latest = paired.select_related(_TWIN, _LIVE, "signal").order_by("-id")[:limit]
    body = {
        "session": session.pk,
        "shadow": twin.pk,
        "shadow_account": twin.account_id,
        "totals": _totals(paired),
        "pairs": [_pair(decision) for decision in latest],
    }
    return dict(ShadowReportSerializer(body).data)


def _totals(paired: Any) -> dict[str, Any]:
    closed = Q(**{f"{_LIVE}__status": "CLOSED", f"{_TWIN}__status": "CLOSED"})
    failed = Q(**{f"{_LIVE}__status__in": ["FAILED", "CANCELLED"], f"{_TWIN}__entry_price__isnull": False})
    sums = paired.aggregate(
        pairs=Count("id"),
        closed=Count("id", filter=closed),
        live_only_failed=Count("id", filter=failed),
        same_exit_reason=Count("id", filter=closed & Q(**{f"{_LIVE}__exit_reason": F(f"{_TWIN}__exit_reason")})),
        entry=Avg(_cost("entry_price", 1.0)),
        exit=Avg(_cost("exit_price", -1.0)),
        live_pnl=Sum(f"{_LIVE}__realized_pnl", filter=closed),
        shadow_pnl=Sum(f"{_TWIN}__realized_pnl", filter=closed),
        live_fees=Sum(f"{_LIVE}__fees", filter=closed),
        shadow_fees=Sum(f"{_TWIN}__fees", filter=closed),
    )
    money = {name: sums[name] or 0 for name in ("live_pnl", "shadow_pnl", "live_fees", "shadow_fees")}
    return {
        **{name: sums[name] for name in ("pairs", "closed", "live_only_failed", "same_exit_reason")},
        "average_entry_slippage_percent": sums["entry"],
        "average_exit_slippage_percent": sums["exit"],
        **{name: f"{value:f}" for name, value in money.items()},
        "pnl_difference": f"{money['live_pnl'] - money['shadow_pnl']:f}",
    }


def _cost(column: str, side: float) -> Any:
    """What live paid more than paper at this price, percent of paper's; `side` is 1 for entries and -1 for exits."""
    live, twin = (Cast(f"{name}__{column}", FloatField()) for name in (_LIVE, _TWIN))
    sign = Case(When(**{f"{_TWIN}__direction": "LONG"}, then=Value(side)), default=Value(-side))
    return sign * (live - twin) / twin * Value(100.0)


def _pair(decision: Decision) -> dict[str, Any]:
    live, twin = decision.shadow_of.order.trade, decision.order.trade  # type: ignore[union-attr]
    closed = live.status == twin.status == "CLOSED"
    delay = (live.opened_wall - twin.opened_wall).total_seconds() if live.opened_wall and twin.opened_wall else None
    return {
        "decision": decision.shadow_of_id,
        "symbol": twin.symbol,
        "direction": twin.direction,
        "live": _side(live),
        "shadow": _side(twin),
        "entry_slippage_percent": _apart(live, twin, "entry_price", 1),
        "exit_slippage_percent": _apart(live, twin, "exit_price", -1) if closed else None,
        "entry_delay_seconds": delay,
        "pnl_difference": f"{live.realized_pnl - twin.realized_pnl:f}" if closed else None,
    }


def _apart(live: Trade, twin: Trade, column: str, side: int) -> float | None:
    paid, meant = getattr(live, column), getattr(twin, column)
    if paid is None or meant is None:
        return None
    return float(side * twin.direction_sign * (paid - meant) / meant * 100)


def _side(trade: Trade) -> dict[str, Any]:
    return {
        "trade": trade.pk,
        "status": trade.status,
        "quantity": f"{trade.quantity.normalize():f}",
        "entry_price": None if trade.entry_price is None else f"{trade.entry_price.normalize():f}",
        "exit_price": None if trade.exit_price is None else f"{trade.exit_price.normalize():f}",
        "exit_reason": trade.exit_reason or None,
        "fees": f"{trade.fees:f}",
        "realized_pnl": f"{trade.realized_pnl:f}",
        "opened_wall": trade.opened_wall,
        "closed_wall": trade.closed_wall,
    }
