"""Is a process alive? Asked by `./run` while it starts, and by the containers' health checks."""

import contextlib
import json
import os
import time
import urllib.error
import urllib.request
from typing import Any

# Seconds after which a silent process counts as down. The analyst gives way to the others.
LIMITS = {"worker": 15.0, "analyst": 30.0, "beat": 20.0, "streamer": 10.0}
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}


def address(host: str, port: str) -> str:
    """The URL at which this machine reaches a server that listens on `host`."""
    reached = _WILDCARDS.get(host, host)
    return f"http://{f'[{reached}]' if ':' in reached and not reached.startswith('[') else reached}:{port}"


def health(url: str) -> dict[str, Any]:
    """The answer of /api/health/, whether it says up or down; {} when there is none."""
    request = urllib.request.Request(f"{url}/api/health/", headers=_allowed_host())
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        with contextlib.suppress(ValueError):
            return dict(json.load(error))
    except (OSError, ValueError):
        pass
    return {}


def _allowed_host() -> dict[str, str]:
    """The Host header to ask with: Django answers only to the names in SIGNALIST_ALLOWED_HOSTS."""
    names = [name.strip() for name in os.environ.get("SIGNALIST_ALLOWED_HOSTS", "").split(",") if name.strip()]
    if not names or "*" in names:
        return {}
    return {"Host": names[0].removeprefix(".")}


def alive(process: str) -> bool:
    """Whether one process of the Procfile lives: web and Flower answer, the others wrote their heartbeat."""
    if process == "web":
        url = address(os.environ.get("SIGNALIST_HOST", ""), os.environ.get("PORT", "8000"))
        return bool(health(url).get("checks", {}).get("database", {}).get("ok"))
    if process == "flower":
        url = address(os.environ.get("FLOWER_ADDRESS", ""), os.environ.get("FLOWER_PORT", "5555"))
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthcheck", timeout=5) as answer:
            return bool(answer.status == 200)
        return False
    return process in LIMITS and _heartbeat_age(process) <= LIMITS[process]


def _heartbeat_age(process: str) -> float:
    """Seconds since the process last reported; infinite when it never did or Redis does not answer."""
    import redis

    from config.environment import data_dir, redis_url

    try:
        with redis.Redis.from_url(redis_url(data_dir()), socket_connect_timeout=2, socket_timeout=2) as client:
            written = client.get(f"signalist:heartbeat:{process}")
    except redis.RedisError:
        return float("inf")
    return time.time() - float(written) if written is not None else float("inf")  # type: ignore[arg-type]
