"""What the brokers hold: contracts, and where their books differ from ours. The brokers alone write them."""

from django.contrib import admin

from signals.admin_ui import ReadOnlyAdmin, badge_column
from trading.admin.columns import account_currency, money_column
from trading.models import Contract, Difference

_STATUS_KINDS = {"open": "info", "won": "good", "lost": "bad", "sold": "plain", "cancelled": "warn"}
_DIFFERENCE_KINDS = {
    "BALANCE": "warn",
    "POSITION": "bad",
    "EXTERNAL_ORDER": "warn",
    "MISSING_STOP": "bad",
    "UNKNOWN_ORDER": "bad",
}


@admin.register(Contract)
class ContractAdmin(ReadOnlyAdmin):
    list_display = (
        "contract_id",
        "account",
        "contract_type",
        badge_column("status", _STATUS_KINDS),
        money_column("stake", account_currency),
        money_column("payout", account_currency),
        money_column("profit", account_currency, signed=True),
        "multiplier",
        "trade_id",
        "settled_at",
        "updated_at",
    )
    list_filter = ("status", "contract_type", "account")
    search_fields = ("contract_id", "account__name", "account__owner__username")
    date_hierarchy = "updated_at"
    list_select_related = ("account",)


@admin.register(Difference)
class DifferenceAdmin(ReadOnlyAdmin):
    list_display = (
        "account",
        badge_column("kind", _DIFFERENCE_KINDS),
        "subject",
        "ours",
        "theirs",
        "since",
        "seen_at",
        "resolved_at",
    )
    list_filter = ("kind", ("resolved_at", admin.EmptyFieldListFilter), "account")
    search_fields = ("subject", "message", "account__name", "account__owner__username")
    date_hierarchy = "since"
    list_select_related = ("account",)
