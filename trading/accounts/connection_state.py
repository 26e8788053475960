"""How each account hangs on its broker right now, kept in Redis by whoever last talked to it."""

import json
import logging
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import redis

from brokers.interface import ConnectionStatus
from trading import market, quiet

logger = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600
UNKNOWN: dict[str, Any] = {
    "state": None,
    "latency_ms": None,
    "connected_at": None,
    "last_reconnect_at": None,
    "reconnects": 0,
    "error": "",
    "checked_at": None,
}
_TIMES = ("connected_at", "last_reconnect_at", "checked_at")


def key(account_id: int) -> str:
    return f"signalist:connection:{account_id}"


def store_connection(account_id: int, status: ConnectionStatus, now: datetime | None = None) -> None:
    """Keep the status for a day; a Redis that is down is logged, never raised."""
    told = {**asdict(status), "checked_at": (now or market.wall_now()).timestamp()}
    try:
        market.redis_client().set(key(account_id), json.dumps(told), ex=KEPT_SECONDS)
    except redis.RedisError as error:
        quiet.warn(logger, "a connection's state could not be kept (%s)", type(error).__name__)


def connections(account_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The state of each account's connection; UNKNOWN where nobody has told it, or Redis is down. Times as ISO 8601."""
    ids = list(account_ids)
    if not ids:
        return {}
    try:
        found: Any = market.redis_client().mget([key(pk) for pk in ids])
    except redis.RedisError as error:
        quiet.warn(logger, "the connections' state could not be read (%s)", type(error).__name__)
        found = [None] * len(ids)
    return {pk: _shown(raw) for pk, raw in zip(ids, found, strict=True)}


def _shown(raw: bytes | None) -> dict[str, Any]:
    told = json.loads(raw) if raw else {}
    shown = {name: told.get(name, default) for name, default in UNKNOWN.items()}
    return shown | {name: _iso(shown[name]) for name in _TIMES}


def _iso(value: Any) -> str | None:
    """Epoch seconds as ISO 8601 in UTC; text is taken to be that already."""
    if value is None or isinstance(value, str):
        return value
    return datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z")
