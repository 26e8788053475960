"""Auto-trading sessions: what they listen to, and whether they run."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from signals.admin_ui import EMPTY, ReadOnlyInline, StyledAdmin, badge_column, pretty_json
from trading.admin.actions import carry_out
from trading.admin.session_forms import SessionForm
from trading.models import AlgorithmConfig, AutoTradingSession
from trading.sessions import sessions

_STATUS_KINDS = {"RUNNING": "good", "PAUSED": "warn", "STOPPED": "plain", "HALTED": "bad"}
_SHOWN = (
    "status",
    "status_reason",
    "started_at",
    "halted_by",
    "halted_at",
    "halted_until",
    "peak_equity",
    "algorithm",
    "shadow_of",
    "created_at",
)


class AlgorithmInline(ReadOnlyInline):
    """Every version of what the session was told."""

    model = AlgorithmConfig
    fk_name = "session"
    fields = ("version", "created_at", "created_by", "settings")
    readonly_fields = fields
    ordering = ("-version",)
    verbose_name_plural = "versions"
    show_change_link = False

    @admin.display(description="settings")
    def settings(self, version: AlgorithmConfig) -> str:
        return pretty_json(version.config)


@admin.register(AutoTradingSession)
class SessionAdmin(StyledAdmin):
    form = SessionForm
    list_display = (
        "name",
        "account",
        badge_column("status", _STATUS_KINDS),
        "status_reason",
        "halted_until",
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
    readonly_fields = _SHOWN
    inlines = (AlgorithmInline,)
    actions = ("start_sessions", "pause_sessions", "resume_sessions", "stop_sessions", "kill_sessions")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A paper twin is told what its session is told, and a closed account stays as it is."""
        fixed = obj is not None and (obj.shadow_of_id is not None or obj.account.is_closed)
        return super().has_change_permission(request, obj) and not fixed

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("account", *self.readonly_fields) if obj is not None else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: AutoTradingSession, form: Any, change: bool) -> None:
        """Through the services, and no more than was changed: the status may have moved since the page was loaded."""
        values = form.cleaned_data
        if change:
            sessions.update_session(session_id=obj.pk, changes={name: values[name] for name in form.changed_data})
            return
        settings = {name: value for name, value in values.items() if name != "account"}
        obj.pk = sessions.add_session(account_id=values["account"].pk, values=settings).pk

    @admin.action(description="Start selected sessions", permissions=["change"])
    def start_sessions(self, request: HttpRequest, queryset: "QuerySet[AutoTradingSession]") -> None:
        self._each(request, queryset, sessions.start, "started")

    @admin.action(description="Pause selected sessions", permissions=["change"])
    def pause_sessions(self, request: HttpRequest, queryset: "QuerySet[AutoTradingSession]") -> None:
        self._each(request, queryset, sessions.pause, "paused")

    @admin.action(description="Resume selected sessions", permissions=["change"])
    def resume_sessions(self, request: HttpRequest, queryset: "QuerySet[AutoTradingSession]") -> None:
        self._each(request, queryset, sessions.resume, "resumed")

    @admin.action(description="Stop selected sessions", permissions=["change"])
    def stop_sessions(self, request: HttpRequest, queryset: "QuerySet[AutoTradingSession]") -> None:
        self._each(request, queryset, sessions.stop, "stopped")

    @admin.action(description="Kill selected sessions (their positions stay open)", permissions=["change"])
    def kill_sessions(self, request: HttpRequest, queryset: "QuerySet[AutoTradingSession]") -> None:
        self._each(request, queryset, sessions.kill, "killed")

    def _each(
        self,
        request: HttpRequest,
        queryset: "QuerySet[AutoTradingSession]",
        service: Callable[..., AutoTradingSession],
        done: str,
    ) -> None:
        carry_out(self, request, queryset, lambda row: service(session_id=row.pk), done)

    @admin.display(description="strategies")
    def strategy_names(self, session: AutoTradingSession) -> str:
        return ", ".join(item["name"] for item in session.strategies) or EMPTY

    @admin.display(description="symbols")
    def symbol_names(self, session: AutoTradingSession) -> str:
        return ", ".join(session.symbols) or "all"
