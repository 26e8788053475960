"""Who streams what: a lease in Redis that one process holds and another takes over when it falls silent."""

import asyncio
import contextlib
import logging
import time

import redis
import redis.asyncio

from signals.marketdata import redis_keys

logger = logging.getLogger(__name__)

TTL_SECONDS = 6.0

_RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class StreamLease:
    """Held for `ttl` seconds at a time and renewed every third of it.

    `held` turns false as soon as a renewal is refused, or when none has succeeded for `ttl` seconds by this process's
    own clock: a holder that was paused or cut off stops by itself. `token` grows with every holder, so that what an
    earlier one still had under way can be told apart.
    """

    def __init__(self, client: "redis.asyncio.Redis", name: str, owner: str, ttl: float = TTL_SECONDS) -> None:
        self._redis = client
        self._key = redis_keys.lease(name)
        self._counter = redis_keys.lease_token(name)
        self._owner = owner
        self._ttl = ttl
        self._good_until = 0.0
        self._renewer: asyncio.Task[None] | None = None
        self.token = 0

    @property
    def held(self) -> bool:
        return time.monotonic() < self._good_until

    async def acquire(self) -> None:
        """Wait until the lease is ours."""
        while not await self._try():
            await asyncio.sleep(self._ttl / 6)
        self._renewer = asyncio.create_task(self._keep())

    async def _try(self) -> bool:
        asked = time.monotonic()
        try:
            if not await self._redis.set(self._key, self._owner, nx=True, px=int(self._ttl * 1000)):
                return False
            self.token = int(await self._redis.incr(self._counter))
        except redis.RedisError:
            return False
        self._good_until = asked + self._ttl
        return True

    async def _keep(self) -> None:
        while self.held:
            await asyncio.sleep(self._ttl / 3)
            asked = time.monotonic()
            try:
                renewed = await self._redis.eval(_RENEW, 1, self._key, self._owner, str(int(self._ttl * 1000)))
            except redis.RedisError:
                logger.warning("lease %s: renewal failed", self._key)
                continue
            if not renewed or not self.held:
                self._good_until = 0.0
                return
            self._good_until = asked + self._ttl

    async def release(self) -> None:
        """Give the lease back, if it is still ours."""
        self._good_until = 0.0
        if self._renewer is not None:
            self._renewer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewer
            self._renewer = None
        with contextlib.suppress(redis.RedisError):
            await self._redis.eval(_RELEASE, 1, self._key, self._owner)
