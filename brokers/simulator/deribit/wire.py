"""Where Deribit listens."""

from aiohttp import web

from brokers.simulator.deribit.rpc import PREFIX, HttpApi, answer_socket
from brokers.simulator.deribit.session import Session
from brokers.simulator.deribit.venue import Venue
from brokers.simulator.line import Line, opened
from brokers.simulator.world import World


def routes(app: web.Application, world: World) -> None:
    """Opening a socket is the call `connect` of the fault rules. /control/deribit/settings sets `heartbeat_second`."""
    venue = Venue(world.exchanges["deribit"], world.faults, world.seed)
    api = HttpApi(venue)
    app.router.add_get(f"{PREFIX}/{{method:(?:public|private)/[a-z_]+}}", api.get)
    app.router.add_post(f"{PREFIX}/{{method:(?:public|private)/[a-z_]+}}", api.post)
    app.router.add_post(PREFIX, api.post)

    async def serve(request: web.Request) -> web.StreamResponse:
        socket = await opened(request, world.faults)
        if isinstance(socket, web.Response):
            return socket
        line = Line(request, socket, world.faults)
        try:
            await Session(venue, line, answer_socket).run(socket)
        finally:
            line.close()
        return socket

    async def settings(request: web.Request) -> web.StreamResponse:
        return web.json_response(venue.settings())

    async def change_settings(request: web.Request) -> web.StreamResponse:
        try:
            venue.change(await request.json())
        except ValueError as error:
            return web.json_response({"error": {"code": "invalid", "message": str(error)}}, status=400)
        return web.json_response(venue.settings())

    app.router.add_get("/deribit/ws/api/v2", serve)
    app.router.add_get("/control/deribit/settings", settings)
    app.router.add_put("/control/deribit/settings", change_settings)
