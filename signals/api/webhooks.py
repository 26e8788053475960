"""POST /api/webhooks/<secret-id>/: signals as TradingView and its like send them."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, AuthenticationFailed, NotFound
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.intake import KEY_HEADER, NewSignalSerializer, checked_key, dedupe_key, header_key, take_in
from signals.api.throttles import SteadyThrottle
from signals.api.webhook_body import moment, normalize, parse_body
from signals.intake import scoped_key
from signals.models import Signal, SignalSource, WebhookEndpoint
from signals.serializers import SignalSerializer

MAX_BYTES = 64 * 1024
REPLAY_WINDOW_SECONDS = 300


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"
    default_detail = f"The body is larger than {MAX_BYTES} bytes."


class RawBody(BaseParser):
    """Whatever the content type says: TradingView sends JSON as text/plain. The bytes are kept for the signature."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw: bytes = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise BodyTooLarge
        return raw


class WebhookThrottle(SteadyThrottle):
    scope = "webhook"

    def get_cache_key(self, request: Request, view: Any) -> str:
        identity = hashlib.sha256(view.kwargs["secret_id"].encode()).hexdigest()
        return str(self.cache_format % {"scope": self.scope, "ident": identity})


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=description)


class WebhookView(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    parser_classes = [RawBody]
    throttle_classes = [WebhookThrottle]

    def get_authenticate_header(self, request: Request) -> str:
        return "Signature"

    @extend_schema(
        request={"application/json": OpenApiTypes.OBJECT, "text/plain": OpenApiTypes.STR},
        responses={200: SignalSerializer, 201: SignalSerializer},
        auth=[],
        parameters=[
            _header("X-Timestamp", "Epoch seconds, or ISO 8601; within 5 minutes of now."),
            _header("X-Signature", 'sha256=<hex HMAC-SHA256 with the signing secret over "<X-Timestamp>.<body>">'),
            _header(KEY_HEADER, "Makes a repetition harmless; the body's `id` does the same."),
        ],
    )
    def post(self, request: Request, secret_id: str) -> Response:
        """Take an alert in as a signal: 201, or 200 for a repetition.

        Fields: `symbol` or `ticker` (an exchange prefix is dropped), `direction`, `action` or `side` (buy, sell, long,
        short), `entry_price`, `price` or `close`, `stop_loss`, `stop` or `sl`, `take_profit`, `target` or `tp` (one or
        a list), `confidence` or `strength` (0-1; above 1: percent; none: 1), `timeframe` or `interval`, `market_type`,
        `venue`, `strategy`, `expires_in_seconds`, `evidence`; `comment`, `message` and the bar's figures are kept as
        evidence. Any other field is refused.

        Proof is a signature in `X-Signature` with `X-Timestamp`, or, for senders that cannot sign, the signing secret
        in the body's `secret`. A `time` in the body (when the alert was sent, not when its bar opened) must then lie
        within 5 minutes. Without `id` or key, an equal body is a repetition for 5 minutes.
        """
        endpoint = WebhookEndpoint.objects.by_secret_id(secret_id)
        if endpoint is None or not endpoint.owner.is_active:
            raise NotFound("There is no such webhook.")
        raw = request.data if isinstance(request.data, bytes) else b""
        body = parse_body(raw)
        authenticate(endpoint.signing_secret, raw, body, request.headers)
        return self.deliver(request, endpoint, body, raw)

    def deliver(self, request: Request, endpoint: WebhookEndpoint, body: Mapping[str, Any], raw: bytes) -> Response:
        """The answer to a delivery that has proven where it comes from."""
        given = NewSignalSerializer(data=normalize(body))
        given.is_valid(raise_exception=True)
        signal, created = _take_in_once(endpoint, given.validated_data, _sent_key(request, body), raw)
        return Response(SignalSerializer(signal).data, status=201 if created else 200)


def authenticate(secret: str, raw: bytes, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Check the proof and its age. Raises AuthenticationFailed, which does not tell what exactly was wrong."""
    signature = headers.get("X-Signature")
    if signature is not None:
        stamp = headers.get("X-Timestamp", "")
        proof = hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        proven, sent = _equal(signature, f"sha256={proof}"), moment(stamp)
    else:
        given = body.get("secret")
        proven = isinstance(given, str) and _equal(given, secret)
        stated = body.get("time", body.get("timestamp"))
        sent = time.time() if stated is None else moment(stated)
    if not proven or sent is None or abs(time.time() - sent) > REPLAY_WINDOW_SECONDS:
        raise AuthenticationFailed("The signature, secret or timestamp is wrong.")


def _equal(given: str, right: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _sent_key(request: Request, body: Mapping[str, Any]) -> str | None:
    """The sender's own idempotency key: of the header, else of the body."""
    if (key := header_key(request)) is not None:
        return key
    for name in ("idempotency_key", "id"):
        if body.get(name) is not None:
            return checked_key(str(body[name]), name)
    return None


@transaction.atomic
def _take_in_once(
    endpoint: WebhookEndpoint, values: Mapping[str, Any], sent_key: str | None, raw: bytes
) -> tuple[Signal, bool]:
    """Deliveries to an endpoint wait for each other, so that two equal ones at once make one signal."""
    WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(last_used_at=timezone.now())
    key = f"id:{sent_key}" if sent_key is not None else _body_key(endpoint, raw)
    return take_in(values, owner_id=endpoint.owner_id, source=SignalSource.WEBHOOK, key=f"{endpoint.pk}:{key}")


def _body_key(endpoint: WebhookEndpoint, raw: bytes) -> str:
    """A key that equal bodies share for the length of the replay window, and no longer.

    An alert's text is often the same every time it fires: tomorrow's must count again.
    """
    now = timezone.now()
    slot, digest = int(now.timestamp()) // REPLAY_WINDOW_SECONDS, hashlib.sha256(raw).hexdigest()
    earlier = f"{digest}:{slot - 1}"
    stored = scoped_key(endpoint.owner_id, dedupe_key(SignalSource.WEBHOOK, f"{endpoint.pk}:{earlier}"))
    since = now - timedelta(seconds=REPLAY_WINDOW_SECONDS)
    return earlier if Signal.objects.filter(dedupe_key=stored, created_at__gt=since).exists() else f"{digest}:{slot}"
