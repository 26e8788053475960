"""POST /api/connect/: try keys out, and store them if asked to."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brokers import credentials
from brokers.api.credentials import ENVIRONMENTS, CredentialSerializer, NewCredentialSerializer
from brokers.api.errors import answered
from brokers.api.throttles import BrokerThrottle
from brokers.connection_check import DEMO, REAL, Check, check
from brokers.models import BrokerCredential


class ConnectSerializer(NewCredentialSerializer):
    save = serializers.BooleanField(default=False, help_text="Store the keys, encrypted, once they are accepted.")  # type: ignore[assignment]


class BalanceSerializer(serializers.Serializer):
    """One currency's money; decimal strings."""

    currency = serializers.CharField()
    total = serializers.CharField()
    free = serializers.CharField()
    equity = serializers.CharField()


class ConnectedAccountSerializer(serializers.Serializer):
    broker = serializers.CharField()
    environment = serializers.ChoiceField(ENVIRONMENTS)
    accountId = serializers.CharField()
    accountType = serializers.ChoiceField([DEMO, REAL])
    balances = BalanceSerializer(many=True)
    latencyMs = serializers.FloatField(allow_null=True)
    permissions = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Null: the broker does not tell."
    )
    credential = CredentialSerializer(allow_null=True)


class ConnectedSerializer(serializers.Serializer):
    success = serializers.BooleanField()
    data = ConnectedAccountSerializer()  # type: ignore[assignment]


class ConnectView(APIView):
    throttle_classes = [BrokerThrottle]

    @extend_schema(request=ConnectSerializer, responses=ConnectedSerializer)
    def post(self, request: Request) -> Response:
        """Connect with these keys and read the balance. Nothing is stored unless `save` is set."""
        given = ConnectSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        save, label, secrets = values.pop("save"), values.pop("label"), values.pop("credentials")
        owner_id = int(request.user.pk or 0)
        with answered():
            if save:
                credentials.need_free_label(owner_id=owner_id, label=label)
            found = check(values["broker"], credentials.make(secrets=secrets, **values))
            row = (
                credentials.add(owner_id=owner_id, secrets=secrets, label=label, checked=found, **values)
                if save
                else None
            )
        return Response({"success": True, "data": _shown(found, row)})


def _shown(found: Check, row: BrokerCredential | None) -> dict[str, Any]:
    facts = found.facts()
    return {
        "broker": found.broker,
        "environment": found.environment.value,
        "accountId": facts["account_id"],
        "accountType": facts["account_type"],
        "balances": facts["balances"],
        "latencyMs": facts["latency_ms"],
        "permissions": facts["permissions"],
        "credential": None if row is None else CredentialSerializer(row).data,
    }
