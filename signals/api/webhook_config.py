"""/api/webhooks-config/: the caller's webhook endpoints."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from signals.api.strict import StrictSerializer
from signals.models import WebhookEndpoint


class WebhookSerializer(serializers.ModelSerializer):
    class Meta:
        model = WebhookEndpoint
        fields = ("id", "name", "is_enabled", "created_at", "last_used_at")
        read_only_fields = ("id", "name", "created_at", "last_used_at")


class NewWebhookSerializer(StrictSerializer):
    name = serializers.CharField(max_length=60)


class IssuedWebhookSerializer(WebhookSerializer):
    """The only answer that holds the address and the signing secret."""

    url = serializers.CharField()
    signing_secret = serializers.CharField()

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "url", "signing_secret")  # type: ignore[assignment]


class WebhookListView(generics.ListAPIView):
    serializer_class = WebhookSerializer
    queryset = WebhookEndpoint.objects.none()

    def get_queryset(self) -> "QuerySet[WebhookEndpoint]":
        return WebhookEndpoint.objects.filter(owner=self.request.user.pk)

    @extend_schema(request=NewWebhookSerializer, responses={201: IssuedWebhookSerializer})
    def post(self, request: Request) -> Response:
        """A new endpoint. Its address and signing secret are shown this once."""
        given = NewWebhookSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            with transaction.atomic():
                endpoint, secret_id = WebhookEndpoint.issue(
                    owner_id=int(request.user.pk or 0), name=given.validated_data["name"]
                )
        except IntegrityError:
            raise ValidationError({"name": ["You have a webhook of that name."]}) from None
        body: dict[str, Any] = dict(WebhookSerializer(endpoint).data)
        body["url"] = request.build_absolute_uri(f"/api/webhooks/{secret_id}/")
        body["signing_secret"] = endpoint.signing_secret
        return Response(body, status=201)


class WebhookDetailView(generics.RetrieveUpdateDestroyAPIView):
    serializer_class = WebhookSerializer
    queryset = WebhookEndpoint.objects.none()
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_queryset(self) -> "QuerySet[WebhookEndpoint]":
        return WebhookEndpoint.objects.filter(owner=self.request.user.pk)
