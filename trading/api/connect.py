"""POST /api/connect/ with an Idempotency-Key: the keys are stored once, however often the request is sent."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.api.connect import ConnectedSerializer, ConnectSerializer, ConnectView
from trading.api.idempotent import KEY, answer_once, gone, used_before


class ConnectOnceView(ConnectView):
    @extend_schema(request=ConnectSerializer, responses=ConnectedSerializer, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """Connect with these keys and read the balance. Nothing is stored unless `save` is set."""
        return super().post(request)

    def connect(self, request: Request, values: dict[str, Any]) -> Response:
        """A repetition of a request that stored keys is given their answer; the broker is not asked anew."""
        if not values["save"]:
            return super().connect(request, values)
        if used_before(request):
            return answer_once(request, gone)
        # The broker is asked before the answer's transaction starts: nobody waits for a broker with a lock in hand.
        found = self.try_out(request, values)
        return answer_once(request, lambda: (200, self.keep(request, values, found)))
