"""GET /api/deriv/auto-trading/analytics/: the figures of the auto-trading session, in the words of a Deriv client."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.scope_query import BACKWARDS, DayField
from analytics.performance.figures import figures
from analytics.performance.scope import Scope
from signals.api.strict import query
from trading.api.deriv_auto_trading import ACCOUNT, chosen_account
from trading.sessions import auto_session


class DerivPeriodQuerySerializer(serializers.Serializer):
    startDate = DayField(required=False, help_text="UTC, counted; default: the session's first.")
    endDate = DayField(required=False, help_text="UTC, counted; default: its last.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("startDate") and attrs.get("endDate") and attrs["endDate"] < attrs["startDate"]:
            raise ValidationError({"endDate": [BACKWARDS]})
        return attrs


class DerivTimeBasedSerializer(serializers.Serializer):
    hourly = serializers.ListField(child=serializers.DictField(), help_text="24, by the hour of the entry.")
    weekday = serializers.ListField(child=serializers.DictField(), help_text="7, 0 is Monday.")
    daily = serializers.ListField(child=serializers.DictField())
    weekly = serializers.ListField(child=serializers.DictField())
    monthly = serializers.ListField(child=serializers.DictField())


class DerivAnalyticsSerializer(serializers.Serializer):
    """The figures of docs/analytics.md, their names in camelCase; money in `currency`."""

    account = serializers.IntegerField()
    sessionId = serializers.IntegerField()
    currency = serializers.CharField()
    startDate = serializers.DateField(allow_null=True)
    endDate = serializers.DateField(allow_null=True)
    core = serializers.DictField()
    performance = serializers.DictField(help_text="Ratios of return to risk, and drawdowns.")
    activity = serializers.DictField()
    bySymbol = serializers.ListField(child=serializers.DictField())
    timeBased = DerivTimeBasedSerializer()
    equityCurve = serializers.ListField(child=serializers.DictField())


class DerivAnalyticsView(APIView):
    @extend_schema(responses=DerivAnalyticsSerializer, parameters=[ACCOUNT, DerivPeriodQuerySerializer])
    def get(self, request: Request) -> Response:
        """What the session's closed trades made. 404 until it was started."""
        account = chosen_account(request)
        asked = query(request, DerivPeriodQuerySerializer)
        session = auto_session.find(account)
        if session is None:
            raise NotFound("Auto-trading was never started on this account; POST start/ does.")
        start, end = asked.get("startDate"), asked.get("endDate")
        found = figures(Scope(account, session, start, end))
        body = {
            "account": account.pk,
            "session_id": session.pk,
            "currency": account.currency,
            "start_date": start and start.isoformat(),
            "end_date": end and end.isoformat(),
            "core": found["core"],
            "performance": found["risk"],
            "activity": found["activity"],
            "by_symbol": found["by_symbol"],
            "time_based": {
                "hourly": found["by_hour"],
                "weekday": found["by_weekday"],
                **{name: found[name] for name in ("daily", "weekly", "monthly")},
            },
            "equity_curve": found["equity"],
        }
        return Response(camel(body))


def camel(value: Any) -> Any:
    """The same with the names of all objects in camelCase."""
    if isinstance(value, dict):
        return {_camel(name): camel(item) for name, item in value.items()}
    return [camel(item) for item in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
