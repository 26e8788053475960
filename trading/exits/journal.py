"""The trade journal: what a person notes beside a trade."""

from collections.abc import Mapping
from typing import Any

from django.core.validators import URLValidator
from django.db import transaction
from rest_framework import serializers

from signals.api.strict import StrictSerializer
from trading.exits.advance import tell
from trading.models import Account, Trade

FIELDS = ("notes", "tags", "rating", "links")
_WEB_ADDRESS = URLValidator(schemes=["http", "https"])


class NotesSerializer(StrictSerializer):
    notes = serializers.CharField(max_length=10_000, required=False, allow_blank=True, trim_whitespace=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20, required=False)
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    links = serializers.ListField(
        child=serializers.CharField(max_length=500, validators=[_WEB_ADDRESS]),
        max_length=20,
        required=False,
        help_text="Screenshots of the chart, as http or https addresses.",
    )

    def validate_tags(self, tags: list[str]) -> list[str]:
        """Each once, in the order they came."""
        return list(dict.fromkeys(tags))


@transaction.atomic
def write(*, trade_id: int, changes: Mapping[str, Any]) -> Trade:
    """Set some of FIELDS, validated by NotesSerializer, on a trade in any state. Raises ValueError for another name."""
    if unknown := set(changes) - set(FIELDS):
        raise ValueError(f"{sorted(unknown)[0]} is not part of the journal")
    account_id = Trade.objects.values_list("account_id", flat=True).get(pk=trade_id)
    account = Account.objects.locked().get(pk=account_id)
    trade = Trade.objects.locked().select_related("session", "signal").get(pk=trade_id)
    trade.account = account
    for name, value in changes.items():
        setattr(trade, name, value)
    trade.save(update_fields=list(changes))
    tell([trade])
    return trade
