"""Who streams what: a lease in Redis that one process holds and another takes over when it falls silent."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

import redis
import redis.asyncio

from signals.marketdata import redis_keys

logger = logging.getLogger(__name__)

TTL_SECONDS = 6.0

# KEYS: lease, counter. ARGV: owner, ttl in ms. Taking the lease and its number is one step, so that the numbers grow in
# the order in which the lease was held; the number is part of what is stored.
_ACQUIRE = """
if redis.call('exists', KEYS[1]) == 1 then return 0 end
local token = redis.call('incr', KEYS[2])
redis.call('set', KEYS[1], ARGV[1] .. '#' .. token, 'px', ARGV[2])
return token
"""
# KEYS: lease. ARGV: what we stored, ttl in ms.
_RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


def steady_seconds() -> float:
    """A clock that never goes back and, where the system has one, also counts while the machine sleeps."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class StreamLease:
    """Held for `ttl` seconds at a time and renewed every third of it.

    `held` turns false as soon as a renewal is refused, or when none has succeeded for `ttl` seconds by this process's
    own clock: a holder that was paused or cut off stops by itself. `token` grows with every holder, so that what an
    earlier one still had under way can be told apart.
    """

    def __init__(
        self,
        client: "redis.asyncio.Redis",
        name: str,
        owner: str,
        ttl: float = TTL_SECONDS,
        *,
        clock: Callable[[], float] = steady_seconds,
    ) -> None:
        self._redis = client
        self._key = redis_keys.lease(name)
        self._counter = redis_keys.lease_token(name)
        self._owner = owner
        self._ttl = ttl
        self._clock = clock
        self._good_until = float("-inf")
        self._renewer: asyncio.Task[None] | None = None
        self.token = 0

    @property
    def held(self) -> bool:
        return self._clock() < self._good_until

    async def acquire(self) -> None:
        """Wait until the lease is ours."""
        while not await self.try_acquire():
            await asyncio.sleep(self._ttl / 6)

    async def try_acquire(self) -> bool:
        """Take the lease if it is free; whether it is ours now."""
        asked = self._clock()
        try:
            token = int(await self._script(_ACQUIRE, [self._key, self._counter], self._owner, self._ttl_ms))
        except (redis.RedisError, OSError):
            return False
        if not token:
            return False
        self.token = token
        self._good_until = asked + self._ttl
        self._renewer = asyncio.create_task(self._keep())
        return True

    async def wait_lost(self) -> None:
        """Return as soon as the lease is not held."""
        while self.held:
            await asyncio.sleep(max(0.0, min(self._good_until - self._clock(), self._ttl / 12)))

    async def _keep(self) -> None:
        while self.held:
            await asyncio.sleep(self._ttl / 3)
            asked = self._clock()
            try:
                renewed = await self._script(_RENEW, [self._key], self._stored, self._ttl_ms)
            except (redis.RedisError, OSError):
                logger.warning("lease %s: renewal failed", self._key)
                continue
            if not renewed or not self.held:
                self._good_until = float("-inf")
                return
            self._good_until = asked + self._ttl

    async def release(self) -> None:
        """Give the lease back, if it is still ours."""
        self._good_until = float("-inf")
        if self._renewer is not None:
            self._renewer.cancel()
            await asyncio.gather(self._renewer, return_exceptions=True)
            self._renewer = None
        with contextlib.suppress(redis.RedisError, OSError):
            await self._script(_RELEASE, [self._key], self._stored)

    @property
    def _stored(self) -> str:
        return f"{self._owner}#{self.token}"

    @property
    def _ttl_ms(self) -> str:
        return str(int(self._ttl * 1000))

    async def _script(self, text: str, keys: list[str], *arguments: str) -> Any:
        return await self._redis.eval(text, len(keys), *keys, *arguments)
