"""What a session may be told: the bounds of every setting, for the API, the admin pages and the replay's --settings.

Units are those of session_settings.py. What is valid comes out as it is stored.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

import signals.strategies  # noqa: F401  (registers the built-in strategies)
from signals.api.strict import FreeFormField, NumberField, RoundedDecimalField, StrictSerializer
from signals.marketdata.timeframes import TIMEFRAMES
from signals.models import MarketType, SignalSource
from signals.strategies.registry import StrategyError, get_strategy, validate_params
from trading.brokerage.requests import check_contract
from trading.rules.gates import MAX_LEVERAGE
from trading.sessions.exit_plan_validation import LONGEST_MINUTES, ExitPlanSerializer
from trading.sessions.schedule_validation import ScheduleSerializer
from trading.sessions.session_settings import DEFAULT_WEIGHTS, METHODS, Sizing

MOST_MONEY = 1e9  # account currency
MOST_TRADES = 100_000  # a day
_MOST_PERCENT = 100.0 * MAX_LEVERAGE  # of a balance, traded with all the leverage there is
_MOST_SYMBOLS = 200


def _number(low: float, high: float, **kwargs: Any) -> NumberField:
    return NumberField(low, high, required=False, **kwargs)


def limit_field(high: float) -> NumberField:
    """A limit above 0; null: none."""
    return _number(0.0, high, open_low=True, allow_null=True)


def count_field(high: int) -> serializers.IntegerField:
    """The same of what is counted."""
    return serializers.IntegerField(min_value=1, max_value=high, required=False, allow_null=True)


class RiskSerializer(StrictSerializer):
    """Null, or left out: no limit."""

    max_trades_per_day = count_field(MOST_TRADES)
    daily_loss_limit = limit_field(MOST_MONEY)
    daily_loss_percent = limit_field(100.0)
    max_stake = limit_field(MOST_MONEY)
    risk_per_trade_percent = limit_field(100.0)
    max_position_percent = limit_field(_MOST_PERCENT)
    max_exposure_percent = limit_field(10 * _MOST_PERCENT)
    max_open_trades = count_field(1000)
    max_open_per_symbol = count_field(1000)
    max_drawdown_percent = limit_field(100.0)
    max_consecutive_losses = count_field(1000)
    cool_down_minutes = _number(0.0, LONGEST_MINUTES)
    max_leverage = limit_field(MAX_LEVERAGE)
    max_correlated_percent = limit_field(10 * _MOST_PERCENT)
    max_spread_percent = limit_field(100.0)
    max_slippage_percent = _number(0.0, 100.0, allow_null=True)
    max_quote_age_seconds = limit_field(86_400.0)


class SizingSerializer(StrictSerializer):
    method = serializers.ChoiceField(METHODS, required=False)
    amount = _number(0.0, MOST_MONEY, open_low=True, help_text="FIXED: notional, account currency.")
    percent = _number(0.0, 100.0, open_low=True, help_text="Of the balance.")
    atr_period = serializers.IntegerField(min_value=2, max_value=500, required=False)
    fraction = _number(0.0, 1.0, open_low=True, help_text="Of Kelly's share.")
    sample = serializers.IntegerField(min_value=5, max_value=1000, required=False)
    minimum = serializers.IntegerField(min_value=1, max_value=1000, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        whole = Sizing.read(attrs)
        if whole.minimum > whole.sample:
            raise ValidationError({"minimum": [f"At most the sample, {whole.sample}, can be asked for."]})
        return attrs


class WeightsSerializer(StrictSerializer):
    """Fractions by horizon; what is left out weighs as by default."""

    INTRADAY = _number(0.0, 1.0)
    SWING = _number(0.0, 1.0)
    MONTHLY = _number(0.0, 1.0)
    LEAPS = _number(0.0, 1.0)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any({**DEFAULT_WEIGHTS, **attrs}.values()):
            raise ValidationError("With no weight at all no signal could be traded.")
        return attrs


class StrategySerializer(StrictSerializer):
    name = serializers.CharField(max_length=60)
    params = serializers.DictField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            get_strategy(attrs["name"])
        except StrategyError as error:
            raise ValidationError({"name": [str(error)]}) from None
        try:
            return {"name": attrs["name"], "params": validate_params(attrs["name"], attrs.get("params", {}))}
        except StrategyError as error:
            raise ValidationError({"params": [str(error)]}) from None


class SymbolsField(serializers.ListField):
    """Names of symbols, each once."""

    child = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,39}$")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=_MOST_SYMBOLS, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(super().to_internal_value(data)))


def names_field(choices: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices), max_length=50, required=False, help_text="None: any."
    )


class SessionSettingsSerializer(StrictSerializer):
    """Everything that a session can be told. A nested object replaces the whole of what was told before."""

    name = serializers.CharField(max_length=60, required=False)
    venue = serializers.RegexField(r"\A[a-z0-9][a-z0-9-]{0,39}\Z", required=False)
    timeframe = serializers.ChoiceField(list(TIMEFRAMES), required=False)
    strategies = serializers.ListField(child=StrategySerializer(), max_length=20, required=False)
    symbols = SymbolsField(required=False, help_text="None: every symbol of the venue.")
    sources = names_field(SignalSource.values)
    market_types = names_field(MarketType.values)
    timeframes = names_field(list(TIMEFRAMES))
    min_confidence = RoundedDecimalField(
        places=4, min_value=Decimal(0), max_value=Decimal(1), required=False, allow_null=True
    )
    schedule = ScheduleSerializer(required=False)
    risk = RiskSerializer(required=False)
    sizing = SizingSerializer(required=False)
    exit_plan = ExitPlanSerializer(required=False)
    timeframe_weights = WeightsSerializer(required=False)
    contract = FreeFormField(limit=500, required=False, help_text='As {"kind": "MULTIPLIER", "multiplier": 100}.')
    allow_unprotected = serializers.BooleanField(required=False)
    default_stop_percent = RoundedDecimalField(
        places=3, min_value=Decimal("0.001"), max_value=Decimal(99), required=False
    )
    default_target_percent = RoundedDecimalField(
        places=3, min_value=Decimal("0.001"), max_value=Decimal(999), required=False
    )

    def validate_contract(self, chosen: dict[str, Any]) -> dict[str, Any]:
        try:
            check_contract(chosen)
        except ValueError as error:
            raise ValidationError(str(error).removeprefix("contract: ")) from None
        return chosen


def validate_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are stored, the keys that were given. Raises ValidationError naming the field."""
    asked = SessionSettingsSerializer(data=dict(given))
    asked.is_valid(raise_exception=True)
    return stored(asked.validated_data)


def stored(values: Any) -> Any:
    """Validated values as plain lists and dicts."""
    if isinstance(values, Mapping):
        return {name: stored(value) for name, value in values.items()}
    return [stored(value) for value in values] if isinstance(values, list | tuple) else values
