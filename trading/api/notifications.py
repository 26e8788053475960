"""/api/notifications/: the channels by which the caller is told of alerts. An address goes in, and never comes out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brokers.api.strict import SecretField, StrictSerializer
from trading.alerts.alert_serializer import SeverityField
from trading.api.idempotent import KEY, answer_once
from trading.api.throttles import NotifyThrottle
from trading.idempotency import Answer
from trading.models import AlertKind, DeliveryStatus, NotificationChannel, Severity
from trading.notifications import channels


class DeliverySerializer(serializers.Serializer):
    """What became of the last message; `at` is when it was sent, or else when it was or will be tried."""

    status = serializers.ChoiceField(DeliveryStatus.choices)
    at = serializers.SerializerMethodField()
    error = serializers.CharField()

    def get_at(self, row: Any) -> str:
        moment = row.sent_at or row.due_at
        return str(serializers.DateTimeField().to_representation(moment))


class ChannelSerializer(serializers.ModelSerializer):
    min_severity = SeverityField(read_only=True)
    kinds = serializers.ListField(child=serializers.ChoiceField(AlertKind.choices), read_only=True)
    quiet_from = serializers.TimeField(format="%H:%M", read_only=True, allow_null=True)
    quiet_until = serializers.TimeField(format="%H:%M", read_only=True, allow_null=True)
    last_delivery = serializers.SerializerMethodField()

    class Meta:
        model = NotificationChannel
        fields = (
            "id",
            "label",
            "service",
            "is_enabled",
            "min_severity",
            "kinds",
            "quiet_from",
            "quiet_until",
            "time_zone",
            "last_delivery",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema(responses=DeliverySerializer(allow_null=True))  # type: ignore[type-var]
    def get_last_delivery(self, row: NotificationChannel) -> dict[str, Any] | None:
        last = row.deliveries.order_by("-pk").first()
        return None if last is None else dict(DeliverySerializer(last).data)


class ChannelChangeSerializer(StrictSerializer):
    label = serializers.CharField(max_length=60, required=False)  # type: ignore[assignment]
    url = SecretField(required=False, help_text="In apprise's notation, or as the service shows it.")
    is_enabled = serializers.BooleanField(required=False)
    min_severity = SeverityField(required=False, help_text="Default: WARNING.")
    kinds = serializers.ListField(
        child=serializers.ChoiceField(AlertKind.choices),
        max_length=len(AlertKind),
        required=False,
        help_text="Empty: all.",
    )
    quiet_from = serializers.TimeField(required=False, allow_null=True, help_text="Local time, e.g. 22:00.")
    quiet_until = serializers.TimeField(required=False, allow_null=True)
    time_zone = serializers.CharField(max_length=64, required=False, help_text="e.g. Europe/Berlin. Default: UTC.")


class NewChannelSerializer(ChannelChangeSerializer):
    label = serializers.CharField(max_length=60)  # type: ignore[assignment]
    url = SecretField(help_text="In apprise's notation, or as the service shows it.")


class TestResultSerializer(serializers.Serializer):
    delivered = serializers.BooleanField()
    error = serializers.CharField(help_text='Why not; "" where it was.')


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except channels.InvalidChannel as error:
        raise ValidationError(error.fields) from None


class _OwnChannels(generics.GenericAPIView):
    serializer_class = ChannelSerializer
    queryset = NotificationChannel.objects.none()

    def get_queryset(self) -> "QuerySet[NotificationChannel]":
        return NotificationChannel.objects.filter(owner=self.request.user.pk)


class ChannelListView(_OwnChannels, generics.ListAPIView):
    @extend_schema(request=NewChannelSerializer, responses={201: ChannelSerializer}, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """A new channel; its address is stored encrypted, and not tried out yet."""
        given = NewChannelSerializer(data=request.data)
        given.is_valid(raise_exception=True)

        def handle() -> Answer:
            with _refusals():
                channel = channels.add(owner_id=int(request.user.pk or 0), **given.validated_data)
            return 201, ChannelSerializer(channel).data

        return answer_once(request, handle)


class ChannelDetailView(_OwnChannels, generics.RetrieveAPIView):
    @extend_schema(request=ChannelChangeSerializer, responses=ChannelSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change the rules; with `url` the address, too."""
        given = ChannelChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        changes = dict(given.validated_data)
        with _refusals():
            channel = channels.change(channel_id=self.get_object().pk, url=changes.pop("url", None), changes=changes)
        return Response(ChannelSerializer(channel).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Forget the channel and its address."""
        channels.remove(channel_id=self.get_object().pk)
        return Response(status=204)


class ChannelTestView(_OwnChannels):
    throttle_classes = [NotifyThrottle]

    @extend_schema(request=None, responses=TestResultSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Send a test message now, whatever the rules and the hour. One that does not arrive is no error here."""
        delivery = channels.send_test(channel=self.get_object())
        return Response({"delivered": delivery.status == DeliveryStatus.SENT, "error": delivery.error})


class ServiceListView(APIView):
    @extend_schema(
        responses=inline_serializer(
            "NotificationServices",
            {
                "services": inline_serializer(
                    "NotificationService",
                    {
                        "name": serializers.CharField(),
                        "schemes": serializers.ListField(child=serializers.CharField()),
                        "docs": serializers.CharField(help_text="A page that says how its address is written."),
                    },
                    many=True,
                ),
                "kinds": inline_serializer(
                    "NotificationKind",
                    {"kind": serializers.ChoiceField(AlertKind.choices), "severity": SeverityField()},
                    many=True,
                ),
                "severities": serializers.ListField(child=SeverityField()),
            },
        )
    )
    def get(self, request: Request) -> Response:
        """What can be asked for: the services, and the kinds of alerts with how grave they usually are."""
        from trading.alerts.alerts import severity_of
        from trading.notifications import services

        kinds = [{"kind": kind.value, "severity": severity_of(kind).name} for kind in AlertKind]
        severities = [item.name for item in Severity]
        return Response({"services": list(services.services()), "kinds": kinds, "severities": severities})
