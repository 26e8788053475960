"""Signing in to the dashboard: a session cookie."""

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

_Who = inline_serializer(
    "Me", {"id": serializers.IntegerField(), "username": serializers.CharField(), "csrf_token": serializers.CharField()}
)


class LoginThrottle(SimpleRateThrottle):
    """Guesses at one name from one address."""

    scope = "login"

    def get_cache_key(self, request: Request, view: Any) -> str:
        name = request.data.get("username", "") if isinstance(request.data, dict) else ""
        return self.cache_format % {"scope": self.scope, "ident": f"{self.get_ident(request)}:{hash(str(name)[:150])}"}


class LoginSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=500, trim_whitespace=False)


def _who(request: Request) -> dict[str, Any]:
    return {"id": request.user.pk, "username": request.user.get_username(), "csrf_token": get_token(request)}


class LoginView(APIView):
    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []
    throttle_classes = [LoginThrottle]

    @extend_schema(request=LoginSerializer, responses=_Who)
    def post(self, request: Request) -> Response:
        given = LoginSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = authenticate(request, **given.validated_data)
        if user is None:
            raise AuthenticationFailed("The username or the password is wrong.")
        login(request, user)  # type: ignore[arg-type]
        request.user = user
        return Response(_who(request))


class LogoutView(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        logout(request)  # type: ignore[arg-type]
        return Response(status=204)


class MeView(APIView):
    @extend_schema(responses=_Who)
    def get(self, request: Request) -> Response:
        return Response(_who(request))
