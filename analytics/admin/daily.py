"""Daily results: what the figures are summed from."""

from django.contrib import admin

from analytics.models import DailyPerformance
from signals.admin_ui import ReadOnlyAdmin
from trading.admin.columns import account_currency, money_column


@admin.register(DailyPerformance)
class DailyPerformanceAdmin(ReadOnlyAdmin):
    list_display = (
        "day",
        "account",
        "session",
        "symbol",
        "strategy",
        "source",
        "trades",
        "wins",
        "losses",
        money_column("pnl", account_currency, signed=True, title="P&L"),
        money_column("fees", account_currency),
        money_column("slippage", account_currency),
        money_column("funding", account_currency, signed=True),
        "since_reset",
    )
    list_filter = ("since_reset", "source", "strategy", "account")
    search_fields = ("symbol", "strategy", "account__name", "account__owner__username", "session__name")
    date_hierarchy = "day"
    list_select_related = ("account", "session")
    ordering = ("-day", "account")
