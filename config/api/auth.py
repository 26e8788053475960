"""Signing in to the dashboard: a session cookie."""

import hashlib
from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.api.permissions import caller_role
from signals.api.strict import StrictSerializer
from signals.api.throttles import SteadyThrottle
from trading.audit.roles import Role

_Who = inline_serializer(
    "Me",
    {
        "id": serializers.IntegerField(),
        "username": serializers.CharField(),
        "role": serializers.ChoiceField([role.value for role in Role]),
        "csrf_token": serializers.CharField(),
    },
)


class LoginThrottle(SteadyThrottle):
    """Guesses at one name from one address, at the API's door and at the admin's."""

    scope = "login"

    def get_cache_key(self, request: Any, view: Any) -> str:
        given = request.data if isinstance(request, Request) else request.POST
        name = str(given.get("username", "") if hasattr(given, "get") else "").strip().lower()[:150]
        identity = hashlib.sha256(f"{self.get_ident(request)}\n{name}".encode("utf-8", "replace")).hexdigest()
        return str(self.cache_format % {"scope": self.scope, "ident": identity})


class LoginSerializer(StrictSerializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=500, trim_whitespace=False)


def _who(request: Request) -> dict[str, Any]:
    """The user that the request is for, and the role of the person who sent it."""
    return {
        "id": request.user.pk,
        "username": request.user.get_username(),
        "role": caller_role(request).value,
        "csrf_token": get_token(request),
    }


class LoginView(APIView):
    """Another site cannot forge a login: its browser would need our leave to send a JSON body (CORS)."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []
    throttle_classes = [LoginThrottle]

    def get_authenticate_header(self, request: Request) -> str:
        return "Session"

    @extend_schema(request=LoginSerializer, responses=_Who, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in; the answer sets the session cookie."""
        given = LoginSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = authenticate(request, **given.validated_data)
        if user is None:
            raise AuthenticationFailed("The username or the password is wrong.")
        login(request, user)  # type: ignore[arg-type]
        request.user = user
        return Response(_who(request))


class LogoutView(APIView):
    permission_classes = [IsAuthenticated]  # a viewer may leave

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End the session."""
        logout(request)  # type: ignore[arg-type]
        return Response(status=204)


class MeView(APIView):
    @extend_schema(responses=_Who)
    def get(self, request: Request) -> Response:
        """Who is signed in."""
        return Response(_who(request))
