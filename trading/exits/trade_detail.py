"""One trade in full: its plan, the trail of its stop, what filled, what was noted, and the decision behind it."""

import math
from typing import Any

from rest_framework import serializers

from signals.serializers import PlainDecimalField
from trading.accounts.valuation import attach_marks
from trading.models import Decision, Fill, LevelChange, StopMover, Trade
from trading.rules.exit_plan import r_multiple
from trading.serializers import DecisionSerializer, TradeSerializer, as_json


class LevelChangeSerializer(serializers.ModelSerializer):
    """The levels from `time` (market time) on, and what moved them."""

    time = serializers.DateTimeField(source="market_time")
    stop_loss = PlainDecimalField(allow_null=True)
    take_profit = PlainDecimalField(allow_null=True)

    class Meta:
        model = LevelChange
        fields = ("time", "stop_loss", "take_profit", "moved_by")
        read_only_fields = fields


class FillSerializer(serializers.ModelSerializer):
    """One execution; commission and slippage in account currency."""

    time = serializers.DateTimeField(source="market_time")
    side = serializers.CharField(source="order.side")
    purpose = serializers.CharField(source="order.purpose")
    quantity = PlainDecimalField()
    price = PlainDecimalField()
    commission = PlainDecimalField()
    slippage = PlainDecimalField()

    class Meta:
        model = Fill
        fields = ("time", "side", "purpose", "quantity", "price", "commission", "slippage")
        read_only_fields = fields


class TradeDetailSerializer(TradeSerializer):
    """Rows need `attach_detail` first."""

    exit_plan = serializers.JSONField(read_only=True)
    r_multiple = serializers.SerializerMethodField()
    links = serializers.ListField(child=serializers.URLField(), read_only=True)
    level_changes = LevelChangeSerializer(source="changes", many=True, read_only=True)
    fills = FillSerializer(source="executions", many=True, read_only=True)
    decision = DecisionSerializer(read_only=True, allow_null=True)

    class Meta(TradeSerializer.Meta):
        fields = (
            *TradeSerializer.Meta.fields,
            "exit_plan",
            "targets_hit",
            "r_multiple",
            "notes",
            "links",
            "level_changes",
            "fills",
            "decision",
        )
        read_only_fields = fields

    def get_r_multiple(self, row: Trade) -> float | None:
        """The result in multiples of what was risked at first: of its exits, while open of the price as it is now."""
        price = row.exit_price if row.exit_price is not None else row.current_price  # type: ignore[attr-defined]
        if row.entry_price is None or row.initial_stop is None or price is None:
            return None
        multiple = r_multiple(row.direction_sign, float(row.entry_price), float(row.initial_stop), float(price))
        return None if math.isnan(multiple) else round(multiple, 3)


def attach_detail(trade: Trade) -> None:
    """Set the marks, `changes` (from the entry on), `executions` and `decision`."""
    attach_marks([trade], if_quoted=True)
    changes = list(LevelChange.objects.filter(trade=trade).order_by("pk"))
    if not changes and trade.opened_at is not None:
        changes = [
            LevelChange(
                trade=trade,
                stop_loss=trade.stop_loss,
                take_profit=trade.take_profit,
                moved_by=StopMover.ENTRY,
                market_time=trade.opened_at,
            )
        ]
    trade.changes = changes  # type: ignore[attr-defined]
    trade.executions = list(  # type: ignore[attr-defined]
        Fill.objects.filter(order__trade=trade).select_related("order").order_by("market_time", "pk")
    )
    trade.decision = (  # type: ignore[attr-defined]
        Decision.objects.filter(order__trade=trade).select_related("signal", "session", "order").first()
    )


def render_trade_detail(trade: Trade) -> dict[str, Any]:
    attach_detail(trade)
    rendered: dict[str, Any] = as_json(TradeDetailSerializer(trade).data)
    return rendered
