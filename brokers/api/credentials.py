"""/api/credentials/: the caller's keys. Their text goes in, and never comes out."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brokers import credentials
from brokers.api.errors import answered
from brokers.api.strict import SecretsField, StrictSerializer
from brokers.api.throttles import BrokerThrottle
from brokers.catalog import broker_info
from brokers.interface import Environment
from brokers.models import BrokerCredential

ENVIRONMENTS = [item.value for item in Environment]


class CredentialSerializer(serializers.ModelSerializer):
    """Rows need their accounts prefetched. `fields` names the secrets that are held."""

    broker_name = serializers.SerializerMethodField()
    environment = serializers.ChoiceField(ENVIRONMENTS, read_only=True)
    accounts: serializers.Field = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = BrokerCredential
        fields = (
            "id",
            "broker",
            "broker_name",
            "label",
            "environment",
            "account_id",
            "fields",
            "key_id",
            "status",
            "checked_at",
            "error",
            "created_at",
            "accounts",
        )
        read_only_fields = fields

    def get_fields(self) -> dict[str, serializers.Field]:
        """`fields` is the name of a column here, and of DRF's own property: the column's field is added by hand."""
        found = super().get_fields()
        found["fields"] = serializers.ListField(child=serializers.CharField(), read_only=True)
        return found

    def get_broker_name(self, row: BrokerCredential) -> str:
        return broker_info(row.broker).name


class NewCredentialSerializer(StrictSerializer):
    broker = serializers.CharField(max_length=30)
    environment = serializers.ChoiceField(ENVIRONMENTS)
    credentials = SecretsField()
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=60, default="", allow_blank=True, help_text="Default: the broker's name."
    )
    account_id = serializers.CharField(
        max_length=64, default="", allow_blank=True, help_text="Which of the login's accounts, where it has several."
    )


class _OwnCredentials(generics.GenericAPIView):
    serializer_class = CredentialSerializer
    queryset = BrokerCredential.objects.none()
    throttle_classes = [BrokerThrottle]

    def get_queryset(self) -> "QuerySet[BrokerCredential]":
        return BrokerCredential.objects.owned_by(self.request.user).prefetch_related("accounts")  # type: ignore[arg-type]


class CredentialListView(_OwnCredentials, generics.ListAPIView):
    @extend_schema(request=NewCredentialSerializer, responses={201: CredentialSerializer})
    def post(self, request: Request) -> Response:
        """Store keys, encrypted and untested."""
        given = NewCredentialSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        with answered():
            row = credentials.add(owner_id=int(request.user.pk or 0), secrets=values.pop("credentials"), **values)
        return Response(CredentialSerializer(row).data, status=201)


class CredentialDetailView(_OwnCredentials):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Forget the keys; 409 while an account is reached with them."""
        with answered():
            credentials.remove(credential=self.get_object())
        return Response(status=204)


class CredentialValidateView(_OwnCredentials):
    @extend_schema(request=None, responses=CredentialSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Try the keys out at the broker. Keys that it does not accept become INVALID, which is no error here."""
        row = self.get_object()
        with answered():
            try:
                credentials.validate(credential=row)
            except credentials.AuthenticationFailed:
                row.refresh_from_db()
        return Response(CredentialSerializer(row).data)
