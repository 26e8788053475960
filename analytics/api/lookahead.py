"""POST /api/analytics/lookahead/: whether a strategy knows the future, and how long its memory is."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.backtest.data import DataError, LoadedData, load_markets
from analytics.backtest.validation import BacktestDataSerializer
from analytics.validation.strategy_check import VERDICTS, check_strategy
from analytics.validation.words import StrategyFault
from brokers.api.throttles import BrokerThrottle
from signals.api.strict import StrictSerializer
from trading.sessions.session_validation import StrategySerializer

MOST_CANDLES = 100_000  # of all symbols together: a few seconds of work
_CUTS = 60


class AnalysisThrottle(BrokerThrottle):
    """Analyses of one user: each keeps a processor busy for seconds."""

    scope = "analysis"
    rate = "20/min"


class LookaheadRequestSerializer(StrictSerializer):
    strategy = serializers.CharField(max_length=60)
    params = serializers.DictField(required=False, help_text="Those left out take their defaults.")
    data = BacktestDataSerializer(help_text=f"At most {MOST_CANDLES:,} candles.")  # type: ignore[assignment]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        chosen = StrategySerializer(data={"name": attrs["strategy"], "params": attrs.get("params", {})})
        if not chosen.is_valid():
            errors = dict(chosen.errors)
            raise ValidationError({"strategy" if name == "name" else name: told for name, told in errors.items()})
        return {**attrs, "params": chosen.validated_data["params"]}


class ForeknowledgeSerializer(serializers.Serializer):
    time = serializers.DateTimeField(help_text="Open of the candle of which something else was said.")
    until = serializers.DateTimeField(help_text="Open of the last candle that was left.")
    column = serializers.CharField(help_text="direction, strength, stop, target, or evidence and its name.")
    whole = serializers.FloatField(allow_null=True, help_text="With all candles there.")
    part = serializers.FloatField(allow_null=True, help_text="With the later ones taken away.")


class LookaheadSerializer(serializers.Serializer):
    bars = serializers.IntegerField()
    fired = serializers.IntegerField()
    cuts = serializers.IntegerField(help_text="How often later candles were taken away.")
    is_clean = serializers.BooleanField()
    changed_bars = serializers.IntegerField()
    changed_signals = serializers.IntegerField()
    columns = serializers.DictField(child=serializers.IntegerField())
    differences = ForeknowledgeSerializer(many=True)


class WindowSerializer(serializers.Serializer):
    window = serializers.IntegerField(help_text="Candles that were seen.")
    checked = serializers.IntegerField()
    changed_signals = serializers.IntegerField(help_text="Bars with another signal than by the whole history.")
    deviation_percent = serializers.DictField(child=serializers.FloatField(allow_null=True))
    is_enough = serializers.BooleanField()


class RecursiveSerializer(serializers.Serializer):
    live_window = serializers.IntegerField(help_text="Candles by which live sessions judge.")
    live_changed_signals = serializers.IntegerField(allow_null=True)
    enough = serializers.IntegerField(allow_null=True, help_text="Least of the windows from which on nothing changes.")
    windows = WindowSerializer(many=True)


class StrategyCheckSerializer(serializers.Serializer):
    symbol = serializers.CharField()
    verdict = serializers.ChoiceField(VERDICTS)
    lookahead = LookaheadSerializer()
    recursive = RecursiveSerializer()


class LookaheadReportSerializer(serializers.Serializer):
    strategy = serializers.CharField()
    params = serializers.DictField()
    timeframe = serializers.CharField()
    markets = StrategyCheckSerializer(many=True)


class LookaheadView(APIView):
    throttle_classes = [AnalysisThrottle]

    @extend_schema(request=LookaheadRequestSerializer, responses=LookaheadReportSerializer)
    def post(self, request: Request) -> Response:
        """Take later candles away and see what the strategy says then; then let it judge by short windows."""
        given = LookaheadRequestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        loaded = _load(asked["data"])
        try:
            checks = [
                check_strategy(asked["strategy"], asked["params"], market.symbol, market.candles, cuts=_CUTS).as_json()
                for market in loaded.markets
            ]
        except StrategyFault as error:
            raise ValidationError({"strategy": [str(error)]}) from None
        told = {"strategy": asked["strategy"], "params": asked["params"], "timeframe": loaded.timeframe}
        return Response({**told, "markets": checks})


def _load(data: Any) -> LoadedData:
    try:
        loaded = load_markets({**data, "detail_timeframe": None})
    except DataError as error:
        raise ValidationError({"data": {error.field.removeprefix("data."): [error.message]}}) from None
    held = sum(len(market.candles) for market in loaded.markets)
    if held > MOST_CANDLES:
        message = f"These are {held:,} candles; at most {MOST_CANDLES:,} are looked at."
        raise ValidationError({"data": {"start": [message]}})
    return loaded
