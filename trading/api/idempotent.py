"""The Idempotency-Key header for views that create or move something."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from signals.api.intake import KEY_HEADER, header_key
from signals.api.intake import KeyReused as Reused
from trading.idempotency import Answer, KeyReused, once
from trading.models import IdempotencyKey

KEY = OpenApiParameter(
    KEY_HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, description="Makes a repetition of the request harmless."
)


class Conflict(APIException):
    """409 with a code of its own."""

    status_code = 409
    default_code = "conflict"


def answer_once(request: Request, handle: Callable[[], Answer]) -> Response:
    """`handle()`'s answer; with an Idempotency-Key, the one it gave when the key was first used."""
    key = header_key(request)
    if key is None:
        status, body = handle()
        return Response(body, status=status)
    try:
        status, body = once(
            owner_id=_user_id(request),
            key=key,
            method=str(request.method),
            path=request.get_full_path(),  # ?account= is part of what is asked
            body=request.data,
            handle=handle,
        )
    except KeyReused:
        raise Reused from None
    return Response(body, status=status)


def used_before(request: Request) -> bool:
    """Whether the request's Idempotency-Key has an answer already, so that `answer_once` will do nothing anew."""
    key = header_key(request)
    return key is not None and IdempotencyKey.objects.filter(owner=_user_id(request), key=key).exists()


def gone() -> Answer:
    """For what `used_before` has found answered: reached only when that answer's transaction was rolled back."""
    raise Conflict("The request with this Idempotency-Key has just failed; send it again.", "try_again")


def _user_id(request: Request) -> int:
    pk: Any = request.user.pk
    return int(pk)
