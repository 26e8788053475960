"""Backtests and their trials: looked at here, asked for through the API."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from analytics.jobs import control
from analytics.models import ACTIVE, Backtest, Trial
from signals.admin_ui import ReadOnlyAdmin, badge_column, pretty_json
from trading.admin.actions import Refused, carry_out

_STATUS_KINDS = {"QUEUED": "info", "RUNNING": "info", "DONE": "good", "FAILED": "bad", "CANCELLED": "plain"}


@admin.register(Backtest)
class BacktestAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "owner", "name", "kind", badge_column("status", _STATUS_KINDS), "progress", "created_at", "started_at",
        "finished_at", "error",
    )  # fmt: skip
    fields = (
        "owner", "name", "kind", "status", "progress", "error", "config_json",
        "data_json", "search_json", "runner", "beat_at", "attempts", "created_at",
        "started_at", "finished_at",
    )  # fmt: skip
    list_filter = ("status", "kind")
    search_fields = ("name", "owner__username", "error")
    date_hierarchy = "created_at"
    list_select_related = ("owner",)
    actions = ("cancel_backtests",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Backtest]":
        return super().get_queryset(request).defer("figures", "validation")

    @admin.display(description="trials")
    def progress(self, backtest: Backtest) -> str:
        return f"{backtest.done:,} of {backtest.total:,}"

    @admin.display(description="config")
    def config_json(self, backtest: Backtest) -> SafeString:
        return pretty_json(backtest.config)

    @admin.display(description="data")
    def data_json(self, backtest: Backtest) -> SafeString:
        return pretty_json(backtest.data)

    @admin.display(description="search")
    def search_json(self, backtest: Backtest) -> SafeString:
        return pretty_json(backtest.search)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("analytics.change_backtest"))

    @admin.action(description="Cancel selected backtests", permissions=["cancel"])
    def cancel_backtests(self, request: HttpRequest, queryset: "QuerySet[Backtest]") -> None:
        carry_out(self, request, queryset, _cancel, "cancelled")


def _cancel(backtest: Backtest) -> None:
    if backtest.status not in ACTIVE:
        raise Refused(f"It is {backtest.status} already.")
    control.cancel(backtest_id=backtest.pk)


@admin.register(Trial)
class TrialAdmin(ReadOnlyAdmin):
    list_display = ("backtest", "number", "fold", "sample", badge_column("status", _STATUS_KINDS), "score", "error")
    fields = (
        "backtest", "number", "fold", "sample", "status", "score", "params_json",
        "figures_json", "error", "runner", "beat_at", "attempts",
    )  # fmt: skip
    list_filter = ("status", "sample")
    list_select_related = ("backtest",)
    search_fields = ("backtest__id", "backtest__owner__username")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Trial]":
        return super().get_queryset(request).defer("returns")

    @admin.display(description="params")
    def params_json(self, trial: Trial) -> SafeString:
        return pretty_json(trial.params)

    @admin.display(description="figures")
    def figures_json(self, trial: Trial) -> SafeString:
        return pretty_json(trial.figures)
