"""GET /api/backtests/compare/: several backtests side by side."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.backtest_serializers import IdsField
from analytics.jobs.selectors import owned_backtests
from analytics.models import Backtest
from signals.api.strict import query

_SHOWN = ("core", "risk", "activity")


class CompareQuerySerializer(serializers.Serializer):
    ids = IdsField(max_length=200)


class ComparedRunSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField()
    currency = serializers.CharField()
    figures = serializers.DictField(help_text="core, risk and activity.")
    equity = serializers.ListField(child=serializers.DictField(), help_text="time, equity, balance, drawdown_percent.")


class ComparisonSerializer(serializers.Serializer):
    runs = ComparedRunSerializer(many=True)


class BacktestCompareView(APIView):
    @extend_schema(
        responses=ComparisonSerializer,
        parameters=[OpenApiParameter("ids", OpenApiTypes.STR, required=True, description="Up to ten, as 1,2,3.")],
    )
    def get(self, request: Request) -> Response:
        """Figures and equity of the backtests, in the order in which they were asked for."""
        ids = query(request, CompareQuerySerializer)["ids"]
        found = {row.pk: row for row in owned_backtests(request.user).filter(pk__in=ids)}
        if len(found) < len(ids):
            raise NotFound("There is no such backtest.")
        return Response({"runs": [_run(found[pk]) for pk in ids]})


def _run(row: Backtest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "status": row.status,
        "currency": row.config.get("account", {}).get("currency", "USDT"),
        "figures": {name: row.figures[name] for name in _SHOWN if name in row.figures},
        "equity": row.figures.get("equity", []),
    }
