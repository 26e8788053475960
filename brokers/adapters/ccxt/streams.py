"""The adapter's one asyncio thread: what is watched over sockets, and polled where there is nothing to watch."""

import asyncio
import logging
import random
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from brokers.errors import AuthenticationFailed
from brokers.interface import ConnectionState

logger = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STOP_TIMEOUT = 5.0


class Health:
    """How the streams stand, for the connection status. `note` counts a reconnect when a broken one works again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._broken: dict[str, str] = {}
        self._polled: set[str] = set()
        self.reconnects, self.last_reconnect_at = 0, None  # type: tuple[int, float | None]

    def works(self, topic: str, *, polled: bool = False) -> None:
        with self._lock:
            if self._broken.pop(topic, None) is not None:
                self.reconnects += 1
                self.last_reconnect_at = self._clock()
            (self._polled.add if polled else self._polled.discard)(topic)

    def broke(self, topic: str, why: str) -> None:
        with self._lock:
            self._broken[topic] = why

    def ended(self, topic: str) -> None:
        with self._lock:
            self._broken.pop(topic, None)
            self._polled.discard(topic)

    @property
    def state(self) -> ConnectionState:
        with self._lock:
            return ConnectionState.DEGRADED if self._broken or self._polled else ConnectionState.CONNECTED

    @property
    def error(self) -> str:
        with self._lock:
            polled = f"polled: {', '.join(sorted(self._polled))}" if self._polled else ""
            return "; ".join([*self._broken.values(), *([polled] if polled else [])])


class Streams:
    """Runs topics, each a session that is started again, with back-off and jitter, whenever it ends in an error."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        jitter: random.Random | None = None,
        first_pause: float = _FIRST_PAUSE,
        longest_pause: float = _LONGEST_PAUSE,
    ) -> None:
        self.health = Health(clock)
        self._jitter = jitter or random.Random()
        self._pauses = first_pause, longest_pause
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def start(self, topic: str, session: Callable[[], Awaitable[None]]) -> None:
        """Run `session` under that name; one that runs already is replaced."""
        with self._lock:
            loop = self._running_loop()
        asyncio.run_coroutine_threadsafe(self._start(topic, session), loop).result(_STOP_TIMEOUT)

    def stop(self, topic: str) -> None:
        with self._lock:
            loop = self._loop
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._stop(topic), loop).result(_STOP_TIMEOUT)

    def close(self) -> None:
        """End every topic and the thread."""
        with self._lock:
            loop, thread, pool = self._loop, self._thread, self._pool
            self._loop = self._thread = self._pool = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._stop_all(), loop).result(_STOP_TIMEOUT)
        loop.call_soon_threadsafe(loop.stop)
        if thread is not threading.current_thread():
            thread.join(_STOP_TIMEOUT)
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    async def blocking(self, call: Callable[..., T], *arguments: Any) -> T:
        """A blocking call off the loop's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, *arguments)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            loop = self._loop = asyncio.new_event_loop()
            self._pool = ThreadPoolExecutor(4, thread_name_prefix="ccxt-streams")
            self._thread = threading.Thread(target=_run, args=(loop,), name="ccxt-streams", daemon=True)
            self._thread.start()
        return self._loop

    async def _start(self, topic: str, session: Callable[[], Awaitable[None]]) -> None:
        await self._stop(topic)
        self._tasks[topic] = asyncio.ensure_future(self._keep(topic, session))

    async def _stop(self, topic: str) -> None:
        task = self._tasks.pop(topic, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task], timeout=_STOP_TIMEOUT / 2)
        self.health.ended(topic)

    async def _stop_all(self) -> None:
        for topic in list(self._tasks):
            await self._stop(topic)

    async def _keep(self, topic: str, session: Callable[[], Awaitable[None]]) -> None:
        """Until the session returns; its errors start it again."""
        failures = 0
        while True:
            started = time.monotonic()
            try:
                return await session()
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) is None or task.cancelling():
                    raise
                # Not we: something inside the socket's library was cancelled.
                failures = await self._pause(topic, "cancelled", started, failures)
            except AuthenticationFailed as error:
                self.health.broke(topic, f"{topic}: {error}")
                logger.warning("%s ended: the credentials are not accepted", topic)
                return None
            except Exception as error:
                # ccxt's messages can carry addresses with signatures in them: the name is enough.
                failures = await self._pause(topic, type(error).__name__, started, failures)

    async def _pause(self, topic: str, why: str, started: float, failures: int) -> int:
        """Wait, longer after each failure in a row. The number of them now."""
        first, longest = self._pauses
        failures = 1 if time.monotonic() - started > longest else failures + 1
        self.health.broke(topic, f"{topic}: {why}")
        pause = min(longest, first * 2 ** min(failures - 1, 16)) * self._jitter.uniform(0.5, 1.0)
        logger.warning("%s broke (%s); again in %.1f s", topic, why, pause)
        await asyncio.sleep(pause)
        return failures


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()
