"""/api/signals/: what came in, and what each of the caller's sessions made of it."""

import uuid
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from signals.api.intake import NewSignalSerializer, header_key, take_in
from signals.api.strict import query
from signals.models import Direction, Signal, SignalSource, SignalStatus
from signals.serializers import SignalSerializer
from trading.api.idempotent import KEY
from trading.models import Decision
from trading.serializers import DecisionSerializer


class SignalQuerySerializer(serializers.Serializer):
    status = serializers.ChoiceField(SignalStatus.choices, required=False)
    symbol = serializers.CharField(max_length=40, required=False)
    source = serializers.ChoiceField(SignalSource.choices, required=False)  # type: ignore[assignment]
    strategy = serializers.CharField(max_length=60, required=False)
    venue = serializers.CharField(max_length=40, required=False)
    direction = serializers.ChoiceField(Direction.choices, required=False)


class SignalFeedSerializer(SignalSerializer):
    decisions = DecisionSerializer(many=True, read_only=True)

    class Meta(SignalSerializer.Meta):
        fields = (*SignalSerializer.Meta.fields, "decisions")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


def feed(request: Request) -> "QuerySet[Signal]":
    """Signals that the caller may see, each with the decisions of the caller's own sessions."""
    mine = Decision.objects.filter(account__owner=request.user.pk).select_related("signal", "session", "order")
    visible = Signal.objects.visible_to(request.user)  # type: ignore[arg-type]
    return visible.prefetch_related(Prefetch("decisions", queryset=mine.order_by("id"))).order_by("-id")


class SignalListView(generics.ListAPIView):
    serializer_class = SignalFeedSerializer
    queryset = Signal.objects.none()

    def get_queryset(self) -> "QuerySet[Signal]":
        return feed(self.request).filter(**query(self.request, SignalQuerySerializer))

    @extend_schema(parameters=[SignalQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's signals and those of the built-in strategies, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=NewSignalSerializer, responses={200: SignalFeedSerializer, 201: SignalFeedSerializer}, parameters=[KEY]
    )
    def post(self, request: Request) -> Response:
        """A new signal (201); or, with an Idempotency-Key used before, the one it made (200)."""
        given = NewSignalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        signal, created = take_in(
            given.validated_data,
            owner_id=int(request.user.pk or 0),
            source=SignalSource.API,
            key=header_key(request) or uuid.uuid4().hex,
        )
        saved = feed(request).get(pk=signal.pk)
        return Response(SignalFeedSerializer(saved).data, status=201 if created else 200)


class SignalDetailView(generics.RetrieveAPIView):
    serializer_class = SignalFeedSerializer
    queryset = Signal.objects.none()
    lookup_field = "public_id"

    def get_queryset(self) -> "QuerySet[Signal]":
        return feed(self.request)
