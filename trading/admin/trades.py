"""Trades: looked at, and closed through the service."""

from typing import Any

import redis
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from signals.admin_ui import (
    DIRECTION_KINDS,
    EMPTY,
    ReadOnlyAdmin,
    ReadOnlyInline,
    badge_column,
    plain,
    plain_column,
)
from trading import paper
from trading.admin.actions import carry_out
from trading.admin.columns import account_currency, money_column, signed_money
from trading.models import Contract, Order, Trade
from trading.valuation import attach_marks

_STATUS_KINDS = {"OPEN": "info", "CLOSED": "plain", "PENDING": "warn", "CLOSING": "warn", "FAILED": "bad"}
_REASON_KINDS = {
    "STOP_LOSS": "bad",
    "TAKE_PROFIT": "good",
    "MANUAL": "info",
    "EMERGENCY": "bad",
    "STOP_OUT": "bad",
    "EXTERNAL": "warn",
    "LATE_FILL": "warn",
}


def _mark(trades: list[Trade]) -> None:
    """Current prices for the page; a market that cannot be asked has none."""
    try:
        attach_marks(trades)
    except redis.RedisError:
        for trade in trades:
            trade.current_price = trade.unrealized_pnl = None  # type: ignore[attr-defined]


class MarkedChangeList(ChangeList):
    """Marks the page's trades to the market, all in one go."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)  # type: ignore[assignment]
        _mark(self.result_list)  # type: ignore[arg-type]


class OrderInline(ReadOnlyInline):
    model = Order
    fields = ("client_order_id", "purpose", "side", "quantity", "filled_quantity", "average_price", "status", "reason")


class ContractInline(ReadOnlyInline):
    model = Contract
    fields = (
        "contract_id",
        "contract_type",
        "status",
        "stake",
        "payout",
        "multiplier",
        "bid_price",
        "sell_price",
        "profit",
        "expires_at",
        "settled_at",
    )


@admin.register(Trade)
class TradeAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "account",
        "symbol",
        badge_column("direction", DIRECTION_KINDS),
        badge_column("status", _STATUS_KINDS),
        "profit",
        plain_column("quantity"),
        plain_column("entry_price", "entry"),
        "price_now",
        plain_column("stop_loss", "stop"),
        "stop_held",
        plain_column("take_profit", "target"),
        badge_column("exit_reason", _REASON_KINDS),
        "strategy",
        "opened_at",
        "closed_at",
    )
    list_filter = ("status", "direction", "exit_reason", "market_type", "strategy", "venue", "account")
    search_fields = ("symbol", "strategy", "account__name", "account__owner__username", "signal__public_id")
    date_hierarchy = "created_at"
    list_select_related = ("account",)
    actions = ("close_trades",)
    inlines = (ContractInline, OrderInline)
    exclude = ("margin", "realized_pnl", "fees", "slippage")
    readonly_fields = (  # type: ignore[assignment]  # columns are callables, which the stubs do not foresee
        money_column("margin", account_currency),
        money_column("realized_pnl", account_currency, signed=True, title="realized P&L"),
        money_column("fees", account_currency),
        money_column("slippage", account_currency),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MarkedChangeList

    def has_close_permission(self, request: HttpRequest) -> bool:
        """Trades cannot be changed, but who might change them may close them."""
        return bool(request.user.has_perm("trading.change_trade"))

    @admin.action(description="Close selected trades at the market", permissions=["close"])
    def close_trades(self, request: HttpRequest, queryset: "QuerySet[Trade]") -> None:
        carry_out(self, request, queryset, lambda trade: paper.close_by_hand(trade.pk), "closed")

    @admin.display(description="exit / now")
    def price_now(self, trade: Any) -> str:
        return plain(trade.exit_price if trade.exit_price is not None else trade.current_price)

    @admin.display(description="P&L", ordering="realized_pnl")
    def profit(self, trade: Any) -> str:
        """Realized of a closed trade, unrealized of an open one."""
        amount = trade.realized_pnl if trade.status == "CLOSED" else trade.unrealized_pnl
        return signed_money(amount, trade.account.currency) if trade.entry_price is not None else EMPTY
