"""Celery beat's scheduler, reporting that it lives."""

from typing import Any

from celery.beat import PersistentScheduler

from trading.stream.heartbeats import beat


class HeartbeatScheduler(PersistentScheduler):
    """The file-backed scheduler; each turn of its loop refreshes beat's heartbeat for `/api/health/`."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        beat("beat")
        return float(super().tick(*args, **kwargs))
