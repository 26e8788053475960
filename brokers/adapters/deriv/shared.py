"""The project's Redis, for what the processes share."""

import redis


def shared_redis() -> "redis.Redis | None":
    """A client of the Redis that the settings name; None outside of a configured project."""
    from django.conf import settings

    url = getattr(settings, "REDIS_URL", "") if settings.configured else ""
    return redis.Redis.from_url(url) if url else None
