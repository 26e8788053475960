"""Accounts: settings, bulk switches, resets."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from signals.admin_ui import EMPTY, StyledAdmin, badge_column
from trading.accounts import accounts, paper
from trading.accounts.account_checks import record_opening
from trading.admin.account_forms import AccountForm, NewAccountForm
from trading.admin.actions import Refused, carry_out
from trading.admin.columns import money_column
from trading.models import LIVE_STATUSES, Account, AccountMode
from trading.sessions import sessions

_MODE_KINDS = {"PAPER": "info", "DEMO": "warn", "LIVE": "bad"}


def _currency(account: Account) -> str:
    return account.currency


_BALANCE = money_column("balance", _currency)
_EQUITY = money_column("equity", _currency, title="equity at last mark")
_REALIZED = money_column("realized_pnl", _currency, signed=True, title="realized P&L")
_MONEY = (
    money_column("initial_balance", _currency),
    _BALANCE,
    _EQUITY,
    money_column("peak_equity", _currency),
    money_column("margin_used", _currency),
    money_column("free_balance", _currency),
    _REALIZED,
    money_column("fees_paid", _currency),
)
_SHOWN = ("owner", "broker", "mode", "currency", "created_at", "reset_at", "closed_at")
_COUNTS = ("total_trades", "winning_trades", "losing_trades", "win_rate")


@admin.register(Account)
class AccountAdmin(StyledAdmin):
    form = AccountForm
    list_display = (
        "name",
        "owner",
        badge_column("mode", _MODE_KINDS),
        _BALANCE,
        _EQUITY,
        _REALIZED,
        "win_rate",
        "total_trades",
        "open_trades",
        "auto_trading_enabled",
        "is_enabled",
        "closed_at",
    )
    list_filter = (
        "mode",
        "broker",
        "currency",
        "auto_trading_enabled",
        "is_enabled",
        ("closed_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("name", "owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("owner",)
    autocomplete_fields = ("owner",)
    actions = ("reset_accounts", "enable_auto_trading", "disable_auto_trading")
    fieldsets = (
        (None, {"fields": ("name", *_SHOWN)}),
        ("Money", {"fields": _MONEY}),  # type: ignore[typeddict-item]
        ("Results since the last reset", {"fields": _COUNTS}),
        ("Trading", {"fields": [name for name in AccountForm.Meta.fields if name != "name"]}),
    )
    readonly_fields = (*_SHOWN, *_MONEY, *_COUNTS)  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Account]":
        live = Count("trades", filter=Q(trades__status__in=LIVE_STATUSES))
        return super().get_queryset(request).annotate(live_trades=live)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A closed account is looked at, and stays as it is."""
        return super().has_change_permission(request, obj) and not (obj is not None and obj.is_closed)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs |= {"form": NewAccountForm, "fields": None}
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ("owner", "name", "currency", "initial_deposit", "default_sessions")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """Through the services: a plain save would write back the balance as it was when the page was loaded."""
        if change:
            accounts.update(account_id=obj.pk, changes={name: form.cleaned_data[name] for name in form.changed_data})
        else:
            _open(obj, form.cleaned_data)

    @admin.action(description="Reset selected accounts", permissions=["change"])
    def reset_accounts(self, request: HttpRequest, queryset: "QuerySet[Account]") -> TemplateResponse | None:
        if request.POST.get("confirmed"):
            carry_out(self, request, queryset, _reset, "reset")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Reset accounts",
            "opts": self.opts,
            "media": self.media,
            "accounts": list(queryset),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/trading/account/reset_confirmation.html", context)

    @admin.action(description="Enable auto-trading", permissions=["change"])
    def enable_auto_trading(self, request: HttpRequest, queryset: "QuerySet[Account]") -> None:
        carry_out(self, request, queryset, lambda account: _switch(account, on=True), "set to trade automatically")

    @admin.action(description="Disable auto-trading", permissions=["change"])
    def disable_auto_trading(self, request: HttpRequest, queryset: "QuerySet[Account]") -> None:
        carry_out(self, request, queryset, lambda account: _switch(account, on=False), "set not to trade automatically")

    @admin.display(description="open trades", ordering="live_trades")
    def open_trades(self, account: Any) -> int:
        return int(account.live_trades)

    @admin.display(description="win rate")
    def win_rate(self, account: Account) -> str:
        return f"{account.win_rate_percent} %" if account.total_trades else EMPTY


@transaction.atomic
def _open(account: Account, values: dict[str, Any]) -> None:
    opened = paper.open_account(
        owner_id=values["owner"].pk,
        name=values["name"],
        currency=values["currency"],
        initial_balance=values["initial_deposit"],
    )
    if values["default_sessions"]:
        sessions.create_default_sessions(opened)
    record_opening(opened)
    account.pk = opened.pk


def _reset(account: Account) -> None:
    if account.mode != AccountMode.PAPER:
        raise Refused("Only paper accounts can be reset.")
    paper.reset(account.pk)


def _switch(account: Account, *, on: bool) -> None:
    paper.update_settings(account.pk, {"auto_trading_enabled": on})
