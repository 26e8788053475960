"""POST /api/webhooks/<secret-id>/ on the trading floor: the endpoint's owner is who acts."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from signals.api.webhooks import WebhookView
from signals.models import WebhookEndpoint
from trading.api.roles import RoleViewer
from trading.audit.actors import act_as
from trading.audit.roles import Role, role_of


class ActingWebhookView(WebhookView):
    """A viewer's endpoints take nothing in: what came in would be traded on."""

    def deliver(self, request: Request, endpoint: WebhookEndpoint, body: Mapping[str, Any], raw: bytes) -> Response:
        if role_of(endpoint.owner) == Role.VIEWER:
            raise RoleViewer
        act_as(endpoint.owner_id, "webhook")
        return super().deliver(request, endpoint, body, raw)
