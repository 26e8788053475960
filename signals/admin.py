"""Admin pages of signals and webhook endpoints."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from signals.admin_ui import (
    DIRECTION_KINDS,
    ReadOnlyAdmin,
    StyledAdmin,
    badge,
    badge_column,
    column,
    plain_column,
    pretty_json,
)
from signals.models import Signal, WebhookEndpoint

_STATUS_KINDS = {"ACTIVE": "info", "EXECUTED": "good", "EXPIRED": "warn"}


def _confidence_badge(value: Any) -> Any:
    return badge("good" if value >= 0.8 else "info" if value >= 0.6 else "plain", f"{value:.0%}")


@admin.register(Signal)
class SignalAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "symbol",
        badge_column("direction", DIRECTION_KINDS),
        badge_column("status", _STATUS_KINDS),
        column("confidence", _confidence_badge),
        plain_column("entry_price", "entry"),
        plain_column("stop_loss", "stop"),
        "timeframe",
        "source",
        "strategy",
        "owner",
        "market_time",
    )
    list_filter = ("status", "direction", "source", "strategy", "market_type", "venue")
    search_fields = ("symbol", "strategy", "public_id", "owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("owner",)
    exclude = ("evidence",)
    readonly_fields = ("public_id", "why")

    @admin.display(description="evidence")
    def why(self, signal: Signal) -> str:
        return pretty_json(signal.evidence)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(StyledAdmin):
    """Addresses and signing secrets are shown once, to their owner, by the API: endpoints are made there."""

    list_display = ("name", "owner", "is_enabled", "created_at", "last_used_at")
    list_filter = ("is_enabled",)
    search_fields = ("name", "owner__username")
    list_select_related = ("owner",)
    fields = ("owner", "name", "is_enabled", "created_at", "last_used_at")
    readonly_fields = ("owner", "name", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
