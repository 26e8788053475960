"""GET /api/health/: is every part alive, and since when not?"""

import time
from collections.abc import Callable
from typing import Any

import redis
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.supervise.probe import LIMITS
from trading.market import redis_client
from trading.stream.heartbeats import age


def _timed(probe: Callable[[], object]) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        probe()
    except (DatabaseError, redis.RedisError, OSError) as error:
        return {"ok": False, "age_seconds": None, "detail": f"does not answer ({type(error).__name__})"}
    milliseconds = (time.perf_counter() - started) * 1000
    return {"ok": True, "age_seconds": 0.0, "detail": f"answered in {milliseconds:.1f} ms"}


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _process(name: str, redis_ok: bool) -> dict[str, Any]:
    unknown = {"ok": False, "age_seconds": None, "detail": "unknown: Redis does not answer"}
    if not redis_ok:
        return unknown
    try:
        seconds = age(name)
    except redis.RedisError:  # it answered a moment ago
        return unknown
    if seconds is None:
        return {"ok": False, "age_seconds": None, "detail": "has not reported yet"}
    alive = seconds <= LIMITS[name]
    detail = "alive" if alive else f"silent for longer than {LIMITS[name]:.0f} s"
    return {"ok": alive, "age_seconds": round(seconds, 1), "detail": detail}


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 when a part is down; no authentication, and nothing secret in it."""
    checks = {"database": _timed(_ask_database), "redis": _timed(redis_client().ping)}
    for name in LIMITS:
        checks[name] = _process(name, checks["redis"]["ok"])
    ok = all(check["ok"] for check in checks.values())
    return JsonResponse({"status": "ok" if ok else "degraded", "checks": checks}, status=200 if ok else 503)
