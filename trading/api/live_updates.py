"""GET /api/live-updates/: the caller's events as a stream."""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import query
from trading.api.accounts import owned_account
from trading.api.trades import LARGEST_ID
from trading.feed.event_stream import USUAL_TYPES, EventStream
from trading.feed.events import latest_number
from trading.feed.follower import read
from trading.models import EventType

_RESUME_HEADER = "Last-Event-ID"


class TypesField(serializers.CharField):
    """Names of event types, separated by commas."""

    def to_internal_value(self, data: Any) -> Any:
        names = [name.strip() for name in super().to_internal_value(data).split(",")]
        if unknown := [name for name in names if name not in EventType.values]:
            raise ValidationError(f"{unknown[0][:40]!r} is no event type; there are {', '.join(EventType.values)}.")
        return names


class LiveUpdatesQuerySerializer(serializers.Serializer):
    last = serializers.IntegerField(
        min_value=0,
        max_value=LARGEST_ID,
        required=False,
        help_text="Go on after this event. Last-Event-ID goes before.",
    )
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    types = TypesField(required=False, help_text=f"Default: {','.join(USUAL_TYPES)}.")


class _Anything(BaseContentNegotiation):
    """An EventSource accepts text/event-stream alone; errors are JSON all the same."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class LiveUpdatesView(APIView):
    """Who asks for what is settled as in every view of the API, in a thread; the stream itself takes none."""

    content_negotiation_class = _Anything
    http_method_names = ["get", "options"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        settle = super().as_view(**initkwargs)

        async def stream(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            answer: Response = await read(lambda: settle(request, *args, **kwargs))
            if not isinstance(answer.data, EventStream):
                return answer
            headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            return StreamingHttpResponse(answer.data, content_type="text/event-stream", headers=headers)

        stream.cls, stream.initkwargs, stream.csrf_exempt = cls, initkwargs, True  # type: ignore[attr-defined]
        return stream

    @extend_schema(
        parameters=[
            LiveUpdatesQuerySerializer,
            OpenApiParameter(_RESUME_HEADER, OpenApiTypes.INT, OpenApiParameter.HEADER),
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> Response:
        """The caller's events as Server-Sent Events, from now on or after event `last`.

        Each `event:` is its type, its `id:` its number, its `data:` what the WebSocket says of it. Every 10 s a
        `heartbeat` tells the number that all is sent up to. A `resync` says that too much was missed: load everything
        anew. The stream ends after 15 minutes; an EventSource comes back by itself and goes on.
        """
        wanted = query(request, LiveUpdatesQuerySerializer)
        account = owned_account(request, wanted["account"]) if "account" in wanted else None
        owner_id = int(request.user.pk or 0)
        return Response(
            EventStream(
                owner_id=owner_id,
                latest=latest_number(owner_id),
                asked=_resumed(request, wanted.get("last")),
                types=wanted.get("types", USUAL_TYPES),
                account_id=account.pk if account else None,
            )
        )


def _resumed(request: Request, last: int | None) -> int | None:
    """The header, which a browser sends when it comes back, before the address, which is the first time's still."""
    given = request.headers.get(_RESUME_HEADER)
    if given is None:
        return last
    if not given.isascii() or not given.isdigit() or int(given[:20]) > LARGEST_ID:
        raise ValidationError({_RESUME_HEADER: ["The number of an event is needed."]})
    return int(given)
