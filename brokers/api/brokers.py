"""/api/brokers/: who can be connected, what each offers, and how to get a key."""

from collections.abc import Mapping
from typing import Any

from django.templatetags.static import static
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brokers.catalog import BrokerInfo, BrokerState, brokers
from brokers.models import InstrumentRecord

_FEATURES = ("spot", "futures", "perpetuals", "options", "websocket")
_CAPABILITIES = {
    "nativeBracket": "native_bracket",
    "holdsStops": "holds_stops",
    "amendsOrders": "amends_orders",
    "clientOrderIds": "client_order_ids",
    "setsLeverage": "sets_leverage",
    "streamsQuotes": "streams_quotes",
    "streamsTrades": "streams_trades",
    "streamsOrders": "streams_orders",
}


def _switches(name: str, keys: Mapping[str, str] | tuple[str, ...]) -> serializers.Serializer:
    return inline_serializer(name, {key: serializers.BooleanField() for key in keys})  # type: ignore[return-value]


class CredentialFieldSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    secret = serializers.BooleanField(help_text="Not to be shown while it is typed.")
    required = serializers.BooleanField()  # type: ignore[assignment]
    help = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField(), help_text="Empty: any text.")


class KeyGuideSerializer(serializers.Serializer):
    """How to make a key with the least rights that trading needs."""

    url = serializers.CharField()
    steps = serializers.ListField(child=serializers.CharField())
    permissions = serializers.ListField(child=serializers.CharField())


class BrokerSerializer(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    logo = serializers.CharField(help_text="Path of an SVG.")
    maxLeverage = serializers.IntegerField(allow_null=True, help_text="Null: spot only.")
    supportedPairs = serializers.ListField(
        child=serializers.CharField(), help_text="The most traded, and those that the broker has named to us."
    )
    docsURL = serializers.CharField()
    features = _switches("BrokerFeatures", _FEATURES)
    testnetAvailable = serializers.BooleanField()
    credentials = CredentialFieldSerializer(many=True)
    state = serializers.ChoiceField([item.value for item in BrokerState])
    stateReason = serializers.CharField()
    capabilities = _switches("BrokerCapabilities", _CAPABILITIES)
    keyGuide = KeyGuideSerializer()


class BrokerListSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    results = BrokerSerializer(many=True)


def _traded() -> dict[str, list[str]]:
    """The symbols that brokers have named to us, live or test, by broker."""
    found: dict[str, list[str]] = {}
    for venue, symbol in InstrumentRecord.objects.values_list("venue", "symbol"):
        found.setdefault(venue.removesuffix("-test"), []).append(symbol)
    return found


def _shown(info: BrokerInfo, traded: list[str]) -> dict[str, Any]:
    return {
        "id": info.id,
        "name": info.name,
        "logo": static(info.logo),
        "maxLeverage": info.max_leverage,
        "supportedPairs": list(dict.fromkeys([*info.supported_pairs, *traded])),
        "docsURL": info.docs_url,
        "features": {name: info.features[name] for name in _FEATURES},
        "testnetAvailable": info.testnet_available,
        "credentials": CredentialFieldSerializer(info.credentials, many=True).data,
        "state": info.state.value,
        "stateReason": info.state_reason,
        "capabilities": {shown: info.capabilities[name] for shown, name in _CAPABILITIES.items()},
        "keyGuide": KeyGuideSerializer(info.key_guide).data,
    }


class BrokerListView(APIView):
    @extend_schema(operation_id="brokers_list", responses=BrokerListSerializer)
    def get(self, request: Request) -> Response:
        """Every broker that Signalist knows, those that have closed too."""
        traded = _traded()
        listed = [_shown(info, traded.get(info.id, [])) for info in brokers()]
        return Response({"count": len(listed), "results": listed})
