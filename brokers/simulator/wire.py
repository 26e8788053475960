"""What the wires share: how faults befall an HTTP call, and the messages that a socket pushes."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any

from aiohttp import web

from brokers.simulator.faults import CALLED, PUSHED, UNDONE, Fault, FaultKind, Faults

HTTP_KINDS = CALLED - {FaultKind.DUPLICATE}
CONNECT_KINDS = UNDONE | {FaultKind.DELAY}

Handle = Callable[[FaultKind | None], Awaitable[web.StreamResponse]]


async def answer(
    request: web.Request,
    faults: Faults,
    call: str,
    handle: Handle,
    refuse: Callable[[FaultKind], web.StreamResponse],
    kinds: Collection[FaultKind] = HTTP_KINDS,
) -> web.StreamResponse:
    """Do the call with what goes wrong with it.

    `handle` is told of a partial fill or a stale book, which are its own to act out; `refuse` says in the venue's words
    that it is rate-limited, broken, or closed.
    """
    fault = faults.draw(call, kinds)
    if fault is None:
        return await handle(None)
    if fault.kind == FaultKind.DISCONNECT_BEFORE:
        return cut(request)
    if fault.kind in UNDONE:
        return refuse(fault.kind)
    if fault.kind == FaultKind.DELAY:
        await asyncio.sleep(fault.seconds)
        return await handle(None)
    reply = await handle(fault.kind)
    if fault.kind == FaultKind.DROP_REPLY:
        await asyncio.sleep(fault.seconds)
    if fault.kind in (FaultKind.DROP_REPLY, FaultKind.DISCONNECT_AFTER):
        return cut(request)
    return reply


def cut(request: web.Request) -> web.StreamResponse:
    """Let the connection die; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


class Pusher:
    """Sends messages to one socket in order, from a queue, so that the exchange never waits for a slow reader."""

    def __init__(self, socket: web.WebSocketResponse, faults: Faults) -> None:
        self._socket = socket
        self._faults = faults
        self._queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue(maxsize=10_000)
        self._task = asyncio.create_task(self._run())

    def push(self, topic: str, text: str) -> None:
        """Queue a message; `topic` names the call of a fault, `push.<topic>`. A reader too slow for 10,000 is cut."""
        try:
            self._queue.put_nowait((topic, text))
        except asyncio.QueueFull:
            self._task.cancel()

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        try:
            while True:
                topic, text = await self._queue.get()
                await self._send(text, self._faults.draw(f"push.{topic}", PUSHED))
        except (ConnectionError, RuntimeError):  # the reader has gone
            return
        finally:
            abort(self._socket)

    async def _send(self, text: str, fault: Fault | None) -> None:
        kind = fault.kind if fault is not None else None
        if fault is not None and kind == FaultKind.DELAY:
            await asyncio.sleep(fault.seconds)
        if kind == FaultKind.DISCONNECT_BEFORE:
            raise ConnectionResetError
        for _ in range(2 if kind == FaultKind.DUPLICATE else 0 if kind == FaultKind.DROP_REPLY else 1):
            await self._socket.send_str(text)


def abort(socket: web.WebSocketResponse) -> None:
    """Let the socket die without a closing handshake, as a broken line does."""
    request: Any = getattr(socket, "_req", None)
    if request is not None and request.transport is not None:
        request.transport.abort()
