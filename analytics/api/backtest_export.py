"""GET /api/backtests/<id>/export/: a backtest to take along."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from analytics.api.backtests import owned_backtest
from analytics.jobs.export import CONTENT_TYPES, TABLES, exported
from signals.api.strict import query
from trading.api.idempotent import Conflict


class ExportQuerySerializer(serializers.Serializer):
    type = serializers.ChoiceField(list(CONTENT_TYPES), default="csv")
    of = serializers.ChoiceField(list(TABLES), default="trades", help_text="Which table CSV and Parquet hold.")


class BacktestExportView(APIView):
    @extend_schema(
        parameters=[ExportQuerySerializer], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, backtest_id: int) -> HttpResponse:
        """Its trades or its equity as CSV or Parquet, or a report of it as HTML or PDF; 409 before it is done."""
        backtest = owned_backtest(request, backtest_id)
        asked = query(request, ExportQuerySerializer)
        kind, table = asked["type"], asked["of"]
        if getattr(backtest, "stored", None) is None:
            raise Conflict("There is nothing to export before it is done.", "not_done")
        name = f"backtest-{backtest.pk}" + ("-equity" if table == "equity" else "")
        answer = HttpResponse(exported(backtest, kind, table), content_type=CONTENT_TYPES[kind])
        answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
        return answer
