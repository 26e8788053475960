"""Results of trades, summed in the database: an account's since its last reset."""

from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet, Sum
from rest_framework import serializers

from trading.models import Account, Trade, TradeStatus
from trading.money import format_money

_CENT = Decimal("0.01")
# Money; the signed ones are profits and losses.
_SIGNED = ("total_pnl", "average_win", "average_loss", "average_trade", "best_trade", "worst_trade", "funding")
_UNSIGNED = ("fees_paid", "slippage")


class _Figures(serializers.Serializer):
    total_trades = serializers.IntegerField()
    winning_trades = serializers.IntegerField()
    losing_trades = serializers.IntegerField()
    win_rate_percent = serializers.FloatField()
    profit_factor = serializers.FloatField(
        allow_null=True, help_text="Gross profit by gross loss; null without a loss."
    )
    average_duration_seconds = serializers.FloatField(allow_null=True, help_text="Market seconds from entry to exit.")


_money = {name: serializers.CharField(allow_null=True) for name in (*_SIGNED, *_UNSIGNED)}
_twins = {f"{name}_formatted": serializers.CharField(allow_null=True) for name in _money}
PerformanceSerializer = type("PerformanceSerializer", (_Figures,), {**_money, **_twins})


def performance(account: Account) -> dict[str, Any]:
    """Figures over trades closed since the reset; money in account currency, net of fees and funding, null where there
    is none."""
    trades = Trade.objects.filter(account=account, status=TradeStatus.CLOSED).order_by()
    if account.reset_at is not None:
        trades = trades.filter(closed_wall__gt=account.reset_at)
    return results_of(trades, account.currency)


def results_of(trades: "QuerySet[Trade]", currency: str) -> dict[str, Any]:
    """The same figures over these (closed) trades."""
    won, lost = Q(realized_pnl__gt=0), Q(realized_pnl__lt=0)
    sums = trades.aggregate(
        total=Count("id"),
        wins=Count("id", filter=won),
        losses=Count("id", filter=lost),
        pnl=Sum("realized_pnl"),
        fees=Sum("fees"),
        slippage=Sum("slippage"),
        funding=Sum("funding"),
        profit=Sum("realized_pnl", filter=won),
        loss=Sum("realized_pnl", filter=lost),
        best=Max("realized_pnl"),
        worst=Min("realized_pnl"),
        duration=Avg(F("closed_at") - F("opened_at")),
    )
    zero = Decimal(0)
    pnl, profit, loss = (sums[name] or zero for name in ("pnl", "profit", "loss"))
    money = {
        "total_pnl": pnl,
        "average_win": _mean(profit, sums["wins"]),
        "average_loss": _mean(loss, sums["losses"]),
        "average_trade": _mean(pnl, sums["total"]),
        "best_trade": sums["best"],
        "worst_trade": sums["worst"],
        "fees_paid": sums["fees"] or zero,
        "slippage": sums["slippage"] or zero,
        "funding": sums["funding"] or zero,
    }
    return {
        "total_trades": sums["total"],
        "winning_trades": sums["wins"],
        "losing_trades": sums["losses"],
        "win_rate_percent": round(100 * sums["wins"] / max(1, sums["total"]), 2),
        "profit_factor": round(float(profit / -loss), 3) if loss else None,
        "average_duration_seconds": sums["duration"].total_seconds() if sums["duration"] is not None else None,
        **{name: None if value is None else f"{value.quantize(_CENT):f}" for name, value in money.items()},
        **{f"{name}_formatted": _formatted(name, value, currency) for name, value in money.items()},
    }


def _mean(total: Decimal, count: int) -> Decimal | None:
    return total / count if count else None


def _formatted(name: str, value: Decimal | None, currency: str) -> str | None:
    return None if value is None else format_money(value, currency, signed=name in _SIGNED)
