"""GET /api/analytics/performance/: every figure of an account's, a session's or some of their trades."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.scope_query import ScopeQuerySerializer, ScopeSerializer, rendered, scope_of
from analytics.performance.figures import figures


class PerformanceFiguresSerializer(serializers.Serializer):
    """As docs/analytics.md lists them: money in `currency`, percents 0-100, times UTC, null without a meaning."""

    core = serializers.DictField()
    risk = serializers.DictField()
    activity = serializers.DictField()
    excursions = serializers.DictField()
    by_symbol = serializers.ListField(child=serializers.DictField())
    by_strategy = serializers.ListField(child=serializers.DictField())
    by_source = serializers.ListField(child=serializers.DictField())
    by_tag = serializers.ListField(child=serializers.DictField())
    by_direction = serializers.ListField(child=serializers.DictField())
    by_exit_reason = serializers.ListField(child=serializers.DictField())
    by_hour = serializers.ListField(child=serializers.DictField())
    by_weekday = serializers.ListField(child=serializers.DictField())
    daily = serializers.ListField(child=serializers.DictField())
    weekly = serializers.ListField(child=serializers.DictField())
    monthly = serializers.ListField(child=serializers.DictField())
    monthly_returns = serializers.ListField(child=serializers.DictField())
    equity = serializers.ListField(child=serializers.DictField())
    drawdowns = serializers.ListField(child=serializers.DictField())
    rolling = serializers.ListField(child=serializers.DictField())
    distribution = serializers.DictField()


class AccountPerformanceSerializer(serializers.Serializer):
    scope = ScopeSerializer()
    currency = serializers.CharField()
    figures = PerformanceFiguresSerializer()


class PerformanceView(APIView):
    @extend_schema(responses=AccountPerformanceSerializer, parameters=[ScopeQuerySerializer])
    def get(self, request: Request) -> Response:
        """All figures, as of now. An account's count from its last reset on."""
        scope = scope_of(request)
        return Response({"scope": rendered(scope), "currency": scope.account.currency, "figures": figures(scope)})
