"""GET /api/analytics/signals/: what became of the signals that were decided on."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.scope_query import PeriodQuerySerializer, decided_of
from analytics.quality.signals import signal_quality


class ConversionSerializer(serializers.Serializer):
    """A signal counts once for each session that decided on it."""

    signals = serializers.IntegerField()
    approved = serializers.IntegerField()
    executed = serializers.IntegerField(help_text="Its entry filled, if only in part.")
    expired = serializers.IntegerField(help_text="Its time ran out without an entry.")


class LatencySerializer(serializers.Serializer):
    """Seconds of the clock from a signal to the first fill of its entry."""

    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)


class SourceQualitySerializer(serializers.Serializer):
    key = serializers.CharField()
    signals = serializers.IntegerField()
    approved = serializers.IntegerField()
    trades = serializers.IntegerField(help_text="Closed ones.")
    wins = serializers.IntegerField()
    pnl = serializers.FloatField()
    win_rate_percent = serializers.FloatField(allow_null=True)
    average_r = serializers.FloatField(allow_null=True)


class CalibrationSerializer(serializers.Serializer):
    """Signals of a confidence (fraction) from `bucket_low` on, below `bucket_high`; the last holds 1, too."""

    bucket_low = serializers.FloatField()
    bucket_high = serializers.FloatField()
    signals = serializers.IntegerField()
    trades = serializers.IntegerField(help_text="Closed ones.")
    win_rate_percent = serializers.FloatField(allow_null=True)
    average_r = serializers.FloatField(allow_null=True)


class SignalQualitySerializer(serializers.Serializer):
    currency = serializers.CharField()
    conversion = ConversionSerializer()
    latency = LatencySerializer()
    by_source = SourceQualitySerializer(many=True)
    calibration = CalibrationSerializer(many=True)


class SignalQualityView(APIView):
    @extend_schema(responses=SignalQualitySerializer, parameters=[PeriodQuerySerializer])
    def get(self, request: Request) -> Response:
        """Of the latest 20,000 decisions of the period."""
        decided = decided_of(request)
        return Response({"currency": decided.account.currency, **signal_quality(decided)})
