"""The form of a session."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

import signals.strategies  # noqa: F401  (registers the built-in strategies)
from signals.marketdata.timeframes import TIMEFRAMES
from signals.models import MarketType, SignalSource
from signals.strategies.registry import StrategyError, validate_params
from trading.brokerage.requests import check_contract
from trading.models import Account, AutoTradingSession


class NameListField(forms.CharField):
    """Names separated by commas, kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [name.strip() for name in str(value or "").split(",") if name.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class SessionForm(forms.ModelForm):
    timeframe = forms.ChoiceField(choices=[(name, name) for name in TIMEFRAMES])
    symbols = NameListField(required=False, help_text="Separated by commas; none: every symbol of the venue.")
    sources = forms.MultipleChoiceField(
        choices=SignalSource.choices, required=False, widget=forms.CheckboxSelectMultiple, help_text="None: any."
    )
    market_types = forms.MultipleChoiceField(
        choices=MarketType.choices, required=False, widget=forms.CheckboxSelectMultiple, help_text="None: any."
    )

    class Meta:
        model = AutoTradingSession
        fields = (
            "account",
            "name",
            "venue",
            "timeframe",
            "strategies",
            "symbols",
            "sources",
            "market_types",
            "contract",
            "allow_unprotected",
            "default_stop_percent",
            "default_target_percent",
        )
        help_texts = {"strategies": '[{"name": "razor", "params": {}}]; parameters left out take their defaults.'}

    def clean_account(self) -> Account:
        account: Account = self.cleaned_data["account"]
        if account.is_closed:
            raise ValidationError("The account is closed.")
        return account

    def clean_name(self) -> str:
        """Where the account is shown and not asked for, Django leaves this constraint to the database."""
        name: str = self.cleaned_data["name"]
        account = self.instance.account_id
        taken = AutoTradingSession.objects.filter(account=account, name=name).exclude(pk=self.instance.pk)
        if account is not None and taken.exists():
            raise ValidationError("The account has a session of that name.")
        return name

    def clean_contract(self) -> dict[str, Any]:
        chosen = self.cleaned_data["contract"] or {}
        try:
            check_contract(chosen)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return dict(chosen)

    def clean_strategies(self) -> list[dict[str, Any]]:
        """Each strategy with all its parameters."""
        try:
            return [
                {"name": item["name"], "params": validate_params(item["name"], item.get("params", {}))}
                for item in self.cleaned_data["strategies"] or []
            ]
        except StrategyError as error:
            raise ValidationError(str(error)) from None
        except (TypeError, KeyError, AttributeError):
            raise ValidationError('A list of {"name": ..., "params": {...}} is needed.') from None
