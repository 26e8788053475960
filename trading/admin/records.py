"""The append-only records: the ledger and events."""

from django.contrib import admin

from signals.admin_ui import EMPTY, ReadOnlyAdmin, badge_column, pretty_json
from trading.admin.columns import account_currency, money_column
from trading.models import Event, EventType, LedgerEntry

_KIND_KINDS = {"DEPOSIT": "info", "TRADE_PNL": "plain", "COMMISSION": "warn", "RESET": "info"}
_TYPE_KINDS = {
    "error": "bad",
    "signal": "info",
    "trade_executed": "good",
    "trade_closed": "good",
    "balance_update": "plain",
    "status": "warn",
}


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "account",
        "sequence",
        badge_column("kind", _KIND_KINDS),
        money_column("amount", account_currency, signed=True),
        money_column("balance_before", account_currency),
        money_column("balance_after", account_currency),
        "trade_id",
        "market_time",
        "created_at",
    )
    list_filter = ("kind", "account")
    search_fields = ("idempotency_key", "account__name", "account__owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("account",)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "owner",
        badge_column("type", _TYPE_KINDS),
        "action",
        "account",
        "actor",
        "via",
        "created_at",
    )
    list_filter = ("type", "via", "account")
    search_fields = ("=number", "owner__username", "actor__username", "account__name")
    date_hierarchy = "created_at"
    list_select_related = ("owner", "account", "actor")
    exclude = ("payload",)
    readonly_fields = ("content",)

    @admin.display(description="action")
    def action(self, event: Event) -> str:
        """Of what was recorded for the audit."""
        return event.payload.get("action", EMPTY) if event.type == EventType.AUDIT else EMPTY

    @admin.display(description="payload")
    def content(self, event: Event) -> str:
        return pretty_json(event.payload)
