"""Published track records: what they show, and whether they hold. Their owners change them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from analytics.models import TrackRecord
from analytics.track_record import records
from signals.admin_ui import EMPTY, ReadOnlyAdmin, badge
from trading.admin.actions import carry_out


@admin.register(TrackRecord)
class TrackRecordAdmin(ReadOnlyAdmin):
    list_display = ("title", "owner", "account", "session", "state", "holds", "show_amounts", "checked_at")
    list_filter = ("is_published", "show_amounts", "account__mode")
    search_fields = ("title", "slug", "owner__username")
    list_select_related = ("owner", "account", "session", "check_up")
    fields = ("title", "owner", "account", "session", "slug", "show_amounts", "state", "holds", "problem", "checked_at")
    readonly_fields = ("state", "holds", "problem", "checked_at")
    actions = ("unpublish",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[TrackRecord]":
        heavy = ("columns", "tally", "figures", "amounts")
        return super().get_queryset(request).defer(*(f"check_up__{name}" for name in heavy))

    def has_unpublish_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Take it off the air", permissions=["unpublish"])
    def unpublish(self, request: HttpRequest, queryset: "QuerySet[TrackRecord]") -> None:
        def take_down(row: TrackRecord) -> None:
            records.change(record_id=row.pk, changes={"is_published": False})

        carry_out(self, request, queryset, take_down, "taken off the air")

    @admin.display(description="state", ordering="is_published")
    def state(self, row: TrackRecord) -> str:
        return badge("good", "published") if row.is_published else badge("plain", "off the air")

    @admin.display(description="holds")
    def holds(self, row: TrackRecord) -> str:
        check = getattr(row, "check_up", None)
        if check is None:
            return badge("warn", "not checked yet")
        return badge("good", "verified") if check.verified["ok"] else badge("bad", "does not hold")

    @admin.display(description="problem")
    def problem(self, row: TrackRecord) -> str:
        check = getattr(row, "check_up", None)
        return (check and check.verified["problem"]) or EMPTY

    @admin.display(description="checked at", ordering="check_up__checked_at")
    def checked_at(self, row: TrackRecord) -> object:
        check = getattr(row, "check_up", None)
        return check.checked_at if check is not None else EMPTY
