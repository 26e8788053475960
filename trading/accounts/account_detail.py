"""Accounts as they are looked at: with their sessions, and with the event that the look stands for."""

from typing import Any

from rest_framework import serializers

from trading.accounts.standing import attach_standing
from trading.accounts.valuation import attach_valuation
from trading.models import Account
from trading.serializers import AccountSerializer, SessionSerializer, as_json


class AccountWithSessionsSerializer(AccountSerializer):
    """Rows need what AccountSerializer asks for, and in a list their sessions prefetched."""

    sessions = SessionSerializer(many=True, read_only=True)

    class Meta(AccountSerializer.Meta):
        fields = (*AccountSerializer.Meta.fields, "sessions")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class AccountDetailSerializer(AccountWithSessionsSerializer):
    """Rows need `last_event_number`, too."""

    last_event_number = serializers.IntegerField(read_only=True, help_text="Events after it are news to this answer.")

    class Meta(AccountWithSessionsSerializer.Meta):
        fields = (*AccountWithSessionsSerializer.Meta.fields, "last_event_number")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


def render_whole(account: Account) -> dict[str, Any]:
    """The account with its sessions."""
    attach_valuation([account])
    attach_standing([account])
    return as_json(AccountWithSessionsSerializer(account).data)


def render_detail(account: Account, number: int) -> dict[str, Any]:
    """The account with its sessions; `number`, its owner's latest event, must be read before the account is."""
    return {**render_whole(account), "last_event_number": number}
