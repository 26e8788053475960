"""ASGI entry point: HTTP by Django, the live WebSocket by Channels."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  (needs the app registry)
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from config.sockets import OriginCheck, TokenAuthentication  # noqa: E402
from trading.feed.consumers import LiveConsumer  # noqa: E402

_sockets: Any = URLRouter([path("ws/live/", LiveConsumer.as_asgi())])

application = ProtocolTypeRouter(
    {"http": django_application, "websocket": OriginCheck(AuthMiddlewareStack(TokenAuthentication(_sockets)))}
)
