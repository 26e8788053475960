"""Keys to brokers: whose, for what, and whether they work. Their text goes in here, and is not shown again."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from brokers import credentials
from brokers.admin.credential_form import NewCredentialForm
from brokers.errors import BrokerError
from brokers.models import BrokerCredential

_SHOWN = (
    "owner",
    "broker",
    "label",
    "environment",
    "account_id",
    "held",
    "status",
    "checked_at",
    "error",
    "key_id",
    "created_at",
)


@admin.register(BrokerCredential)
class CredentialAdmin(admin.ModelAdmin):
    """Added through the vault, tried out and removed; never changed, since nobody can see what is in there."""

    list_display = ("label", "owner", "broker", "environment", "account_id", "status", "checked_at", "error", "key_id")
    list_filter = ("broker", "environment", "status", "key_id")
    search_fields = ("label", "broker", "account_id", "owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    autocomplete_fields = ("owner",)
    actions = ("validate_credentials", "remove_credentials")
    fields = _SHOWN
    readonly_fields = ("held", "created_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_validate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("brokers.change_brokercredential"))

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("brokers.delete_brokercredential"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs |= {"form": NewCredentialForm, "fields": None}
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return _SHOWN if obj is not None else (*NewCredentialForm.Meta.fields, *NewCredentialForm.SECRETS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: BrokerCredential, form: Any, change: bool) -> None:
        """Adding, through the vault."""
        row = credentials.add(
            owner_id=obj.owner_id,
            broker=obj.broker,
            environment=obj.environment,
            label=obj.label,
            account_id=obj.account_id,
            secrets=form.secrets(),
        )
        obj.pk = row.pk

    @admin.display(description="holds")
    def held(self, row: BrokerCredential) -> str:
        return ", ".join(row.fields)

    @admin.action(description="Validate selected credentials", permissions=["validate"])
    def validate_credentials(self, request: HttpRequest, queryset: "QuerySet[BrokerCredential]") -> None:
        self._each(request, queryset, lambda row: credentials.validate(credential=row), "valid")

    @admin.action(description="Remove selected credentials", permissions=["remove"])
    def remove_credentials(self, request: HttpRequest, queryset: "QuerySet[BrokerCredential]") -> None:
        self._each(request, queryset, lambda row: credentials.remove(credential=row), "removed")

    def _each(
        self, request: HttpRequest, rows: "QuerySet[BrokerCredential]", service: Callable[[Any], object], done: str
    ) -> None:
        """Each row by itself: one that fails is named with its reason and holds up no other."""
        count = 0
        for row in rows:
            self.log_change(request, row, f"Bulk action: to be {done}.")
            try:
                service(row)
            except BrokerError as error:
                self.message_user(request, f"{row}: {error}", messages.ERROR)
            else:
                count += 1
        if count:
            self.message_user(request, f"{count} {done}.", messages.SUCCESS)
