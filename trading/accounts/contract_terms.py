"""What a trade that is a contract was bought as, beside the trade."""

from collections.abc import Iterable

from rest_framework import serializers

from signals.models import MarketType
from signals.serializers import PlainDecimalField
from trading.models import Contract, Trade


class ContractSerializer(serializers.ModelSerializer):
    """Amounts in account currency, spots are prices."""

    stake = PlainDecimalField()
    payout = PlainDecimalField(allow_null=True)
    multiplier = PlainDecimalField(allow_null=True)
    bid_price = PlainDecimalField(allow_null=True)
    sell_price = PlainDecimalField(allow_null=True)
    profit = PlainDecimalField(allow_null=True)
    entry_spot = PlainDecimalField(allow_null=True)
    exit_spot = PlainDecimalField(allow_null=True)

    class Meta:
        model = Contract
        fields = (
            "contract_id",
            "contract_type",
            "status",
            "stake",
            "payout",
            "multiplier",
            "bid_price",
            "sell_price",
            "profit",
            "entry_spot",
            "exit_spot",
            "expires_at",
            "settled_at",
        )
        read_only_fields = fields


def attach_contracts(trades: Iterable[Trade]) -> None:
    """Set `bought` on the trades: their contract as it stands, or None. Asks once, and not for trades without any."""
    listed = list(trades)
    wanted = [trade.pk for trade in listed if trade.market_type == MarketType.CONTRACT]
    found = {item.trade_id: item for item in Contract.objects.filter(trade__in=wanted)} if wanted else {}
    for trade in listed:
        trade.bought = found.get(trade.pk)  # type: ignore[attr-defined]
