"""One socket's way out, and its door: messages in order, faults of what is pushed, and broken connections."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

from brokers.simulator.faults import PUSHED, FaultKind, Faults
from brokers.simulator.wire import cut

_LONGEST_QUEUE = 10_000
_LARGEST_MESSAGE = 1 << 18  # bytes, of what a client sends
_DOOR = {FaultKind.RATE_LIMITED: 429, FaultKind.SERVER_ERROR: 500, FaultKind.MAINTENANCE: 503}


class Line:
    """Replies and pushed messages go out in the order in which they were given. A reader too slow for 10,000 is cut.

    Leave it with `close`.
    """

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, faults: Faults) -> None:
        self._request = request
        self._socket = socket
        self._faults = faults
        self._waiting: asyncio.Queue[str] = asyncio.Queue(maxsize=_LONGEST_QUEUE)
        self._tasks = {asyncio.create_task(self._write())}

    def send(self, message: dict[str, Any]) -> None:
        try:
            self._waiting.put_nowait(json.dumps(message))
        except asyncio.QueueFull:
            self.cut()

    def push(self, topic: str, message: dict[str, Any]) -> None:
        """A message that nobody asked for just now: faults of the call `push.<topic>` befall it."""
        fault = self._faults.draw(f"push.{topic}", PUSHED)
        if fault is None:
            self.send(message)
        elif fault.kind == FaultKind.DISCONNECT_BEFORE:
            self.cut()
        elif fault.kind == FaultKind.DELAY:
            self.later(fault.seconds, lambda: self.send(message))
        elif fault.kind == FaultKind.DUPLICATE:
            self.send(message)
            self.send(message)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do it in so many seconds, if the line is still there."""

        async def wait() -> None:
            await asyncio.sleep(seconds)
            action()

        task = asyncio.create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cut(self) -> None:
        """The connection dies, without a closing handshake."""
        cut(self._request)

    def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()

    async def _write(self) -> None:
        with suppress(ConnectionError):  # the reader has gone
            while True:
                await self._socket.send_str(await self._waiting.get())


async def opened(request: web.Request, faults: Faults) -> web.WebSocketResponse | web.Response:
    """The socket, or what the client gets in its place when a fault befalls the call `connect`."""
    fault = faults.draw("connect", {*_DOOR, FaultKind.DISCONNECT_BEFORE})
    if fault is not None and fault.kind in _DOOR:
        return web.Response(status=_DOOR[fault.kind])
    if fault is not None:
        cut(request)
        return web.Response()
    socket = web.WebSocketResponse(max_msg_size=_LARGEST_MESSAGE)
    await socket.prepare(request)
    return socket
