"""How accounts stand with their brokers: the connection, and what the books do not agree on."""

from collections.abc import Iterable

from rest_framework import serializers

from brokers.interface import ConnectionState
from trading.accounts.connection_state import UNKNOWN, connections
from trading.accounts.reconciliation_state import account_differences
from trading.models import Account


def attach_standing(accounts: Iterable[Account]) -> None:
    """Set `connection` and `open_differences` on the accounts. Paper needs neither, and asks nobody."""
    listed = list(accounts)
    remote = [account.pk for account in listed if not account.is_paper]
    states, differences = connections(remote), account_differences(remote)
    for account in listed:
        account.connection = states.get(account.pk, dict(UNKNOWN))  # type: ignore[attr-defined]
        account.open_differences = differences.get(account.pk, [])  # type: ignore[attr-defined]


class ConnectionSerializer(serializers.Serializer):
    """How an account hangs on its broker; nulls where nobody has told it."""

    state = serializers.ChoiceField([item.value for item in ConnectionState], allow_null=True)
    latency_ms = serializers.FloatField(allow_null=True)
    connected_at = serializers.CharField(allow_null=True, help_text="ISO 8601, as the times below.")
    last_reconnect_at = serializers.CharField(allow_null=True)
    reconnects = serializers.IntegerField()
    error = serializers.CharField()
    checked_at = serializers.CharField(allow_null=True)


class DifferenceSerializer(serializers.Serializer):
    """Where our books and the broker's disagree; `ours` and `theirs` in the unit that the message names."""

    kind = serializers.CharField()
    symbol = serializers.CharField()
    ours = serializers.CharField(allow_null=True)
    theirs = serializers.CharField(allow_null=True)
    message = serializers.CharField()
    since = serializers.CharField(allow_null=True)
