"""Forms of the account pages."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from brokers.adapters.paper import FillModel
from trading.accounts.account_checks import InvalidAccount, need_leverage
from trading.accounts.paper import DEFAULT_BALANCE
from trading.models import Account


def _is_taken(owner_id: int | None, name: str, besides: int | None = None) -> bool:
    """Closed accounts keep no name from others, which Django's own check of the constraint leaves to the database."""
    same = Account.objects.open().filter(owner=owner_id, name=name)
    return (same if besides is None else same.exclude(pk=besides)).exists()


class AccountForm(forms.ModelForm):
    """Name, switches and limits; who owns an account and what is in it are not changed by hand."""

    class Meta:
        model = Account
        fields = (
            "name",
            "is_enabled",
            "auto_trading_enabled",
            "auto_trade_spot",
            "auto_trade_futures",
            "min_signal_confidence",
            "max_position_size",
            "max_open_trades",
            "leverage",
            "fill_model",
        )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if _is_taken(self.instance.owner_id, name, self.instance.pk):
            raise ValidationError("The owner has an account of that name.")
        return name

    def clean_leverage(self) -> Decimal:
        leverage: Decimal = self.cleaned_data["leverage"]
        try:
            need_leverage(self.instance.broker, leverage)
        except InvalidAccount as error:
            raise ValidationError(error.fields["leverage"]) from None
        return leverage

    def clean_fill_model(self) -> dict[str, Any]:
        values = self.cleaned_data["fill_model"] or {}
        if not isinstance(values, dict):
            raise ValidationError("A JSON object is needed.")
        try:
            FillModel.from_dict(values)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return values


class NewAccountForm(forms.ModelForm):
    """A paper account with its first deposit, which is booked through the ledger."""

    initial_deposit = forms.DecimalField(
        initial=DEFAULT_BALANCE, min_value=Decimal(1), max_value=Decimal(10) ** 9, decimal_places=8, max_digits=18
    )
    default_sessions = forms.BooleanField(
        initial=True, required=False, help_text="With one running session for each built-in strategy."
    )

    class Meta:
        model = Account
        fields = ("owner", "name", "currency")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if "owner" in values and "name" in values and _is_taken(values["owner"].pk, values["name"]):
            self.add_error("name", "The owner has an account of that name.")
        return values
