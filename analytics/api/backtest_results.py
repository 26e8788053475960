"""/api/backtests/<id>/trades, trials and heatmap: what came of a backtest in detail."""

from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.backtest_serializers import BacktestTradeSerializer, TrialQuerySerializer, TrialSerializer
from analytics.api.backtests import owned_backtest
from analytics.jobs.export import columns_of
from analytics.jobs.figures import LIGHT
from analytics.jobs.selectors import heatmap
from analytics.models import Backtest, Trial
from analytics.search.space import read_space
from signals.api.strict import query


class _TradeRows:
    """The trades as the paginator asks for them: a part at a time."""

    def __init__(self, backtest: Backtest) -> None:
        stored = getattr(backtest, "stored", None)
        self._columns = {} if stored is None else columns_of(stored)

    def __len__(self) -> int:
        return len(self._columns.get("number", ()))

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        from analytics.reports.export.trade_columns import trade_rows

        start = part.start or 0
        return trade_rows(self._columns, start, part.stop - start)


class BacktestTradesView(generics.GenericAPIView):
    serializer_class = BacktestTradeSerializer
    queryset = Backtest.objects.none()

    @extend_schema(responses=BacktestTradeSerializer(many=True))
    def get(self, request: Request, backtest_id: int) -> Response:
        """The trades in the order of their entries; none before it is done."""
        rows: Any = _TradeRows(owned_backtest(request, backtest_id))
        return self.get_paginated_response(self.paginate_queryset(rows))


class BacktestTrialsView(generics.ListAPIView):
    serializer_class = TrialSerializer
    queryset = Trial.objects.none()

    def get_queryset(self) -> "QuerySet[Trial]":
        backtest = owned_backtest(self.request, self.kwargs["backtest_id"])
        asked = query(self.request, TrialQuerySerializer)
        order = asked.pop("order")
        name = F(order.lstrip("-"))
        by = name.desc(nulls_last=True) if order.startswith("-") else name.asc(nulls_last=True)
        return backtest.trials.filter(**asked).defer("returns").order_by(by, "number")

    @extend_schema(parameters=[TrialQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A search's trials, the best first; those without a score last."""
        return super().get(request, *args, **kwargs)


class HeatmapQuerySerializer(serializers.Serializer):
    x = serializers.CharField(max_length=100, required=False, help_text="A searched path. Default: the first.")
    y = serializers.CharField(max_length=100, required=False, help_text="Default: the second.")
    figure = serializers.ChoiceField(["score", *LIGHT], default="score")
    fold = serializers.IntegerField(min_value=0, max_value=1000, default=0)


class HeatmapAxisSerializer(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.JSONField())


class HeatmapSerializer(serializers.Serializer):
    x = HeatmapAxisSerializer()
    y = HeatmapAxisSerializer()
    cells = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(allow_null=True)), help_text="A row a value of y."
    )


class BacktestHeatmapView(generics.GenericAPIView):
    @extend_schema(parameters=[HeatmapQuerySerializer], responses=HeatmapSerializer)
    def get(self, request: Request, backtest_id: int) -> Response:
        """A figure over two of the settings that were searched; where others were, too, their best is shown."""
        backtest = owned_backtest(request, backtest_id)
        asked = query(request, HeatmapQuerySerializer)
        paths = [item.path for item in read_space(backtest.search.get("space", {}))]
        wrong = [axis for axis in ("x", "y") if axis in asked and asked[axis] not in paths]
        if wrong:
            raise ValidationError({axis: ["This search did not change it."] for axis in wrong})
        axes = {"x": "", "y": ""} if not paths else {"x": paths[0], "y": paths[min(1, len(paths) - 1)]}
        return Response(heatmap(backtest, **{**axes, **asked}))
