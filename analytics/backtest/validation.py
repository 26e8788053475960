"""What a backtest may be told: the bounds of its config and of its data, for the API and the command line.

Units are those of analytics/backtest/config.py. What is valid is as BacktestConfig.read and load_markets take it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from brokers.adapters.paper import FillModel
from signals.api.strict import FreeFormField, NumberField, StrictSerializer
from signals.marketdata.timeframes import TIMEFRAMES
from signals.strategies.registry import strategy_key
from trading.rules.gates import MAX_LEVERAGE
from trading.sessions.exit_plan_validation import ExitPlanSerializer
from trading.sessions.schedule_validation import ScheduleSerializer
from trading.sessions.session_validation import (
    MOST_MONEY,
    RiskSerializer,
    SizingSerializer,
    StrategySerializer,
    SymbolsField,
    WeightsSerializer,
    stored,
)

MOST_STRATEGIES = 20
_VENUE = r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z"
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class BacktestAccountSerializer(StrictSerializer):
    balance = NumberField(0.0, MOST_MONEY, open_low=True, required=False, help_text="Account currency.")
    currency = serializers.RegexField(r"\A[A-Z0-9]{2,10}\Z", required=False)
    leverage = NumberField(1.0, MAX_LEVERAGE, required=False)
    max_position_size = NumberField(0.0001, 1.0, required=False, help_text="Fraction of the balance.")
    max_open_trades = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    min_confidence = NumberField(0.0, 1.0, required=False)


class BacktestSettingsSerializer(StrictSerializer):
    """A session's own settings, as /api/sessions/ takes them."""

    risk = RiskSerializer(required=False)
    sizing = SizingSerializer(required=False)
    exit_plan = ExitPlanSerializer(required=False)
    schedule = ScheduleSerializer(required=False)
    timeframe_weights = WeightsSerializer(required=False)


class BacktestConfigSerializer(StrictSerializer):
    strategies = serializers.ListField(child=StrategySerializer(), min_length=1, max_length=MOST_STRATEGIES)
    account = BacktestAccountSerializer(required=False)
    settings = BacktestSettingsSerializer(required=False)
    fill_model = FreeFormField(limit=1000, required=False, help_text="As a paper account's.")
    default_stop_percent = NumberField(0.001, 99.0, required=False)
    default_target_percent = NumberField(0.001, 999.0, required=False)
    allow_unprotected = serializers.BooleanField(required=False)
    worst_case = serializers.BooleanField(required=False)

    def validate_strategies(self, chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({strategy_key(item["name"], item["params"]) for item in chosen}) < len(chosen):
            raise ValidationError("Two of them are the same strategy with the same parameters.")
        return chosen

    def validate_fill_model(self, given: dict[str, Any]) -> dict[str, Any]:
        try:
            FillModel.from_dict(given)
        except ValueError as error:
            name, _, message = str(error).partition(": ")
            raise ValidationError({name: [message]}) from None
        return given


class MomentField(serializers.CharField):
    """A moment, ISO 8601; a date alone is its midnight, without an offset it is UTC. Kept in UTC, with a Z."""

    default_error_messages = {"moment": "A date and time from 1970 to 2199 is needed, such as 2022-01-01T00:00:00Z."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        try:
            moment = datetime.fromisoformat(super().to_internal_value(data))
            moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("moment")
        if not _FIRST <= moment < _LAST:
            self.fail("moment")
        return moment.isoformat().replace("+00:00", "Z")


class BacktestDataSerializer(StrictSerializer):
    """Series of the candle store; null, or left out: as far as it reaches, and no finer detail."""

    venue = serializers.RegexField(_VENUE)
    symbols = SymbolsField(min_length=1)
    timeframe = serializers.ChoiceField(list(TIMEFRAMES))
    start = MomentField(required=False, allow_null=True, help_text="The first candle opens at it or later.")
    end = MomentField(required=False, allow_null=True, help_text="Every candle opens before it.")
    detail_timeframe = serializers.ChoiceField(list(TIMEFRAMES), required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end, detail = attrs.get("start"), attrs.get("end"), attrs.get("detail_timeframe")
        if start and end and moment_of(start) >= moment_of(end):
            raise ValidationError({"end": ["It must be after the start."]})
        if detail and TIMEFRAMES[detail] >= TIMEFRAMES[attrs["timeframe"]]:
            raise ValidationError({"detail_timeframe": [f"It must be finer than the timeframe, {attrs['timeframe']}."]})
        return {**attrs, "start": start, "end": end, "detail_timeframe": detail}


def validate_config(given: Mapping[str, Any]) -> dict[str, Any]:
    """The config as BacktestConfig.read takes it: the keys that were given, strategies with all their parameters.

    Raises ValidationError naming the field.
    """
    return _validated(BacktestConfigSerializer, given)


def validate_data(given: Mapping[str, Any]) -> dict[str, Any]:
    """The data as `load_markets` takes it, every key there. Raises ValidationError naming the field."""
    return _validated(BacktestDataSerializer, given)


def moment_of(text: str) -> datetime:
    """An aware moment from ISO 8601 as it is kept."""
    return datetime.fromisoformat(text)


def _validated(kind: type[StrictSerializer], given: Mapping[str, Any]) -> dict[str, Any]:
    asked = kind(data=dict(given) if isinstance(given, Mapping) else given)
    asked.is_valid(raise_exception=True)
    found: dict[str, Any] = stored(asked.validated_data)
    return found
