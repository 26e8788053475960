"""Delta Exchange (India): REST and WebSocket."""

from aiohttp import web

from brokers.simulator.delta.wire import DeltaWire
from brokers.simulator.world import World


def routes(app: web.Application, world: World) -> None:
    DeltaWire(world).routes(app)
