"""Who may open a socket: pages of this very site, and holders of an API token."""

from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from channels.middleware import BaseMiddleware
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from rest_framework.exceptions import AuthenticationFailed

from config.api.authentication import ACT_FOR_HEADER
from config.api.authentication import TokenAuthentication as ApiToken


class OriginCheck:
    """Refuse a browser's socket from another site: the session cookie alone would let it in.

    An Origin must have the request's own Host, or be listed in SIGNALIST_CSRF_TRUSTED_ORIGINS. Clients that are not
    browsers send none.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = dict(scope["headers"])
        origin, host = headers.get(b"origin"), headers.get(b"host", b"")
        if origin is None or self.allows(origin.decode("latin-1"), host.decode("latin-1")):
            return await self.application(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)

    @staticmethod
    def allows(origin: str, host: str) -> bool:
        return urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS


class TokenAuthentication(BaseMiddleware):
    """`Authorization: Bearer <token>` in place of the session cookie.

    A socket is its user's own. Who asks to act for another is refused, and not shown what he did not ask for.
    """

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = dict(scope["headers"])
        if ACT_FOR_HEADER.lower().encode() in headers:
            return await WebsocketDenier()(scope, receive, send)
        header = headers.get(b"authorization", b"")
        if header.startswith(b"Bearer "):
            scope["user"] = await database_sync_to_async(_user_of)(header.removeprefix(b"Bearer ").strip())
        return await super().__call__(scope, receive, send)


def _user_of(token: bytes) -> Any:
    try:
        user, _ = ApiToken().authenticate_credentials(token)
    except AuthenticationFailed:
        return None
    return user
