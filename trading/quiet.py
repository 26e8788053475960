"""What would repeat with every row or every few seconds, said once in a while."""

import logging
import time

import redis
from django.core.cache import cache

_EVERY_SECONDS = 30.0
_said: dict[str, float] = {}


def warn(logger: logging.Logger, message: str, *args: object) -> None:
    """Log the warning unless the same `message` was logged within the last 30 s."""
    now = time.monotonic()
    if now - _said.get(message, -_EVERY_SECONDS) >= _EVERY_SECONDS:
        _said[message] = now
        logger.warning(message, *args)


def now_and_then(key: str, seconds: float) -> bool:
    """True at most once in `seconds` for the key, over all processes; without Redis every time: nothing is lost."""
    try:
        return bool(cache.add(key, 1, seconds))
    except (redis.RedisError, OSError):
        return True
