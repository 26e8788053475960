"""POST /api/whatif/: a session's recorded signals, traded again under other settings."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.montecarlo import WorkThrottle
from analytics.backtest.validation import BacktestAccountSerializer, BacktestSettingsSerializer, MomentField, moment_of
from analytics.whatif.history import NoCandles
from analytics.whatif.outcomes import MOST_SHOWN
from analytics.whatif.whatif import NothingRecorded, what_if
from signals.api.strict import NumberField
from signals.strategies.registry import StrategyError
from trading.api.sessions import owned_session
from trading.models import AutoTradingSession
from trading.sessions.session_validation import stored

_SCOPE = ("session", "start", "end", "venue")


class WhatIfAccountSerializer(BacktestAccountSerializer):
    """What the account is told otherwise; its balance is the one of then."""

    balance = None  # type: ignore[assignment]
    currency = None  # type: ignore[assignment]


class WhatIfRequestSerializer(BacktestSettingsSerializer):
    """What is left out stays as the session was told; a nested setting replaces the whole of what was told before."""

    session = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    start = MomentField(required=False, allow_null=True, help_text="Market time of the first signal; none: all.")
    end = MomentField(required=False, allow_null=True, help_text="Signals before it.")
    venue = serializers.RegexField(
        r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z", required=False, help_text="Whose stored candles; none: the session's."
    )
    account = WhatIfAccountSerializer(required=False)
    min_confidence = NumberField(0.0, 1.0, required=False, allow_null=True, help_text="The session's own.")
    default_stop_percent = NumberField(0.001, 99.0, required=False)
    default_target_percent = NumberField(0.001, 999.0, required=False)
    allow_unprotected = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.get("start"), attrs.get("end")
        if start and end and moment_of(start) >= moment_of(end):
            raise ValidationError({"end": ["It must be after the start."]})
        return attrs


class EquityMarkSerializer(serializers.Serializer):
    time = serializers.DateTimeField()
    equity = serializers.FloatField()
    balance = serializers.FloatField()
    drawdown_percent = serializers.FloatField(allow_null=True)


class WhatIfFiguresSerializer(serializers.Serializer):
    core = serializers.DictField()
    risk = serializers.DictField()
    activity = serializers.DictField()


class WhatIfColumnSerializer(serializers.Serializer):
    """Equity of the record moves when a trade ends; of what is traded anew it is marked at each candle."""

    figures = WhatIfFiguresSerializer()
    equity = EquityMarkSerializer(many=True)
    signals = serializers.IntegerField()
    approved = serializers.IntegerField()
    blocked = serializers.DictField(child=serializers.IntegerField(), help_text="By the first gate that refused.")


class OutcomeSerializer(serializers.Serializer):
    taken = serializers.BooleanField(help_text="It became a trade.")
    refused_by = serializers.CharField(allow_null=True, help_text="A gate, or not_filled.")
    quantity = serializers.FloatField(allow_null=True)
    entry_price = serializers.FloatField(allow_null=True)
    exit_price = serializers.FloatField(allow_null=True)
    exit_reason = serializers.CharField(allow_null=True)
    pnl = serializers.FloatField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class WhatIfDifferenceSerializer(serializers.Serializer):
    signal = serializers.UUIDField()
    decision = serializers.IntegerField()
    time = serializers.DateTimeField()
    symbol = serializers.CharField()
    direction = serializers.CharField()
    strategy = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    fields = serializers.ListField(child=serializers.CharField(), help_text="In what replayed and changed differ.")  # type: ignore[assignment]
    recorded = OutcomeSerializer()
    replayed = OutcomeSerializer()
    changed = OutcomeSerializer()


class WhatIfSerializer(serializers.Serializer):
    """Money in account currency. `strayed`: of how many signals the record says something else than the same settings
    make of the candles, which have no spread and no ticks: how far the two other columns can be trusted.
    """

    session = serializers.IntegerField()
    currency = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    timeframe = serializers.CharField()
    detail_timeframe = serializers.CharField(allow_null=True, help_text="The finer candles that decide exits.")
    missing_candles = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Signals behind the last stored candle.")
    left_out = serializers.DictField(
        child=serializers.IntegerField(), help_text="Signals refused for what no setting here changes, by gate."
    )
    versions = serializers.IntegerField(help_text="Of the settings that decided; the last one is replayed.")
    recorded = WhatIfColumnSerializer()
    replayed = WhatIfColumnSerializer()
    changed = WhatIfColumnSerializer()
    strayed = serializers.IntegerField()
    differences_total = serializers.IntegerField()
    differences = WhatIfDifferenceSerializer(many=True, help_text=f"The first {MOST_SHOWN}.")


class WhatIfView(APIView):
    throttle_classes = [WorkThrottle]

    @extend_schema(request=WhatIfRequestSerializer, responses=WhatIfSerializer)
    def post(self, request: Request) -> Response:
        """Trade the session's recorded signals (the last 5,000) again on the stored candles: by its own settings, and
        by changed ones.
        """
        given = WhatIfRequestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = stored(given.validated_data)
        session = owned_session(request, asked["session"])
        if session.account.sells_contracts:
            raise ValidationError({"session": ["It trades contracts, whose prices no candle tells."]})
        return Response(_answer(session, asked))


def _answer(session: AutoTradingSession, asked: dict[str, Any]) -> dict[str, Any]:
    start, end = (moment_of(asked[name]) if asked.get(name) else None for name in ("start", "end"))
    changes = {name: value for name, value in asked.items() if name not in _SCOPE}
    try:
        return what_if(session, changes, start=start, end=end, venue=asked.get("venue"))
    except NothingRecorded as error:
        raise ValidationError({"session": [str(error)]}) from None
    except NoCandles as error:
        raise ValidationError({error.field: [str(error)]}) from None
    except StrategyError as error:
        raise ValidationError({"session": [f"One of its strategies is not there any more: {error}"]}) from None
