"""Who calls: the holder of an API token (`Authorization: Bearer <token>`) or of a session cookie.

An administrator may call for a user with `X-Act-For: <username>`: the request is then that user's (request.user, and so
what it finds and whose it makes), done by the administrator (request.actor, and so what its events say).
"""

from typing import Any

from django.contrib.auth import get_user_model
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.authentication import SessionAuthentication as DrfSessionAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from trading.audit import audit
from trading.audit.actors import Via, act_as
from trading.audit.roles import Role, role_of

ACT_FOR_HEADER = "X-Act-For"
_DESCRIPTION = f"`manage.py token USERNAME` prints one. Administrators act for a user with `{ACT_FOR_HEADER}: NAME`."


class _ActForError(APIException):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.fields = {ACT_FOR_HEADER: [message]}


class ActForRefused(_ActForError):
    status_code = 403
    default_code = "act_for_refused"


class ActForUnknown(_ActForError):
    status_code = 404
    default_code = "unknown_user"


class TokenAuthentication(KnoxAuthentication):
    """Knox's hashed, expiring tokens; bytes that are no token at all are refused like a wrong one."""

    def authenticate(self, request: Request) -> Any:
        return _let_in(request, super().authenticate(request), "api")

    def authenticate_credentials(self, token: bytes) -> Any:
        if not token.isalnum() or len(token) > 200:
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(token)


class SessionAuthentication(DrfSessionAuthentication):
    """The dashboard's cookie, with Django's protection against forged requests."""

    def authenticate(self, request: Request) -> Any:
        return _let_in(request, super().authenticate(request), "web")


def _let_in(request: Request, found: tuple[Any, Any] | None, via: Via) -> tuple[Any, Any] | None:
    """Name the actor, here and for every event of the request. Raises ActForRefused, ActForUnknown."""
    if found is None:
        return None
    caller, proof = found
    request.actor = caller  # type: ignore[attr-defined]
    act_as(caller.pk, via)
    return _meant(request, caller), proof


def _meant(request: Request, caller: Any) -> Any:
    """The user that the request is for. A request to change what is another's is recorded, whatever comes of it."""
    given = request.headers.get(ACT_FOR_HEADER)
    if given is None:
        return caller
    if role_of(caller) != Role.ADMIN:
        raise ActForRefused("Only an administrator may act for another user.")
    name = _text(given)
    user = get_user_model()._default_manager.filter(username=name).first() if name.isprintable() else None
    if user is None:
        raise ActForUnknown("There is no such user.")
    if request.method not in SAFE_METHODS and user != caller:
        subject = f"{request.method} {request.path}"
        audit.record(owner_id=user.pk, action="admin.acted", subject=subject[:200], before=None, after=None)
    return user


def _text(header: str) -> str:
    """Django reads headers as Latin-1; what was UTF-8 becomes itself again."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "config.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": _DESCRIPTION}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "config.api.authentication.SessionAuthentication"
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
