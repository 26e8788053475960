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
        return self.connect(request, dict(given.validated_data))

    def connect(self, request: Request, values: dict[str, Any]) -> Response:
        """The answer to a request whose `values` are well-formed."""
        found = self.try_out(request, values)
        return Response(self.keep(request, values, found) if values["save"] else shown(found, None))

    def try_out(self, request: Request, values: dict[str, Any]) -> Check:
        """What the broker says to the keys. Raises BrokerRefusal, ValidationError."""
        with answered():
            if values["save"]:
                credentials.need_free_label(owner_id=int(request.user.pk or 0), label=values["label"])
            return check(values["broker"], credentials.make(secrets=values["credentials"], **_place(values)))

    def keep(self, request: Request, values: dict[str, Any], found: Check) -> dict[str, Any]:
        """Store the keys that the broker has accepted; the answer's body."""
        with answered():
            row = credentials.add(
                owner_id=int(request.user.pk or 0),
                secrets=values["credentials"],
                label=values["label"],
                checked=found,
                **_place(values),
            )
        return shown(found, row)


def _place(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("broker", "environment", "account_id")}


def shown(found: Check, row: BrokerCredential | None) -> dict[str, Any]:
    """The answer's body: what the broker said, and the stored keys without their text."""
    return {"success": True, "data": _shown(found, row)}


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
