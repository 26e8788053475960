"""POST /api/webhooks/<secret-id>/: signals as TradingView and its like send them."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, NotFound, ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from signals.api.intake import NewSignalSerializer, header_key, take_in
from signals.models import SignalSource, WebhookEndpoint
from signals.serializers import SignalSerializer

MAX_BYTES = 64 * 1024
REPLAY_WINDOW_SECONDS = 300.0

_SPELLINGS = {
    "symbol": ("symbol", "ticker"),
    "direction": ("direction", "action", "side"),
    "entry_price": ("entry_price", "price", "close"),
    "stop_loss": ("stop_loss", "stop", "sl"),
    "take_profits": ("take_profits", "take_profit", "target", "tp"),
    "confidence": ("confidence", "strength"),
    "timeframe": ("timeframe", "interval"),
    "market_type": ("market_type",),
    "venue": ("venue",),
    "strategy": ("strategy",),
    "expires_in_seconds": ("expires_in_seconds",),
    "evidence": ("evidence",),
}
_CONTROL = {"secret", "time", "timestamp", "id", "idempotency_key", "comment"}
_DIRECTIONS = {"buy": "LONG", "long": "LONG", "sell": "SHORT", "short": "SHORT"}
_INTERVALS = {"1": "1m", "5": "5m", "15": "15m", "30": "30m", "60": "1h", "240": "4h", "d": "1d", "1d": "1d"}


class RawJson(BaseParser):
    """Whatever the content type says: TradingView sends JSON as text/plain. The bytes are kept for the signature."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> bytes:
        raw: bytes = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ParseError(f"The body is larger than {MAX_BYTES} bytes.")
        return raw


class WebhookThrottle(SimpleRateThrottle):
    scope = "webhook"

    def get_cache_key(self, request: Request, view: Any) -> str:
        identity = hashlib.sha256(view.kwargs["secret_id"].encode()).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": identity}


class WebhookView(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    parser_classes = [RawJson]
    throttle_classes = [WebhookThrottle]

    @extend_schema(request=OpenApiTypes.OBJECT, responses=SignalSerializer, auth=[])
    def post(self, request: Request, secret_id: str) -> Response:
        """Take a signal in. Proof is either `X-Timestamp` with `X-Signature: sha256=<hex>` (HMAC-SHA256 with the signing
        secret over "<timestamp>.<body>"), or the signing secret in the body's `secret`. Older than 5 minutes is refused.
        """
        endpoint = WebhookEndpoint.objects.by_secret_id(secret_id)
        if endpoint is None:
            raise NotFound("There is no such webhook.")
        raw = request.data if isinstance(request.data, bytes) else b""
        body = parse_body(raw)
        authenticate(endpoint.signing_secret, raw, body, request.headers)
        values = normalize(body)
        given = NewSignalSerializer(data=values)
        given.is_valid(raise_exception=True)
        key = str(body.get("idempotency_key") or body.get("id") or hashlib.sha256(raw).hexdigest())
        signal, created = take_in(
            given.validated_data,
            owner_id=endpoint.owner_id,
            source=SignalSource.WEBHOOK,
            key=f"{endpoint.pk}:{header_key(request, key)}",
        )
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(last_used_at=timezone.now())
        return Response(SignalSerializer(signal).data, status=201 if created else 200)


def parse_body(raw: bytes) -> dict[str, Any]:
    """The body as a JSON object. Raises ParseError."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=lambda name: _no_constant(name))
    except (ValueError, RecursionError):
        raise ParseError("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ParseError("The body is not a JSON object.")
    return body


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def authenticate(secret: str, raw: bytes, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Check the proof and the age. Raises AuthenticationFailed, which does not tell what exactly was wrong."""
    refused = AuthenticationFailed("The signature, secret or timestamp is wrong.")
    signature = headers.get("X-Signature")
    if signature is not None:
        stamp = headers.get("X-Timestamp", "")
        proof = hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"sha256={proof}".encode(), signature.encode("utf-8", "replace")):
            raise refused
        moment = _epoch(stamp)
        if moment is None:
            raise refused
    else:
        given = body.get("secret")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()):
            raise refused
        stated = body.get("time", body.get("timestamp"))
        moment = time.time() if stated is None else _epoch(stated)
    if moment is None or abs(time.time() - moment) > REPLAY_WINDOW_SECONDS:
        raise refused


def _epoch(value: Any) -> float | None:
    """Epoch seconds of an ISO text or of a number in s or ms; None for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return number / 1000 if number > 1e11 else number


def normalize(body: Mapping[str, Any]) -> dict[str, Any]:
    """The sender's fields under our names. Raises ValidationError naming a field nobody knows."""
    known = {name for names in _SPELLINGS.values() for name in names} | _CONTROL
    if unknown := sorted(set(body) - known):
        raise ValidationError({name[:60]: ["There is no such field."] for name in unknown[:10]})
    found = {}
    for name, spellings in _SPELLINGS.items():
        given = [body[spelling] for spelling in spellings if body.get(spelling) is not None]
        if given:
            found[name] = given[0]
    if isinstance(found.get("symbol"), str):
        found["symbol"] = found["symbol"].rpartition(":")[2]
    if isinstance(found.get("direction"), str):
        found["direction"] = _DIRECTIONS.get(found["direction"].strip().lower(), found["direction"])
    if "timeframe" in found:
        text = str(found["timeframe"]).lower()
        found["timeframe"] = _INTERVALS.get(text, text)
    if "take_profits" in found and not isinstance(found["take_profits"], list):
        found["take_profits"] = [found["take_profits"]]
    found["confidence"] = _confidence(found.get("confidence", 1))
    return found


def _confidence(value: Any) -> Any:
    """0-1 as it is; above 1 and up to 100 as percent. An alert without one is meant: confidence 1."""
    try:
        number = Decimal(str(value))
        return number / 100 if 1 < number <= 100 else number
    except InvalidOperation:
        return value
