"""/api/analytics/montecarlo/: what else might have come of a backtest's, an account's or a session's trades."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.models import Backtest
from analytics.validation.monte_carlo import METHODS, MonteCarlo, NoEquity, monte_carlo
from analytics.validation.monte_carlo_records import (
    MOST_TRADES,
    SOURCES,
    NoRecord,
    Record,
    record_of_account,
    record_of_backtest,
    record_of_session,
)
from brokers.api.throttles import BrokerThrottle, SteadyThrottle
from signals.api.strict import NumberField, StrictSerializer, query
from trading.models import Account, AutoTradingSession

MOST_PATHS = 50_000
MOST_STEPS = 200_000_000  # paths x trades: a second or two of work


class WorkThrottle(BrokerThrottle):
    """Questions of one user that are worked out while he waits, read or posted."""

    scope = "work"
    rate = "60/min"

    def allow_request(self, request: Request, view: Any) -> bool:
        return SteadyThrottle.allow_request(self, request, view)


class MonteCarloRequestSerializer(StrictSerializer):
    """Percents 0-100. With any method each trade may cost extra slippage, at most `slippage_shock_percent` of it."""

    source = serializers.ChoiceField(SOURCES)  # type: ignore[assignment]
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    method = serializers.ChoiceField(METHODS, default="shuffle")
    paths = serializers.IntegerField(min_value=100, max_value=MOST_PATHS, default=10_000)
    block = NumberField(1.0, MOST_TRADES, default=10.0, help_text="bootstrap: mean length of a block, in trades.")
    skip_percent = NumberField(0.0, 100.0, default=10.0, help_text="skip: how many of the trades are missed.")
    slippage_shock_percent = NumberField(0.0, 10.0, default=0.0, help_text="Of each trade's notional, at most.")
    ruin_percent = NumberField(0.0, 100.0, default=50.0, help_text="Of the starting balance.")
    seed = serializers.IntegerField(min_value=0, max_value=2**53, default=0)
    compounding = serializers.BooleanField(
        default=True, help_text="Results count as shares of the balance; false: as amounts, as of fixed sizes."
    )


class MonteCarloPercentilesSerializer(serializers.Serializer):
    p5 = serializers.FloatField()
    p25 = serializers.FloatField()
    p50 = serializers.FloatField()
    p75 = serializers.FloatField()
    p95 = serializers.FloatField()


class MonteCarloSummarySerializer(MonteCarloPercentilesSerializer):
    mean = serializers.FloatField()


class MonteCarloFanPointSerializer(MonteCarloPercentilesSerializer):
    step = serializers.IntegerField(help_text="After so many trades.")


class MonteCarloHistogramSerializer(serializers.Serializer):
    edges = serializers.ListField(child=serializers.FloatField())
    counts = serializers.ListField(child=serializers.IntegerField())


class MonteCarloRecordedSerializer(serializers.Serializer):
    final = serializers.FloatField()
    drawdown = serializers.FloatField()


class MonteCarloSerializer(serializers.Serializer):
    """`final`, the fan and `start` in account currency, drawdowns in percent, probabilities as fractions 0-1."""

    source = serializers.ChoiceField(SOURCES)  # type: ignore[assignment]
    id = serializers.IntegerField()
    currency = serializers.CharField()
    method = serializers.ChoiceField(METHODS)
    paths = serializers.IntegerField()
    trades = serializers.IntegerField(help_text="Of each path.")
    trades_recorded = serializers.IntegerField(help_text=f"All there are; the last {MOST_TRADES:,} are looked at.")
    compounding = serializers.BooleanField()
    seed = serializers.IntegerField()
    ruin_percent = serializers.FloatField()
    ruin_probability = serializers.FloatField()
    loss_probability = serializers.FloatField(help_text="Of ending below the start.")
    start = serializers.FloatField()
    recorded = MonteCarloRecordedSerializer(help_text="What really came of the trades, by their results alone.")
    final = MonteCarloSummarySerializer()
    drawdown = MonteCarloSummarySerializer()
    fan = MonteCarloFanPointSerializer(many=True)
    final_histogram = MonteCarloHistogramSerializer()
    drawdown_histogram = MonteCarloHistogramSerializer()


class MonteCarloView(APIView):
    throttle_classes = [WorkThrottle]

    @extend_schema(parameters=[MonteCarloRequestSerializer], responses=MonteCarloSerializer)
    def get(self, request: Request) -> Response:
        """Draw paths from the record of trades, and see how they spread. The same seed gives the same answer."""
        return _answer(request, query(request, MonteCarloRequestSerializer))

    @extend_schema(request=MonteCarloRequestSerializer, responses=MonteCarloSerializer)
    def post(self, request: Request) -> Response:
        """The same, asked in the body."""
        given = MonteCarloRequestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return _answer(request, given.validated_data)


def _answer(request: Request, asked: dict[str, Any]) -> Response:
    source, pk = asked["source"], asked["id"]
    record = _record(request, source, pk)
    if asked["paths"] * len(record.pnl) > MOST_STEPS:
        most = MOST_STEPS // len(record.pnl)
        raise ValidationError({"paths": [f"With {len(record.pnl):,} trades, at most {most:,} paths."]})
    told = MonteCarlo(**{name: value for name, value in asked.items() if name not in ("source", "id")})
    try:
        found = monte_carlo(record.pnl, record.notional, record.start, told)
    except NoEquity as error:
        raise ValidationError({"compounding" if told.compounding else "id": [str(error)]}) from None
    return Response({"source": source, "id": pk, "currency": record.currency, "trades_recorded": record.of, **found})


def _record(request: Request, source: str, pk: int) -> Record:
    """Of a thing of the caller's. Raises NotFound, and ValidationError where it has no trades."""
    user: Any = request.user
    try:
        if source == "backtest":
            return record_of_backtest(Backtest.objects.owned_by(user).get(pk=pk))
        if source == "account":
            return record_of_account(Account.objects.owned_by(user).get(pk=pk))
        return record_of_session(AutoTradingSession.objects.owned_by(user).select_related("account").get(pk=pk))
    except (Backtest.DoesNotExist, Account.DoesNotExist, AutoTradingSession.DoesNotExist):
        raise NotFound(f"There is no such {source}.") from None
    except NoRecord as error:
        raise ValidationError({"id": [str(error)]}) from None
