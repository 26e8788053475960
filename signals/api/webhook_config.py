"""/api/webhooks-config/: the caller's webhook endpoints."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from signals.api.intake import KEY_HEADER, KeyReused, header_key
from signals.api.strict import StrictSerializer
from signals.models import WebhookEndpoint


class WebhookSerializer(serializers.ModelSerializer):
    class Meta:
        model = WebhookEndpoint
        fields = ("id", "name", "is_enabled", "created_at", "last_used_at")
        read_only_fields = fields


class NewWebhookSerializer(StrictSerializer):
    name = serializers.CharField(max_length=60)


class WebhookSwitchSerializer(StrictSerializer):
    is_enabled = serializers.BooleanField()


class IssuedWebhookSerializer(WebhookSerializer):
    """The only answer that holds the address and the signing secret."""

    url = serializers.CharField()
    signing_secret = serializers.CharField()

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "url", "signing_secret")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class _OwnWebhooks(generics.GenericAPIView):
    serializer_class = WebhookSerializer
    queryset = WebhookEndpoint.objects.none()

    def get_queryset(self) -> "QuerySet[WebhookEndpoint]":
        return WebhookEndpoint.objects.filter(owner=self.request.user.pk)


class WebhookListView(_OwnWebhooks, generics.ListAPIView):
    @extend_schema(
        request=NewWebhookSerializer,
        responses={201: IssuedWebhookSerializer},
        parameters=[OpenApiParameter(KEY_HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> Response:
        """A new endpoint. Its address and signing secret are shown this once, or again for the same Idempotency-Key."""
        given = NewWebhookSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        endpoint, secret_id = self._issue(given.validated_data["name"], header_key(request))
        body: dict[str, Any] = dict(WebhookSerializer(endpoint).data)
        body["url"] = request.build_absolute_uri(f"/api/webhooks/{secret_id}/")
        body["signing_secret"] = endpoint.signing_secret
        return Response(body, status=201)

    def _issue(self, name: str, key: str | None) -> tuple[WebhookEndpoint, str]:
        """The endpoint that this key made before, if any: no answer with secrets in it is ever stored."""
        owner_id = int(self.request.user.pk or 0)
        try:
            with transaction.atomic():
                return WebhookEndpoint.issue(owner_id=owner_id, name=name, key=key)
        except IntegrityError:
            made = WebhookEndpoint.issued(owner_id=owner_id, key=key) if key else None
        if made is None:
            raise ValidationError({"name": ["You have a webhook of that name."]})
        if made[0].name != name:
            raise KeyReused
        return made


class WebhookDetailView(_OwnWebhooks, generics.RetrieveDestroyAPIView):
    @extend_schema(request=WebhookSwitchSerializer, responses=WebhookSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Switch the endpoint on or off."""
        given = WebhookSwitchSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with transaction.atomic():
            endpoint = self.get_object()
            endpoint.is_enabled = given.validated_data["is_enabled"]
            endpoint.save(update_fields=["is_enabled"])
        return Response(WebhookSerializer(endpoint).data)
