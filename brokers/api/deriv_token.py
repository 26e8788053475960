"""/api/deriv/token/: the short way to connect Deriv, with one token for each account type."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brokers import deriv_tokens
from brokers.api.errors import answered
from brokers.api.strict import SecretField, StrictSerializer
from brokers.api.throttles import BrokerThrottle
from brokers.connection_check import DEMO, REAL
from brokers.deriv_tokens import TokenState
from brokers.models import BrokerCredential

_TYPES = [DEMO, REAL]
_ACCOUNT_TYPE = OpenApiParameter("accountType", str, enum=_TYPES, description="Default: whichever was stored last.")
# The request's names of what the vault calls otherwise.
_NAMES = {
    "credentials.token": "token",
    "credentials.app_id": "appId",
    "credentials.api": "api",
    "environment": "accountType",
}


class NewDerivTokenSerializer(StrictSerializer):
    token = SecretField()
    appId = serializers.RegexField(r"^[A-Za-z0-9_-]{1,64}$", required=False, default="")
    accountType = serializers.ChoiceField(_TYPES)
    api = serializers.ChoiceField(["current", "legacy"], required=False, default="")


class DerivTokenCheckSerializer(StrictSerializer):
    """Without a token, the stored one is meant."""

    token = SecretField(required=False)
    appId = serializers.RegexField(r"^[A-Za-z0-9_-]{1,64}$", required=False, default="")
    accountType = serializers.ChoiceField(_TYPES, required=False)
    api = serializers.ChoiceField(["current", "legacy"], required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "token" in attrs and "accountType" not in attrs:
            raise serializers.ValidationError({"accountType": ["Say which account type the token is for."]})
        return attrs


class DerivTokenStateSerializer(serializers.Serializer):
    accountType = serializers.ChoiceField(_TYPES, allow_null=True)
    accountId = serializers.CharField()
    balance = serializers.CharField()
    currency = serializers.CharField()
    isValid = serializers.BooleanField()


class StoredDerivTokenSerializer(DerivTokenStateSerializer):
    hasToken = serializers.BooleanField()


class DerivTokenAnswerSerializer(serializers.Serializer):
    success = serializers.BooleanField()
    data = DerivTokenStateSerializer()  # type: ignore[assignment]


class StoredDerivTokenAnswerSerializer(serializers.Serializer):
    success = serializers.BooleanField()
    data = StoredDerivTokenSerializer()  # type: ignore[assignment]


class _DerivTokenBase(APIView):
    throttle_classes = [BrokerThrottle]

    def stored(self, account_type: str | None) -> BrokerCredential | None:
        return deriv_tokens.tokens(owner_id=self.user_id(), account_type=account_type).first()

    def user_id(self) -> int:
        return int(self.request.user.pk or 0)

    def asked_type(self) -> str | None:
        """?accountType=; any other value than demo and real counts as none given."""
        asked = self.request.query_params.get("accountType")
        return asked if asked in _TYPES else None


class DerivTokenView(_DerivTokenBase):
    @extend_schema(operation_id="deriv_token", parameters=[_ACCOUNT_TYPE], responses=StoredDerivTokenAnswerSerializer)
    def get(self, request: Request) -> Response:
        """What Deriv last said to the stored token; never the token."""
        row = self.stored(self.asked_type())
        if row is None:
            nothing = {**_shown(TokenState(account_type="")), "accountType": None}
            return Response({"success": True, "data": {**nothing, "hasToken": False}})
        return Response({"success": True, "data": {**_shown(deriv_tokens.state_of(row)), "hasToken": True}})

    @extend_schema(request=NewDerivTokenSerializer, responses=DerivTokenAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Try a token out and store it, encrypted, in the place of the one for that account type."""
        given = NewDerivTokenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with answered(_NAMES, keys_field="token"):
            _, state = deriv_tokens.store(owner_id=self.user_id(), **_arguments(given.validated_data))
        return Response({"success": True, "data": _shown(state)})

    @extend_schema(parameters=[_ACCOUNT_TYPE], responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget the tokens (or with ?accountType= that type's); 409 while an account is reached with one."""
        with answered(_NAMES, keys_field="token"):
            removed = deriv_tokens.remove(owner_id=self.user_id(), account_type=self.asked_type())
        if not removed:
            raise NotFound("There is no Deriv token.")
        return Response(status=204)


class DerivTokenValidateView(_DerivTokenBase):
    @extend_schema(request=DerivTokenCheckSerializer, responses=DerivTokenAnswerSerializer)
    def put(self, request: Request) -> Response:
        """Try the stored token out, or one in the body, which is not stored."""
        given = DerivTokenCheckSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        with answered(_NAMES, keys_field="token"):
            if "token" in values:
                state = deriv_tokens.try_out(**_arguments(values))
            else:
                row = self.stored(values.get("accountType") or self.asked_type())
                if row is None:
                    raise NotFound("There is no Deriv token.")
                state = deriv_tokens.revalidate(credential=row)
        return Response({"success": True, "data": _shown(state)})


def _arguments(values: Any) -> dict[str, Any]:
    names = {"token": "token", "appId": "app_id", "accountType": "account_type", "api": "api"}
    return {names[key]: value for key, value in values.items()}


def _shown(state: TokenState) -> dict[str, Any]:
    names = {
        "account_type": "accountType",
        "account_id": "accountId",
        "balance": "balance",
        "currency": "currency",
        "is_valid": "isValid",
    }
    return {names[key]: value for key, value in asdict(state).items()}
