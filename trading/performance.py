"""An account's results since its last reset, summed in the database."""

from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q, Sum

from trading.models import Account, Trade, TradeStatus


def performance(account: Account) -> dict[str, Any]:
    """Figures over closed trades; money in account currency, net of fees. Profit factor is null without a loss."""
    trades = Trade.objects.filter(account=account, status=TradeStatus.CLOSED).order_by()
    if account.reset_at is not None:
        trades = trades.filter(closed_wall__gt=account.reset_at)
    won, lost = Q(realized_pnl__gt=0), Q(realized_pnl__lt=0)
    sums = trades.aggregate(
        total_trades=Count("id"),
        winning_trades=Count("id", filter=won),
        losing_trades=Count("id", filter=lost),
        total_pnl=Sum("realized_pnl"),
        fees_paid=Sum("fees"),
        slippage=Sum("slippage"),
        gross_profit=Sum("realized_pnl", filter=won),
        gross_loss=Sum("realized_pnl", filter=lost),
        best_trade=Max("realized_pnl"),
        worst_trade=Min("realized_pnl"),
        average_duration=Avg(F("closed_at") - F("opened_at")),
    )
    profit, loss = sums.pop("gross_profit") or Decimal(0), sums.pop("gross_loss") or Decimal(0)
    duration = sums.pop("average_duration")
    money = {name: _text(sums[name]) for name in ("total_pnl", "fees_paid", "slippage", "best_trade", "worst_trade")}
    return {
        **sums,
        **money,
        "win_rate_percent": round(100 * sums["winning_trades"] / max(1, sums["total_trades"]), 2),
        "average_win": _text(_mean(profit, sums["winning_trades"])),
        "average_loss": _text(_mean(loss, sums["losing_trades"])),
        "profit_factor": round(float(profit / -loss), 3) if loss else None,
        "average_duration_seconds": duration.total_seconds() if duration else None,
    }


def _mean(total: Decimal, count: int) -> Decimal | None:
    return total / count if count else None


def _text(value: Decimal | None) -> str:
    return f"{(value or Decimal(0)).quantize(Decimal('0.01'))}"
