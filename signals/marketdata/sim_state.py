"""The simulated market's state in Redis, with a file behind it should Redis lose its memory."""

import time
from pathlib import Path
from typing import Any

import redis.asyncio

from signals.marketdata import redis_keys

FILE_EVERY_SECONDS = 5.0


class SimStateStore:
    def __init__(self, client: "redis.asyncio.Redis", seed: int, path: Path) -> None:
        self._redis = client
        self._key = redis_keys.sim_state(seed)
        self._path = path
        self._filed = 0.0

    async def load(self) -> str | None:
        text: Any = await self._redis.get(self._key)
        if text is not None:
            return str(text.decode())
        return self._path.read_text(encoding="utf-8") if self._path.exists() else None

    async def save(self, text: str) -> None:
        await self._redis.set(self._key, text)
        if time.monotonic() - self._filed >= FILE_EVERY_SECONDS:
            self._filed = time.monotonic()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._path)
