"""/api/alerts/: what the caller should know, until it is read."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import query
from trading.alerts import alerts
from trading.alerts.alert_serializer import AlertSerializer, SeverityField
from trading.api.trades import LARGEST_ID
from trading.models import Alert, AlertKind


class AlertQuerySerializer(serializers.Serializer):
    unread = serializers.BooleanField(required=False, help_text="true: those not read yet; false: those read.")
    kind = serializers.ChoiceField(AlertKind.choices, required=False)
    severity = SeverityField(required=False)
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)


class AlertListView(generics.ListAPIView):
    serializer_class = AlertSerializer
    queryset = Alert.objects.none()

    def get_queryset(self) -> "QuerySet[Alert]":
        filters = query(self.request, AlertQuerySerializer)
        if "unread" in filters:
            filters["read_at__isnull"] = filters.pop("unread")
        return Alert.objects.filter(owner=self.request.user.pk, **filters).order_by("-id")

    @extend_schema(parameters=[AlertQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's alerts, newest first; `unread` beside them counts all that are not read."""
        answer = super().get(request, *args, **kwargs)
        answer.data["unread"] = Alert.objects.filter(owner=request.user.pk, read_at=None).count()
        return answer


class AlertReadView(APIView):
    permission_classes = [IsAuthenticated]  # a viewer may read

    @extend_schema(request=None, responses=AlertSerializer)
    def post(self, request: Request, alert_id: int) -> Response:
        """Mark the alert as read; once read it stays so."""
        owner_id = int(request.user.pk or 0)
        alerts.mark_read(owner_id=owner_id, alert_ids=[alert_id])
        alert = Alert.objects.filter(owner=owner_id, pk=alert_id).first()
        if alert is None:
            raise NotFound("There is no such alert.")
        return Response(AlertSerializer(alert).data)


class AlertReadAllView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses=inline_serializer("AlertsRead", {"read": serializers.IntegerField()}))
    def post(self, request: Request) -> Response:
        """Mark all of the caller's alerts as read; `read` is how many were not."""
        return Response({"read": alerts.mark_read(owner_id=int(request.user.pk or 0))})
