"""Alerts, and where people are told of them. Addresses and tokens are not shown: they go in through the API alone."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from signals.admin_ui import ReadOnlyAdmin, badge, badge_column, column
from trading.admin.actions import Refused, carry_out
from trading.alerts import alerts
from trading.models import Alert, DeliveryStatus, NotificationChannel, NotificationDelivery, Severity, TelegramBot
from trading.notifications import channels
from trading.telegram import bots

_SEVERITY_KINDS = {Severity.INFO: "info", Severity.WARNING: "warn", Severity.CRITICAL: "bad"}
_STATUS_KINDS = {"SENT": "good", "FAILED": "bad", "PENDING": "info", "QUIET": "plain"}


def _severity(name: str) -> Any:
    return column(name, lambda value: badge(_SEVERITY_KINDS[Severity(value)], Severity(value).name))


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "owner", _severity("severity"), "kind", "message", "account", "read_at")
    list_filter = ("kind", "severity", "account")
    search_fields = ("message", "code", "owner__username", "account__name")
    date_hierarchy = "created_at"
    list_select_related = ("owner", "account")
    actions = ("mark_read",)

    def has_read_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("trading.change_alert"))

    @admin.action(description="Mark selected alerts as read", permissions=["read"])
    def mark_read(self, request: HttpRequest, queryset: "QuerySet[Alert]") -> None:
        carry_out(
            self,
            request,
            queryset,
            lambda row: alerts.mark_read(owner_id=row.owner_id, alert_ids=[row.pk]),
            "marked as read",
        )


class _ChannelPermissions(ReadOnlyAdmin):
    """Rows that are not changed by hand: their actions go through the services."""

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(f"trading.change_{self.opts.model_name}"))

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(f"trading.delete_{self.opts.model_name}"))


@admin.register(NotificationChannel)
class NotificationChannelAdmin(_ChannelPermissions):
    list_display = (
        "label",
        "owner",
        "service",
        "is_enabled",
        _severity("min_severity"),
        "kinds",
        "quiet_from",
        "quiet_until",
        "time_zone",
        "key_id",
    )
    fields = (
        "owner",
        "label",
        "service",
        "is_enabled",
        "min_severity",
        "kinds",
        "quiet_from",
        "quiet_until",
        "time_zone",
        "key_id",
        "created_at",
    )
    list_filter = ("service", "is_enabled", "key_id")
    search_fields = ("label", "service", "owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("owner",)
    actions = ("send_test", "switch_on", "switch_off", "remove_channels")

    @admin.action(description="Send a test message to selected channels", permissions=["switch"])
    def send_test(self, request: HttpRequest, queryset: "QuerySet[NotificationChannel]") -> None:
        carry_out(self, request, queryset, _send_test, "sent")

    @admin.action(description="Switch selected channels on", permissions=["switch"])
    def switch_on(self, request: HttpRequest, queryset: "QuerySet[NotificationChannel]") -> None:
        carry_out(self, request, queryset, lambda row: _switch(row, True), "switched on")

    @admin.action(description="Switch selected channels off", permissions=["switch"])
    def switch_off(self, request: HttpRequest, queryset: "QuerySet[NotificationChannel]") -> None:
        carry_out(self, request, queryset, lambda row: _switch(row, False), "switched off")

    @admin.action(description="Remove selected channels", permissions=["remove"])
    def remove_channels(self, request: HttpRequest, queryset: "QuerySet[NotificationChannel]") -> None:
        carry_out(self, request, queryset, lambda row: channels.remove(channel_id=row.pk), "removed")


def _send_test(channel: NotificationChannel) -> None:
    delivery = channels.send_test(channel=channel)
    if delivery.status != DeliveryStatus.SENT:
        raise Refused(delivery.error)


def _switch(channel: NotificationChannel, is_enabled: bool) -> None:
    channels.change(channel_id=channel.pk, changes={"is_enabled": is_enabled})


@admin.register(NotificationDelivery)
class NotificationDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("alert", "channel", badge_column("status", _STATUS_KINDS), "attempts", "due_at", "sent_at", "error")
    list_filter = ("status", "channel__service")
    search_fields = ("alert__message", "channel__label", "channel__owner__username")
    date_hierarchy = "due_at"
    list_select_related = ("alert", "channel")


@admin.register(TelegramBot)
class TelegramBotAdmin(_ChannelPermissions):
    list_display = ("username", "owner", "is_enabled", "is_linked", "ignored", "error", "key_id", "created_at")
    fields = ("owner", "username", "is_enabled", "is_linked", "ignored", "error", "key_id", "created_at")
    list_filter = ("is_enabled", "key_id")
    search_fields = ("username", "owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("owner",)
    actions = ("switch_off", "remove_bots")

    @admin.display(description="linked", boolean=True)
    def is_linked(self, bot: TelegramBot) -> bool:
        return bot.chat_id is not None

    @admin.action(description="Switch selected bots off", permissions=["switch"])
    def switch_off(self, request: HttpRequest, queryset: "QuerySet[TelegramBot]") -> None:
        carry_out(
            self, request, queryset, lambda row: bots.switch(owner_id=row.owner_id, is_enabled=False), "switched off"
        )

    @admin.action(description="Remove selected bots", permissions=["remove"])
    def remove_bots(self, request: HttpRequest, queryset: "QuerySet[TelegramBot]") -> None:
        carry_out(self, request, queryset, lambda row: bots.remove(owner_id=row.owner_id), "removed")
