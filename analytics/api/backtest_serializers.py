"""Backtests as JSON. Figures: docs/analytics.md; money in them is a number of the account's currency."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from analytics.backtest.validation import BacktestConfigSerializer, BacktestDataSerializer
from analytics.jobs.request import LONGEST_NAME
from analytics.models import Backtest, BacktestKind, JobStatus, Trial
from analytics.search.request import SearchSerializer
from signals.api.strict import StrictSerializer
from signals.models import Direction


class NewBacktestSerializer(StrictSerializer):
    """`config`, `data` and `search` are validated by the service, which names what is wrong in them."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True)
    kind = serializers.ChoiceField(BacktestKind.choices)
    config = serializers.DictField()
    data = serializers.DictField()  # type: ignore[assignment]
    search = serializers.DictField(required=False, allow_null=True)

    def validate_search(self, given: dict[str, Any] | None) -> dict[str, Any]:
        return given or {}


class NewBacktestDocument(serializers.Serializer):
    """The same in full, for the API's description."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True)
    kind = serializers.ChoiceField(BacktestKind.choices)
    config = BacktestConfigSerializer()
    data = BacktestDataSerializer()  # type: ignore[assignment]
    search = SearchSerializer(required=False, help_text="Of a SWEEP or a WALK_FORWARD.")


class BacktestRowSerializer(serializers.ModelSerializer):
    """In a list: of the figures core and risk alone."""

    figures = serializers.SerializerMethodField()

    class Meta:
        model = Backtest
        fields: tuple[str, ...] = (
            "id", "name", "kind", "status", "config", "data", "search", "done", "total", "error", "figures",
            "created_at", "started_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.DictField())
    def get_figures(self, row: Backtest) -> dict[str, Any]:
        return {name: found for name in ("core", "risk") if (found := getattr(row, name, None))}


class BacktestSerializer(BacktestRowSerializer):
    result = serializers.SerializerMethodField(help_text="signals, approved, failed, and blocked by gate.")
    gaps = serializers.SerializerMethodField(help_text="What is missing in each symbol's candles.")

    class Meta(BacktestRowSerializer.Meta):
        fields = (*BacktestRowSerializer.Meta.fields, "result", "gaps", "validation")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField())
    def get_figures(self, row: Backtest) -> dict[str, Any]:
        return dict(row.figures)

    @extend_schema_field(serializers.DictField())
    def get_result(self, row: Backtest) -> dict[str, Any]:
        return {name: value for name, value in _result(row).items() if name != "gaps"}

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_gaps(self, row: Backtest) -> list[dict[str, Any]]:
        return list(_result(row).get("gaps", []))


def _result(row: Backtest) -> dict[str, Any]:
    stored = getattr(row, "stored", None)
    return stored.result if stored is not None else {}


class BacktestTradeSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    symbol = serializers.CharField()
    strategy = serializers.CharField()
    direction = serializers.ChoiceField(Direction.choices)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField()
    exit_reason = serializers.CharField()
    quantity = serializers.FloatField(help_text="Base units, or contracts.")
    entry_price = serializers.FloatField()
    exit_price = serializers.FloatField()
    initial_stop = serializers.FloatField(allow_null=True)
    pnl = serializers.FloatField(help_text="Account currency, net of fees and funding.")
    fees = serializers.FloatField()
    slippage = serializers.FloatField()
    funding = serializers.FloatField(help_text="Below 0 where it was paid.")
    mae = serializers.FloatField()
    mfe = serializers.FloatField()
    r = serializers.FloatField(allow_null=True, help_text="In multiples of the risk to the initial stop.")
    confidence = serializers.FloatField()
    parts = serializers.IntegerField(help_text="Exits that it was closed in.")


class TrialSerializer(serializers.ModelSerializer):
    params = serializers.DictField(read_only=True, help_text="Values by dotted path into the config.")
    figures = serializers.DictField(read_only=True, help_text="Some of core and risk.")
    status = serializers.ChoiceField(JobStatus.choices, read_only=True)

    class Meta:
        model = Trial
        fields = ("number", "fold", "sample", "params", "score", "status", "figures", "error")
        read_only_fields = fields


class BacktestQuerySerializer(serializers.Serializer):
    kind = serializers.ChoiceField(BacktestKind.choices, required=False)
    status = serializers.ChoiceField(JobStatus.choices, required=False)


class TrialQuerySerializer(serializers.Serializer):
    order = serializers.ChoiceField(["-score", "score", "number", "-number"], default="-score")
    fold = serializers.IntegerField(min_value=0, max_value=1000, required=False)
    sample = serializers.ChoiceField(["in", "out"], required=False)
    status = serializers.ChoiceField(JobStatus.choices, required=False)


class IdsField(serializers.CharField):
    """Up to ten ids with commas between them."""

    default_error_messages = {"ids": "From one to ten ids are needed, with commas between them."}

    def to_internal_value(self, data: Any) -> list[int]:  # type: ignore[override]
        parts = str(super().to_internal_value(data)).split(",")
        if not 1 <= len(parts) <= 10 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            raise ValidationError(self.error_messages["ids"])
        return list(dict.fromkeys(int(part) for part in parts))
