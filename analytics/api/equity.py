"""GET /api/analytics/equity/: the equity curve, and under water how far below its highest."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.scope_query import ScopeQuerySerializer, ScopeSerializer, rendered, scope_of
from analytics.performance.figures import equity


class MarkedEquitySerializer(serializers.Serializer):
    """Money in `currency`; the drawdown in percent of the highest equity so far, 0 or below."""

    time = serializers.DateTimeField()
    equity = serializers.FloatField()
    balance = serializers.FloatField()
    drawdown_percent = serializers.FloatField()


class PerformanceEquitySerializer(serializers.Serializer):
    scope = ScopeSerializer()
    currency = serializers.CharField()
    points = MarkedEquitySerializer(many=True)


class EquityView(APIView):
    @extend_schema(responses=PerformanceEquitySerializer, parameters=[ScopeQuerySerializer])
    def get(self, request: Request) -> Response:
        """At most 1,000 points, oldest first; the extremes and the deepest fall are among them.

        An account's equity is marked to market; a session's, and that of some trades, is what their results add up to.
        """
        scope = scope_of(request)
        return Response({"scope": rendered(scope), "currency": scope.account.currency, "points": equity(scope)})
