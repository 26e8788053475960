"""/api/decisions/ and /api/events/."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError

from trading.models import Decision, Event
from trading.serializers import DecisionSerializer

_DECISION_FILTERS = {"signal": "signal__public_id", "session": "session", "account": "account", "verdict": "verdict"}


@extend_schema_view(
    get=extend_schema(parameters=[OpenApiParameter(name, OpenApiTypes.STR) for name in _DECISION_FILTERS])
)
class DecisionListView(generics.ListAPIView):
    """Every decision of the caller's sessions, newest first."""

    serializer_class = DecisionSerializer
    queryset = Decision.objects.none()

    def get_queryset(self) -> "QuerySet[Decision]":
        found = Decision.objects.filter(account__owner=self.request.user.pk)
        for name, column in _DECISION_FILTERS.items():
            if value := self.request.query_params.get(name):
                try:
                    found = found.filter(**{column: value})
                except (ValueError, TypeError):
                    raise ValidationError({name: ["This is not an id."]}) from None
        return found.select_related("signal", "session", "order").order_by("-id")


class EventSerializer(serializers.ModelSerializer):
    account = serializers.IntegerField(source="account_id", read_only=True, allow_null=True)

    class Meta:
        model = Event
        fields = ("number", "type", "account", "payload", "created_at")
        read_only_fields = fields


@extend_schema_view(
    get=extend_schema(
        parameters=[OpenApiParameter("after", OpenApiTypes.INT), OpenApiParameter("type", OpenApiTypes.STR)]
    )
)
class EventListView(generics.ListAPIView):
    """The caller's events: newest first, or with ?after=<number> those that follow it, oldest first."""

    serializer_class = EventSerializer
    queryset = Event.objects.none()

    def get_queryset(self) -> "QuerySet[Event]":
        found = Event.objects.filter(owner=self.request.user.pk)
        if kind := self.request.query_params.get("type"):
            found = found.filter(type=kind)
        after = self.request.query_params.get("after")
        if after is None:
            return found.order_by("-number")
        if not after.isdigit() or len(after) > 18:
            raise ValidationError({"after": ["An event number is needed."]})
        return found.filter(number__gt=int(after)).order_by("number")
