"""Binance USDⓈ-M futures on the wire: REST under /binance/fapi, WebSocket under /binance/ws and its relatives."""

import secrets
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from brokers.simulator.binance import account, orders, public
from brokers.simulator.binance.auth import by_key, check_signature
from brokers.simulator.binance.call import Call, Endpoints, Security
from brokers.simulator.binance.errors import ApiError, of_fault, of_refused, response
from brokers.simulator.binance.params import Params
from brokers.simulator.binance.streams import Streams
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.orders import Refused
from brokers.simulator.faults import FaultKind
from brokers.simulator.wire import CONNECT_KINDS, Pusher, answer
from brokers.simulator.world import World

ENDPOINTS: Endpoints = {**public.ENDPOINTS, **account.ENDPOINTS, **orders.ENDPOINTS}
_LISTEN_KEY_SECONDS = 3600.0
_SOCKET_PATHS = ("ws", "public/ws", "market/ws", "private/ws", "stream", "market/stream", "public/stream")


class BinanceWire:
    def __init__(self, world: World) -> None:
        self._world = world
        self._exchange = world.exchanges["binance"]
        self._listen_keys: dict[str, tuple[Account, float]] = {}

    def routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/binance/{rest:(?:fapi|sapi)/.*}", self.rest)
        for path in _SOCKET_PATHS:
            app.router.add_get(f"/binance/{path}", self.socket)
            app.router.add_get(f"/binance/{path}/{{name}}", self.socket)

    async def rest(self, request: web.Request) -> web.StreamResponse:
        path = f"/{request.match_info['rest']}"
        body = await request.text()

        async def handle(fault: FaultKind | None) -> web.StreamResponse:
            try:
                return web.json_response(self._do(request, path, body, fault))
            except ApiError as error:
                return response(error)
            except Refused as error:
                return response(of_refused(error))

        return await answer(request, self._world.faults, f"{request.method} {path}", handle, of_fault)

    def _do(self, request: web.Request, path: str, body: str, fault: FaultKind | None) -> Any:
        query = request.rel_url.raw_query_string
        values = dict(parse_qsl(query, keep_blank_values=True)) | dict(parse_qsl(body, keep_blank_values=True))
        key = request.headers.get("X-MBX-APIKEY")
        if path == "/fapi/v1/listenKey":
            return self._listen_key(request.method, by_key(self._exchange, key))
        endpoint = ENDPOINTS.get((request.method, path))
        if endpoint is None:
            raise ApiError(-5000, f"Path {path}, Method {request.method} is invalid", 404)
        security, function = endpoint
        caller = None
        if security == Security.SIGNED:
            caller = by_key(self._exchange, key)
            check_signature(caller, query, body, values, self._world.clock())
        return function(Call(self._exchange, Params(values), fault, caller))

    def _listen_key(self, method: str, caller: Account) -> dict[str, str]:
        """One a account, valid for an hour after it was asked for or kept alive."""
        now = self._world.clock()
        held = next((key for key, (who, end) in self._listen_keys.items() if who is caller and end > now), None)
        if method == "POST":
            held = held or secrets.token_urlsafe(48)
        elif held is None:
            raise ApiError(-1125, "This listenKey does not exist.")
        if method == "DELETE":
            del self._listen_keys[held]
            return {}
        self._listen_keys[held] = (caller, now + _LISTEN_KEY_SECONDS)
        return {"listenKey": held}

    async def socket(self, request: web.Request) -> web.StreamResponse:
        async def handle(fault: FaultKind | None) -> web.StreamResponse:
            return await self._serve(request)

        return await answer(request, self._world.faults, "connect", handle, of_fault, CONNECT_KINDS)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """A path's last part may be a stream, a listen key, or a number, which ccxt puts there."""
        combined = request.path.removeprefix("/binance/").partition("/")[0] == "stream" or "/stream" in request.path
        names = [name for name in request.query.get("streams", "").split("/") if name]
        last, key = request.match_info.get("name", ""), request.query.get("listenKey", "")
        key = key or next((name for name in (last, *names) if name in self._listen_keys), "")
        held = self._listen_keys.get(key)
        if key and (held is None or held[1] <= self._world.clock()):
            return web.Response(status=400, text="invalid listen key")
        socket = web.WebSocketResponse(heartbeat=180)
        await socket.prepare(request)
        pusher = Pusher(socket, self._world.faults)
        streams = Streams(self._exchange, pusher, combined=combined)
        if held is not None:
            streams.follow(held[0])
        for name in [*names, last] if "@" in last or last.startswith("!") else names:
            streams.add(name)
        streams.open()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    streams.command(message.data)
        finally:
            streams.close()
            await pusher.close()
        return socket
