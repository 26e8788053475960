"""The one error shape: {"error": {"code", "message", "fields"}}."""

import logging
from typing import Any

import redis
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from signals.api.strict import dotted

logger = logging.getLogger(__name__)


class Unavailable(exceptions.APIException):
    """A part that the answer needs is down; the same request may succeed later."""

    status_code = 503
    default_code = "unavailable"


def body(code: str, message: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, with its answer in our shape. An exception it does not know stays a server error."""
    if isinstance(exc, ValidationError):
        exc = exceptions.ValidationError(getattr(exc, "message_dict", None) or exc.messages)
    if (part := _down(exc)) is not None:
        logger.error("%s does not answer: %s", part, exc)
        exc = Unavailable(f"{part} does not answer; try again in a moment.")
    response = drf_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, exceptions.ValidationError):
        fields = dotted(exc.detail)
        response.data = body("invalid", _summary(fields), fields)
    elif isinstance(exc, exceptions.APIException):
        code = exc.get_codes()
        # An error with a code of its own may blame fields, too.
        blamed = getattr(exc, "fields", None)
        response.data = body(code if isinstance(code, str) else exc.default_code, str(exc.detail), blamed)
    elif isinstance(exc, Http404):
        response.data = body("not_found", "There is no such thing here.")
    elif isinstance(exc, PermissionDenied):
        response.data = body("permission_denied", "You may not do that.")
    return response


def _down(exc: Exception) -> str | None:
    if isinstance(exc, redis.RedisError):
        return "Redis"
    return "The database" if isinstance(exc, OperationalError) else None


def _summary(fields: dict[str, list[str]]) -> str:
    name, messages = next(iter(fields.items()), ("request", ["Invalid."]))
    return messages[0] if name == "non_field_errors" else f"{name}: {messages[0]}"


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def not_found(request: HttpRequest, exception: Exception | None = None) -> Any:
    if _is_api(request):
        return JsonResponse(body("not_found", f"There is nothing at {request.path}."), status=404)
    from django.views.defaults import page_not_found

    return page_not_found(request, exception or Http404())


def server_error(request: HttpRequest) -> Any:
    if _is_api(request):
        return JsonResponse(body("server_error", "Something went wrong here; it has been logged."), status=500)
    from django.views.defaults import server_error as html_server_error

    return html_server_error(request)
