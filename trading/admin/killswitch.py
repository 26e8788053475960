"""The kill switches: engaged and lifted through their service, and kept as they were."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import csrf_protect_m
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from signals.admin_ui import ReadOnlyAdmin, badge
from trading.admin.actions import Refused, carry_out
from trading.killswitch import killswitch
from trading.models import KillSwitch


class EngageForm(forms.ModelForm):
    class Meta:
        model = KillSwitch
        fields = ("owner", "reason", "close_positions")
        help_texts = {
            "owner": "Whose entries are to stop. Nobody: everybody's.",
            "close_positions": "Close what is open, too; otherwise it is managed to its exit.",
        }


@admin.register(KillSwitch)
class KillSwitchAdmin(ReadOnlyAdmin):
    form = EngageForm
    list_display = (
        "whose",
        "state",
        "reason",
        "close_positions",
        "engaged_by",
        "engaged_at",
        "enforced_at",
        "lifted_by",
    )
    list_filter = (("lifted_at", admin.EmptyFieldListFilter), "close_positions")
    search_fields = ("owner__username", "reason")
    date_hierarchy = "engaged_at"
    list_select_related = ("owner", "engaged_by", "lifted_by")
    actions = ("engage", "lift")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    @csrf_protect_m
    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """Not in a transaction: a switch is in force from the moment its row is written."""
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined, no-any-return]

    def save_model(self, request: HttpRequest, obj: KillSwitch, form: Any, change: bool) -> None:
        made = killswitch.engage(
            owner_id=obj.owner_id,
            actor_id=request.user.pk,
            reason=obj.reason,
            close_positions=obj.close_positions,
        )
        obj.pk, obj.engaged_at = made.pk, made.engaged_at

    @admin.action(description="Engage it again", permissions=["add"])
    def engage(self, request: HttpRequest, queryset: "QuerySet[KillSwitch]") -> None:
        def again(row: KillSwitch) -> None:
            killswitch.engage(
                owner_id=row.owner_id,
                actor_id=request.user.pk,
                reason=row.reason,
                close_positions=row.close_positions,
            )

        carry_out(self, request, queryset, again, "engaged")

    @admin.action(description="Lift it", permissions=["add"])
    def lift(self, request: HttpRequest, queryset: "QuerySet[KillSwitch]") -> None:
        def lift(row: KillSwitch) -> None:
            if row.lifted_at is not None or not killswitch.lift(owner_id=row.owner_id, actor_id=request.user.pk):
                raise Refused("It is not engaged.")

        carry_out(self, request, queryset, lift, "lifted")

    @admin.display(description="whose", ordering="owner")
    def whose(self, row: KillSwitch) -> str:
        return str(row.owner or "everybody")

    @admin.display(description="state", ordering="lifted_at")
    def state(self, row: KillSwitch) -> str:
        if row.lifted_at is not None:
            return badge("plain", "lifted")
        return badge("bad", "engaged") if row.enforced_at else badge("warn", "being enforced")
