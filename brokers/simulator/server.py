"""The simulator's server: one process, one port, every wire under its own path."""

import asyncio
import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from aiohttp import web

from brokers.simulator import control
from brokers.simulator.client import SimulatorControl
from brokers.simulator.world import SimulatorSettings, World, make_world

__all__ = ["RunningServer", "RunningSimulator", "SimulatorSettings", "World", "running_simulator", "start_server"]

WIRES = ("binance", "delta", "deribit", "deriv")


@dataclass(slots=True)
class RunningServer:
    """A server that answers. `url` and `ws_url` without a slash at the end, e.g. http://127.0.0.1:9800."""

    url: str
    ws_url: str
    world: World
    _runner: web.AppRunner
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def stop(self) -> None:
        """Stop the market, cut every connection, free the port."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        await self._runner.cleanup()


async def start_server(settings: SimulatorSettings) -> RunningServer:
    """Raises ValueError for settings that are wrong, OSError where the port is taken."""
    world = make_world(settings)
    app = web.Application(client_max_size=1 << 20)
    control.routes(app, world)
    for routes in _wires():
        routes(app, world)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    await site.start()
    port = runner.addresses[0][1]
    server = RunningServer(f"http://{settings.host}:{port}", f"ws://{settings.host}:{port}", world, runner)
    if settings.interval is not None:
        server._tasks.append(asyncio.create_task(world.market.run(settings.interval)))
    return server


def _wires() -> list[Callable[[web.Application, World], None]]:
    """Imported only here: the market and the exchange are of use without them."""
    return [importlib.import_module(f"brokers.simulator.{name}").routes for name in WIRES]


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator in a thread of its own. `control` asks and changes it over HTTP, `world` is only to be looked at."""

    url: str
    ws_url: str
    control: SimulatorControl
    world: World


@contextmanager
def running_simulator(
    seed: int = 1, interval: float | None = None, port: int = 0, heartbeat: float = 30.0
) -> Iterator[RunningSimulator]:
    """A simulator for as long as the block lasts; by default its market moves only when `control` says so."""
    settings = SimulatorSettings(seed=seed, interval=interval, port=port, heartbeat=heartbeat)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(start_server(settings), loop).result(timeout=30)
        try:
            yield RunningSimulator(server.url, server.ws_url, SimulatorControl(server.url), server.world)
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(timeout=30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=30)
        loop.run_until_complete(_end_tasks())
        loop.close()


async def _end_tasks() -> None:
    """Cancel what still waits (a reply that was to be dropped, say), as asyncio.run does."""
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
