"""/api/signals/: what came in, and what each of the caller's sessions made of it."""

import uuid
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from signals.api.intake import NewSignalSerializer, header_key, take_in
from signals.models import Signal, SignalSource
from signals.serializers import SignalSerializer
from trading.models import Decision
from trading.serializers import DecisionSerializer

_FILTERS = ("status", "symbol", "source", "strategy", "venue", "direction")


class SignalFeedSerializer(SignalSerializer):
    decisions = DecisionSerializer(many=True, read_only=True)

    class Meta(SignalSerializer.Meta):
        fields = (*SignalSerializer.Meta.fields, "decisions")  # type: ignore[assignment]


def feed(request: Request) -> "QuerySet[Signal]":
    """Signals that the caller may see, each with the decisions of the caller's own sessions."""
    mine = Decision.objects.filter(account__owner=request.user.pk).select_related("signal", "session", "order")
    visible = Signal.objects.visible_to(request.user)
    return visible.prefetch_related(Prefetch("decisions", queryset=mine.order_by("id"))).order_by("-id")


class SignalListView(generics.ListAPIView):
    serializer_class = SignalFeedSerializer
    queryset = Signal.objects.none()

    def get_queryset(self) -> "QuerySet[Signal]":
        found = feed(self.request)
        for name in _FILTERS:
            if value := self.request.query_params.get(name):
                found = found.filter(**{name: value})
        return found

    @extend_schema(parameters=[OpenApiParameter(name, OpenApiTypes.STR) for name in _FILTERS])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=NewSignalSerializer,
        responses={200: SignalSerializer, 201: SignalSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> Response:
        """A new signal (201); or, with an Idempotency-Key used before, the one it made (200)."""
        given = NewSignalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        signal, created = take_in(
            given.validated_data,
            owner_id=int(request.user.pk or 0),
            source=SignalSource.API,
            key=header_key(request, uuid.uuid4().hex),
        )
        return Response(SignalSerializer(signal).data, status=201 if created else 200)


class SignalDetailView(generics.RetrieveAPIView):
    serializer_class = SignalFeedSerializer
    queryset = Signal.objects.none()
    lookup_field = "public_id"

    def get_queryset(self) -> "QuerySet[Signal]":
        return feed(self.request)
