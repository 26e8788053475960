"""Admin page of the instrument cache."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from brokers.models import InstrumentRecord


@admin.register(InstrumentRecord)
class InstrumentAdmin(admin.ModelAdmin):
    """What the venues said last; they alone write it."""

    list_display = (
        "symbol",
        "venue",
        "market_type",
        "tick_size",
        "lot_size",
        "min_quantity",
        "min_notional",
        "contract_size",
        "max_leverage",
        "updated_at",
    )
    list_filter = ("venue", "market_type")
    search_fields = ("symbol",)
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
