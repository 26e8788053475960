"""The form that keys are added with in the admin."""

from typing import Any

from django import forms

from brokers import credentials
from brokers.catalog import BrokerClosed, BrokerState, brokers
from brokers.interface import Secret
from brokers.models import BrokerCredential


class SecretFormField(forms.CharField):
    """A text that is a Secret once it is read, and that no page shows again."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "size": 60}))
        super().__init__(required=False, max_length=credentials.LONGEST_SECRET, **kwargs)

    def clean(self, value: Any) -> Secret:  # type: ignore[override]
        return Secret(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class EmptyTextarea(forms.Textarea):
    """A text area that never shows what was sent: private keys have several lines."""

    def format_value(self, value: Any) -> str:
        return ""


def _connectable() -> list[tuple[str, str]]:
    return [(info.id, info.name) for info in brokers() if info.state == BrokerState.AVAILABLE and info.credentials]


class NewCredentialForm(forms.ModelForm):
    """Which of the secrets are needed depends on the broker."""

    broker = forms.ChoiceField(choices=_connectable)
    api_key = SecretFormField(label="API key")
    api_secret = SecretFormField(label="API secret", widget=EmptyTextarea(attrs={"rows": 2, "autocomplete": "off"}))
    password = SecretFormField(label="Passphrase")
    token = SecretFormField(label="Token")
    app_id = SecretFormField(label="App id")
    api = SecretFormField(label="API", help_text="Deriv only: current (default) or legacy.")

    SECRETS = ("api_key", "api_secret", "password", "token", "app_id", "api")

    class Meta:
        model = BrokerCredential
        fields = ("owner", "broker", "label", "environment", "account_id")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        try:
            credentials.make(
                broker=values["broker"],
                environment=values["environment"],
                secrets=self.secrets(),
                account_id=values["account_id"],
            )
        except credentials.InvalidCredentials as error:
            for name, messages in error.fields.items():
                field = name.removeprefix("credentials.")
                self.add_error(field if field in self.fields else None, messages[0])
        except BrokerClosed as error:
            self.add_error("broker", str(error))
        return values

    def secrets(self) -> dict[str, Secret]:
        """Those that were filled in."""
        return {name: secret for name in self.SECRETS if (secret := self.cleaned_data.get(name))}
