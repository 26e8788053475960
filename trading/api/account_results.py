"""/api/accounts/<id>/equity/ and summary/: what came of an account, on paper or at a broker."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import query
from trading.accounts.equity import equity_points
from trading.api.accounts import owned_account
from trading.api.summary import SummarySerializer, summary_body


class EquityQuerySerializer(serializers.Serializer):
    limit = serializers.IntegerField(min_value=10, max_value=5000, default=500)


class EquityPointSerializer(serializers.Serializer):
    time = serializers.DateTimeField()
    balance = serializers.CharField()
    equity = serializers.CharField()


class EquityCurveSerializer(serializers.Serializer):
    points = EquityPointSerializer(many=True)


class EquityView(APIView):
    @extend_schema(responses=EquityCurveSerializer, parameters=[EquityQuerySerializer])
    def get(self, request: Request, account_id: int) -> Response:
        """The equity curve since the last reset, oldest first, thinned to `limit` points at most."""
        account = owned_account(request, account_id)
        limit = query(request, EquityQuerySerializer)["limit"]
        return Response({"points": equity_points(account, limit)})


class AccountSummaryView(APIView):
    @extend_schema(responses=SummarySerializer)
    def get(self, request: Request, account_id: int) -> Response:
        """The account, its results since the last reset, its open positions and its latest closed trades."""
        return Response(summary_body(owned_account(request, account_id)))
