"""The form of a session."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from rest_framework.exceptions import ValidationError as InvalidSettings

from signals.api.strict import dotted
from signals.marketdata.timeframes import TIMEFRAMES
from signals.models import MarketType, SignalSource
from trading.accounts.account_checks import InvalidAccount
from trading.models import Account, AutoTradingSession
from trading.sessions.algorithms import SETTINGS
from trading.sessions.session_edit import check_place
from trading.sessions.session_validation import validate_settings

_TIMEFRAMES = [(name, name) for name in TIMEFRAMES]
_LISTS = ("strategies", "symbols", "sources", "market_types", "timeframes")
_OBJECTS = ("schedule", "risk", "sizing", "exit_plan", "timeframe_weights", "contract")


class NameListField(forms.CharField):
    """Names separated by commas, kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [name.strip() for name in str(value or "").split(",") if name.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


def _choice(choices: Any, help_text: str = "None: any.") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


class SessionForm(forms.ModelForm):
    timeframe = forms.ChoiceField(choices=_TIMEFRAMES)
    symbols = NameListField(required=False, help_text="Separated by commas; none: every symbol of the venue.")
    sources = _choice(SignalSource.choices)
    market_types = _choice(MarketType.choices)
    timeframes = _choice(_TIMEFRAMES, "Of signals that no strategy here makes. None: any.")

    class Meta:
        model = AutoTradingSession
        fields = ("account", "name", *SETTINGS)
        help_texts = {
            "strategies": '[{"name": "razor", "params": {}}]; parameters left out take their defaults.',
            "schedule": '{"time_zone": "Europe/Berlin", "days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:30"}',
            "risk": '{"max_drawdown_percent": 20, "max_consecutive_losses": 5, "cool_down_minutes": 30}',
            "sizing": '{"method": "RISK", "percent": 1}',
            "exit_plan": '{"break_even": {"trigger_percent": 1}, "targets": [{"percent": 2, "portion": 0.5}]}',
            "timeframe_weights": '{"INTRADAY": 0.3, "SWING": 0.4, "MONTHLY": 0.2, "LEAPS": 0.1}',
        }

    def clean_account(self) -> Account:
        account: Account = self.cleaned_data["account"]
        if account.is_closed:
            raise ValidationError("The account is closed.")
        return account

    def clean(self) -> dict[str, Any]:
        """As the API does: every setting within its bounds, spelled out as it is stored."""
        values: dict[str, Any] = super().clean() or {}
        given = {name: values[name] for name in ("name", *SETTINGS) if name in values}
        given |= {name: given[name] or [] for name in _LISTS if name in given}
        given |= {name: given[name] or {} for name in _OBJECTS if name in given}
        try:
            values |= validate_settings(given)
            account = values["account"] if self.instance.pk is None else self.instance.account
            check_place(account, {name: values[name] for name in self.changed_data}, besides=self.instance.pk)
        except InvalidSettings as error:
            self._blame(dotted(error.detail))
        except InvalidAccount as error:
            self._blame(error.fields)
        except KeyError:
            pass  # without an account, which the field itself says
        return values

    def _blame(self, problems: dict[str, list[str]]) -> None:
        for place, messages in problems.items():
            field, _, inner = place.partition(".")
            for message in messages:
                self.add_error(field if field in self.fields else None, f"{inner}: {message}" if inner else message)
