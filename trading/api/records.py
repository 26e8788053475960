"""/api/decisions/ and /api/events/."""

from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet, Value
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from signals.api.strict import query
from trading.api.trades import LARGEST_ID
from trading.models import Decision, Event, EventType, Verdict
from trading.serializers import DecisionSerializer

SEARCHED = 10_000


class FailedAt(Func):
    """Whether the gate of that name is among a decision's gates, and failed."""

    arity = 2
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="EXISTS (SELECT 1 FROM json_each(%(expressions)s)",
            arg_joiner=") WHERE NOT json_extract(value, '$.passed') AND json_extract(value, '$.name') = ",
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="(%(expressions)s::text, 'passed', false)))",
            arg_joiner=" @> jsonb_build_array(jsonb_build_object('name', ",
        )


class DecisionQuerySerializer(serializers.Serializer):
    signal = serializers.UUIDField(required=False)
    session = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    verdict = serializers.ChoiceField(Verdict.choices, required=False)
    symbol = serializers.CharField(max_length=40, required=False)
    gate = serializers.RegexField(
        r"^[a-z_]{1,40}$", required=False, help_text=f"One that failed; found among the latest {SEARCHED}."
    )


def _failed_at(decisions: "QuerySet[Decision]", gate: str) -> "QuerySet[Decision]":
    """Those among the latest that failed at the gate. No index leads to them, so a long past is not searched."""
    earlier = decisions.order_by("-pk").values_list("pk", flat=True)[SEARCHED : SEARCHED + 1]
    recent = decisions.filter(pk__gt=earlier[0]) if earlier else decisions
    return recent.filter(FailedAt(F("gates"), Value(gate)))


class ListedDecisionSerializer(DecisionSerializer):
    """With the number that people know its settings by, beside their id. Rows need their algorithm selected, too."""

    algorithm_version = serializers.IntegerField(source="algorithm.version", default=None, read_only=True)

    class Meta(DecisionSerializer.Meta):
        fields = (*DecisionSerializer.Meta.fields, "algorithm_version")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class DecisionListView(generics.ListAPIView):
    serializer_class = ListedDecisionSerializer
    queryset = Decision.objects.none()

    def get_queryset(self) -> "QuerySet[Decision]":
        filters = query(self.request, DecisionQuerySerializer)
        if signal := filters.pop("signal", None):
            filters["signal__public_id"] = signal
        if symbol := filters.pop("symbol", None):
            filters["signal__symbol"] = symbol
        gate = filters.pop("gate", None)
        own = Decision.objects.filter(account__owner=self.request.user.pk, **filters)
        if gate:
            own = _failed_at(own.filter(verdict=Verdict.REJECTED), gate)
        return own.select_related("signal", "session", "order", "algorithm").order_by("-id")

    @extend_schema(parameters=[DecisionQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every decision of the caller's sessions, newest first."""
        return super().get(request, *args, **kwargs)


class EventSerializer(serializers.ModelSerializer):
    """`actor` is the id of the user who did it, by the door `via`; null and "" stand for the system itself."""

    account = serializers.IntegerField(source="account_id", read_only=True, allow_null=True)
    actor = serializers.IntegerField(source="actor_id", read_only=True, allow_null=True)

    class Meta:
        model = Event
        fields = ("number", "type", "account", "actor", "via", "payload", "hash", "created_at")
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
