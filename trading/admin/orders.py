"""Orders and fills."""

from django.contrib import admin

from signals.admin_ui import ReadOnlyAdmin, ReadOnlyInline, badge_column, plain_column
from trading.admin.columns import money_column
from trading.models import Fill, Order

_STATUS_KINDS = {"FILLED": "good", "REJECTED": "bad", "UNKNOWN": "bad", "PARTIALLY_FILLED": "warn", "SUBMITTED": "info"}
_SIDE_KINDS = {"BUY": "good", "SELL": "bad"}


def _order_currency(fill: Fill) -> str:
    return fill.order.account.currency


class FillInline(ReadOnlyInline):
    model = Fill
    fields = ("fill_id", "quantity", "price", "commission", "slippage", "market_time")


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "client_order_id",
        "account",
        "purpose",
        badge_column("side", _SIDE_KINDS),
        "symbol",
        plain_column("quantity"),
        plain_column("filled_quantity", "filled"),
        plain_column("average_price"),
        badge_column("status", _STATUS_KINDS),
        "reason",
        "created_at",
    )
    list_filter = ("status", "purpose", "side", "venue", "account")
    search_fields = ("client_order_id", "symbol", "account__name", "account__owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("account",)
    inlines = (FillInline,)


@admin.register(Fill)
class FillAdmin(ReadOnlyAdmin):
    list_display = (
        "fill_id",
        "order",
        plain_column("quantity"),
        plain_column("price"),
        money_column("commission", _order_currency),
        money_column("slippage", _order_currency),
        "market_time",
    )
    list_filter = ("order__venue", "order__purpose")
    search_fields = ("fill_id", "order__client_order_id", "order__symbol")
    date_hierarchy = "created_at"
    list_select_related = ("order__account",)
