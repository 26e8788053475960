"""Trades: looked at, noted on, and closed through the service."""

from typing import Any

import redis
from django import forms
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
    pretty_json,
)
from trading.accounts.valuation import attach_marks
from trading.admin.actions import carry_out
from trading.admin.columns import account_currency, money_column, signed_money
from trading.exits import journal, manage
from trading.models import Contract, LevelChange, Order, Trade

_STATUS_KINDS = {"OPEN": "info", "CLOSED": "plain", "PENDING": "warn", "CLOSING": "warn", "FAILED": "bad"}
_REASON_KINDS = {
    "STOP_LOSS": "bad",
    "TAKE_PROFIT": "good",
    "TRAILING_STOP": "good",
    "BREAK_EVEN": "plain",
    "TIME": "info",
    "MANUAL": "info",
    "KILL_SWITCH": "bad",
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


class LevelChangeInline(ReadOnlyInline):
    """The trail of its stop."""

    model = LevelChange
    fields = ("market_time", "stop_loss", "take_profit", "moved_by")
    verbose_name_plural = "stop and target"


class JournalForm(forms.ModelForm):
    class Meta:
        model = Trade
        fields = journal.FIELDS

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = journal.NotesSerializer(data=cleaned)
        if not asked.is_valid():
            for name, told in asked.errors.items():
                self.add_error(name, str(told[0]) if isinstance(told, list) else "Entry by entry: " + str(dict(told)))
        return cleaned


_MONEY = ("margin", "realized_pnl", "fees", "funding", "slippage", "mae", "mfe")
_SHOWN = tuple(field.name for field in Trade._meta.fields if field.name not in (*_MONEY, *journal.FIELDS, "exit_plan"))
_MONEY_COLUMNS: tuple[Any, ...] = (
    money_column("margin", account_currency),
    money_column("realized_pnl", account_currency, signed=True, title="realized P&L"),
    money_column("fees", account_currency),
    money_column("funding", account_currency, signed=True),
    money_column("slippage", account_currency),
    money_column("mae", account_currency, signed=True, title="MAE"),
    money_column("mfe", account_currency, signed=True, title="MFE"),
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
    inlines = (ContractInline, LevelChangeInline, OrderInline)
    form = JournalForm
    readonly_fields = (*_SHOWN, *_MONEY_COLUMNS, "plan")
    fieldsets = (
        (None, {"fields": (*_SHOWN, *_MONEY_COLUMNS, "plan")}),
        ("Journal", {"fields": journal.FIELDS}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of its journal: all else is read-only."""
        return bool(request.user.has_perm("trading.change_trade"))

    def save_model(self, request: HttpRequest, obj: Trade, form: Any, change: bool) -> None:
        journal.write(trade_id=obj.pk, changes={name: form.cleaned_data[name] for name in form.changed_data})

    @admin.display(description="exit plan")
    def plan(self, trade: Trade) -> str:
        return pretty_json(trade.exit_plan) if trade.exit_plan else EMPTY

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MarkedChangeList

    def has_close_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    @admin.action(description="Close selected trades at the market", permissions=["close"])
    def close_trades(self, request: HttpRequest, queryset: "QuerySet[Trade]") -> None:
        carry_out(self, request, queryset, lambda trade: manage.close_part(trade_id=trade.pk), "closed")

    @admin.display(description="exit / now")
    def price_now(self, trade: Any) -> str:
        return plain(trade.exit_price if trade.exit_price is not None else trade.current_price)

    @admin.display(description="P&L", ordering="realized_pnl")
    def profit(self, trade: Any) -> str:
        """Realized of a closed trade, unrealized of an open one."""
        amount = trade.realized_pnl if trade.status == "CLOSED" else trade.unrealized_pnl
        return signed_money(amount, trade.account.currency) if trade.entry_price is not None else EMPTY
