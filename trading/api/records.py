"""/api/decisions/ and /api/events/."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from signals.api.strict import query
from trading.api.trades import LARGEST_ID
from trading.models import Decision, Event, EventType, Verdict
from trading.serializers import DecisionSerializer


class DecisionQuerySerializer(serializers.Serializer):
    signal = serializers.UUIDField(required=False)
    session = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    verdict = serializers.ChoiceField(Verdict.choices, required=False)


class DecisionListView(generics.ListAPIView):
    serializer_class = DecisionSerializer
    queryset = Decision.objects.none()

    def get_queryset(self) -> "QuerySet[Decision]":
        filters = query(self.request, DecisionQuerySerializer)
        if signal := filters.pop("signal", None):
            filters["signal__public_id"] = signal
        own = Decision.objects.filter(account__owner=self.request.user.pk, **filters)
        return own.select_related("signal", "session", "order").order_by("-id")

    @extend_schema(parameters=[DecisionQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every decision of the caller's sessions, newest first."""
        return super().get(request, *args, **kwargs)


class EventSerializer(serializers.ModelSerializer):
    account = serializers.IntegerField(source="account_id", read_only=True, allow_null=True)

    class Meta:
        model = Event
        fields = ("number", "type", "account", "payload", "created_at")
        read_only_fields = fields


class EventQuerySerializer(serializers.Serializer):
    after = serializers.IntegerField(min_value=0, max_value=LARGEST_ID, required=False, help_text="Event number.")
    type = serializers.ChoiceField(EventType.choices, required=False)
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)


class EventListView(generics.ListAPIView):
    serializer_class = EventSerializer
    queryset = Event.objects.none()

    def get_queryset(self) -> "QuerySet[Event]":
        filters = query(self.request, EventQuerySerializer)
        after = filters.pop("after", None)
        own = Event.objects.filter(owner=self.request.user.pk, **filters)
        return own.order_by("-number") if after is None else own.filter(number__gt=after).order_by("number")

    @extend_schema(parameters=[EventQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's events: newest first, or with ?after=<number> those that follow it, oldest first."""
        return super().get(request, *args, **kwargs)
