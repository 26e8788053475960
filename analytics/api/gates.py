"""GET /api/analytics/gates/: which gates refused what, and what that would have made."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.scope_query import PeriodQuerySerializer, decided_of
from analytics.quality.gates import gate_quality


class WouldHaveSerializer(serializers.Serializer):
    """Of the signals that the gate was the first to refuse: an estimate from stored candles."""

    trades = serializers.IntegerField()
    wins = serializers.IntegerField()
    pnl = serializers.FloatField(help_text="Net of commission, account currency.")
    unknown = serializers.IntegerField(help_text="It cannot be told, or not yet.")


class GateQualityRowSerializer(serializers.Serializer):
    name = serializers.CharField()
    blocked_first = serializers.IntegerField()
    failed = serializers.IntegerField()
    would_have = WouldHaveSerializer()


class GateQualitySerializer(serializers.Serializer):
    currency = serializers.CharField()
    decisions = serializers.IntegerField()
    approved = serializers.IntegerField()
    gates = GateQualityRowSerializer(many=True)


class GateQualityView(APIView):
    @extend_schema(responses=GateQualitySerializer, parameters=[PeriodQuerySerializer])
    def get(self, request: Request) -> Response:
        """Of the latest 10,000 decisions of the period; gates that refused first most often come first."""
        decided = decided_of(request)
        return Response({"currency": decided.account.currency, **gate_quality(decided)})
