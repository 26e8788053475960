"""GET /api/analytics/trades/export/: closed trades as a file."""

from collections.abc import AsyncIterator
from typing import IO

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from analytics.api.montecarlo import WorkThrottle
from analytics.api.scope_query import ScopeQuerySerializer, scope_of
from analytics.performance.trade_files import CSV, PARQUET, trades_file
from signals.api.strict import query

_CONTENT_TYPES = {CSV: "text/csv; charset=utf-8", PARQUET: "application/vnd.apache.parquet"}
_PIECE = 1 << 18


class TradesExportQuerySerializer(ScopeQuerySerializer):
    type = serializers.ChoiceField(list(_CONTENT_TYPES), default=CSV)


class TradesExportView(APIView):
    throttle_classes = [WorkThrottle]

    @extend_schema(
        parameters=[TradesExportQuerySerializer], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Closed trades as CSV or Parquet, in the order they were made. Money in the account's currency."""
        scope = scope_of(request)
        kind = query(request, TradesExportQuerySerializer)["type"]
        answer = StreamingHttpResponse(_pieces(trades_file(scope, kind)), content_type=_CONTENT_TYPES[kind])
        answer["Content-Disposition"] = f'attachment; filename="trades-{scope.account.pk}.{kind}"'
        return answer


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    """A server of asynchronous requests would read an ordinary iterator to its end first."""
    try:
        while piece := await sync_to_async(file.read)(_PIECE):
            yield piece
    finally:
        file.close()
