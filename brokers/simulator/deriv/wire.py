"""Where the desk listens: the paths of both APIs, and the settings for tests."""

from aiohttp import web

from brokers.simulator.deriv.account_calls import ACCOUNT_CALLS
from brokers.simulator.deriv.accounts import Account
from brokers.simulator.deriv.book import DeskBook
from brokers.simulator.deriv.desk import Desk
from brokers.simulator.deriv.frames import FRAMES
from brokers.simulator.deriv.gate import Gate
from brokers.simulator.deriv.market_calls import MARKET_CALLS
from brokers.simulator.deriv.rest import PREFIX, RestApi
from brokers.simulator.deriv.session import Handler, Session
from brokers.simulator.deriv.shapes import Api
from brokers.simulator.deriv.trading_calls import TRADING_CALLS
from brokers.simulator.line import Line, opened
from brokers.simulator.world import World

_CALLS: dict[str, Handler] = MARKET_CALLS | TRADING_CALLS | ACCOUNT_CALLS
HANDLERS = {api: {name: _CALLS[name] for name in FRAMES[api]} for api in Api}

_DEFAULT_APP_ID = 1089


def routes(app: web.Application, world: World) -> None:
    """Open the desk, and its paths. Opening a socket is the call `connect` of the fault rules."""
    world.deriv = desk = Desk(world.market, world.clock)
    world.books["deriv"] = DeskBook(desk)
    gate = Gate(desk, world.faults, world.seed)
    sockets = _Sockets(gate)
    RestApi(gate).routes(app)
    app.router.add_get(f"{PREFIX}/ws/public", sockets.public)
    app.router.add_get(f"{PREFIX}/ws/{{kind:demo|real}}", sockets.trading)
    app.router.add_get("/deriv/websockets/v3", sockets.legacy)
    app.router.add_get("/control/deriv/settings", sockets.settings)
    app.router.add_put("/control/deriv/settings", sockets.change_settings)


class _Sockets:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def public(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, Api.CURRENT, None, 0)

    async def trading(self, request: web.Request) -> web.StreamResponse:
        """With a one-time password, which is spent by this. 401 for one that is unknown, used, too old, or for an
        account of the other kind.
        """
        account = self._gate.passwords.redeem(request.query.get("otp", ""))
        if account is None or account.account_type != request.match_info["kind"]:
            error = {"status": 401, "code": "Unauthorized", "message": "Invalid or expired OTP"}
            return web.json_response({"errors": [error]}, status=401)
        return await self._serve(request, Api.CURRENT, account, _DEFAULT_APP_ID)

    async def legacy(self, request: web.Request) -> web.StreamResponse:
        app_id = request.query.get("app_id", "")
        if not app_id.isdecimal() or len(app_id) > 18:
            return web.json_response({"error": {"code": "InvalidAppID", "message": "Invalid app_id."}}, status=401)
        return await self._serve(request, Api.LEGACY, None, int(app_id))

    async def _serve(self, request: web.Request, api: Api, account: Account | None, app_id: int) -> web.StreamResponse:
        socket = await opened(request, self._gate.faults)
        if isinstance(socket, web.Response):
            return socket
        line = Line(request, socket, self._gate.faults)
        try:
            address = request.remote or ""
            await Session(self._gate, api, HANDLERS[api], line, account, address, app_id).run(socket)
        finally:
            line.close()
        return socket

    async def settings(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._gate.options.as_json())

    async def change_settings(self, request: web.Request) -> web.StreamResponse:
        try:
            self._gate.options = self._gate.options.changed(await request.json())
        except ValueError as error:
            return web.json_response({"error": {"code": "invalid", "message": str(error)}}, status=400)
        return web.json_response(self._gate.options.as_json())
