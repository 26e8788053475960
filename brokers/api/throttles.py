"""Rate limits that do not take the service down with them."""

import logging
from typing import Any

import redis
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

logger = logging.getLogger(__name__)


class SteadyThrottle(SimpleRateThrottle):
    """Counts in the cache. While the cache is down nobody is limited: a signal must not be lost to a lost counter."""

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except (redis.RedisError, OSError):
            logger.warning("rate limit %s not enforced: the cache does not answer", self.scope)
            return True


class BrokerThrottle(SteadyThrottle):
    """Calls of one user that go out to a broker: keys are not guessed here, and no broker is flooded from here."""

    scope = "broker"

    def allow_request(self, request: Request, view: Any) -> bool:
        return request.method in ("GET", "HEAD", "OPTIONS", "DELETE") or super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: Any) -> str:
        return str(self.cache_format % {"scope": self.scope, "ident": request.user.pk or self.get_ident(request)})
