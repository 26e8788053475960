"""Signs of life: each long-running process writes when it last turned its loop, for `/api/health/` to read."""

import logging
import time

import redis

from trading.market import redis_client

logger = logging.getLogger(__name__)

_KEY = "signalist:heartbeat:{}"
_KEPT_SECONDS = 3600


def beat(name: str) -> None:
    """Record that process `name` is alive now. A Redis that is down is logged: the process itself goes on."""
    try:
        redis_client().set(_KEY.format(name), time.time(), ex=_KEPT_SECONDS)
    except redis.RedisError:
        logger.warning("heartbeat of %s not recorded: Redis does not answer", name)


def age(name: str) -> float | None:
    """Seconds since process `name` last reported; None when it never did. Raises redis.RedisError."""
    written = redis_client().get(_KEY.format(name))
    return None if written is None else max(0.0, time.time() - float(written))
