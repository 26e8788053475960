"""The Idempotency-Key header for views that create or move something."""

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from trading.idempotency import Answer, KeyReused, once

HEADER = "Idempotency-Key"


class Reused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "The Idempotency-Key was used for another request."


class Conflict(APIException):
    """409 with a code of its own."""

    status_code = 409
    default_code = "conflict"


def answer_once(request: Request, handle: Callable[[], Answer]) -> Response:
    """`handle()`'s answer; with an Idempotency-Key, the one it gave when the key was first used."""
    key = request.headers.get(HEADER)
    if key is None:
        status, body = handle()
        return Response(body, status=status)
    if not 1 <= len(key) <= 128 or not key.isprintable():
        raise ValidationError({HEADER: ["1 to 128 printable characters are needed."]})
    try:
        status, body = once(
            owner_id=_user_id(request),
            key=key,
            method=str(request.method),
            path=request.path,
            body=request.data,
            handle=handle,
        )
    except KeyReused:
        raise Reused from None
    return Response(body, status=status)


def _user_id(request: Request) -> int:
    pk: Any = request.user.pk
    return int(pk)
