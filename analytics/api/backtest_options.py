"""GET /api/backtests/options/: what a backtest can be made of."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import signals.strategies  # noqa: F401  (registers the built-in strategies)
from analytics.jobs.figures import LIGHT
from analytics.jobs.series import stored_series
from analytics.search.scores import MAXIMIZABLE
from analytics.search.space import METHODS
from signals.strategies.registry import all_strategies, json_schema


class BacktestStrategySerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    schema = serializers.DictField(help_text="JSON schema of its parameters.")


class StoredSeriesSerializer(serializers.Serializer):
    venue = serializers.CharField()
    symbol = serializers.CharField()
    timeframe = serializers.CharField()
    rows = serializers.IntegerField()
    start = serializers.DateTimeField(help_text="Open of the first candle.")
    end = serializers.DateTimeField(help_text="Open of the last candle.")
    missing = serializers.IntegerField()
    gaps = serializers.IntegerField()


class BacktestOptionsSerializer(serializers.Serializer):
    strategies = BacktestStrategySerializer(many=True)
    series = StoredSeriesSerializer(many=True)
    methods = serializers.ListField(child=serializers.CharField())
    figures = serializers.ListField(child=serializers.CharField(), help_text="What a search may maximize.")
    trial_figures = serializers.ListField(child=serializers.CharField(), help_text="What a heatmap may show.")


class BacktestOptionsView(APIView):
    @extend_schema(responses=BacktestOptionsSerializer)
    def get(self, request: Request) -> Response:
        """The strategies, the stored candles, and the figures that a search may maximize."""
        strategies = [
            {
                "name": item.name,
                "title": item.title,
                "description": item.description,
                "schema": json_schema(item.name),
            }
            for item in all_strategies()
        ]
        options = {"methods": METHODS, "figures": MAXIMIZABLE, "trial_figures": ["score", *LIGHT]}
        return Response({"strategies": strategies, "series": stored_series(), **options})
