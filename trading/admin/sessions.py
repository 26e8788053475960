"""Auto-trading sessions: what they listen to, and whether they run."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from signals.admin_ui import EMPTY, StyledAdmin, badge_column
from signals.strategies.registry import strategy_key
from trading import sessions
from trading.admin.actions import carry_out
from trading.admin.session_forms import SessionForm
from trading.models import AutoTradingSession, SessionStatus

_STATUS_KINDS = {"RUNNING": "good", "PAUSED": "warn", "STOPPED": "plain", "HALTED": "bad"}


@admin.register(AutoTradingSession)
class SessionAdmin(StyledAdmin):
    form = SessionForm
    list_display = (
        "name",
        "account",
        badge_column("status", _STATUS_KINDS),
        "status_reason",
        "venue",
        "timeframe",
        "strategy_names",
        "symbol_names",
        "started_at",
    )
    list_filter = ("status", "venue", "timeframe", "account")
    search_fields = ("name", "account__name", "account__owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("account",)
    readonly_fields = ("status", "status_reason", "started_at", "created_at")
    actions = ("run_sessions", "pause_sessions", "stop_sessions")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("account", *self.readonly_fields) if obj is not None else self.readonly_fields

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: AutoTradingSession, form: Any, change: bool) -> None:
        """Writes what was changed and no more: the status may have moved since the page was loaded."""
        obj.strategy_keys = [strategy_key(item["name"], item["params"]) for item in obj.strategies]
        obj.save(update_fields=[*form.changed_data, "strategy_keys"] if change else None)
        sessions.announce_status(obj.account)

    @admin.action(description="Run selected sessions", permissions=["change"])
    def run_sessions(self, request: HttpRequest, queryset: "QuerySet[AutoTradingSession]") -> None:
        self._set(request, queryset, SessionStatus.RUNNING)

    @admin.action(description="Pause selected sessions", permissions=["change"])
    def pause_sessions(self, request: HttpRequest, queryset: "QuerySet[AutoTradingSession]") -> None:
        self._set(request, queryset, SessionStatus.PAUSED)

    @admin.action(description="Stop selected sessions", permissions=["change"])
    def stop_sessions(self, request: HttpRequest, queryset: "QuerySet[AutoTradingSession]") -> None:
        self._set(request, queryset, SessionStatus.STOPPED)

    def _set(self, request: HttpRequest, queryset: "QuerySet[AutoTradingSession]", status: SessionStatus) -> None:
        carry_out(self, request, queryset, lambda row: sessions.set_status(row.pk, status), f"set {status.lower()}")

    @admin.display(description="strategies")
    def strategy_names(self, session: AutoTradingSession) -> str:
        return ", ".join(item["name"] for item in session.strategies) or EMPTY

    @admin.display(description="symbols")
    def symbol_names(self, session: AutoTradingSession) -> str:
        return ", ".join(session.symbols) or "all"
