"""Delta Exchange on the wire: REST under /delta/v2, WebSocket at /delta/live."""

import json
from typing import Any

from aiohttp import WSMsgType, web

from brokers.simulator.delta import account, orders, public
from brokers.simulator.delta.auth import authenticated
from brokers.simulator.delta.call import Call, Endpoint, Endpoints, Paged
from brokers.simulator.delta.errors import ApiError, bad_schema, of_fault, of_refused, response
from brokers.simulator.delta.params import Params
from brokers.simulator.delta.socket import DeltaSocket
from brokers.simulator.exchange.orders import Refused
from brokers.simulator.faults import FaultKind
from brokers.simulator.wire import CONNECT_KINDS, Pusher, answer
from brokers.simulator.world import World

ENDPOINTS: Endpoints = {**public.ENDPOINTS, **account.ENDPOINTS, **orders.ENDPOINTS}


class DeltaWire:
    def __init__(self, world: World) -> None:
        self._world = world
        self._exchange = world.exchanges["delta"]

    def routes(self, app: web.Application) -> None:
        for (method, path), endpoint in ENDPOINTS.items():
            app.router.add_route(method, f"/delta{path}", self._handler(method, path, endpoint))
        app.router.add_route("*", "/delta/v2/{rest:.*}", self.unknown)
        app.router.add_get("/delta/live", self.socket)

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        return response(ApiError("not_found", {"path": request.path.removeprefix("/delta")}, 404))

    def _handler(self, method: str, path: str, endpoint: Endpoint) -> Any:
        async def rest(request: web.Request) -> web.StreamResponse:
            body = await request.text()

            async def handle(fault: FaultKind | None) -> web.StreamResponse:
                try:
                    return _success(self._do(request, body, endpoint, fault))
                except ApiError as error:
                    return response(error)
                except Refused as error:
                    return response(of_refused(error))

            return await answer(request, self._world.faults, f"{method} {path}", handle, of_fault)

        return rest

    def _do(self, request: web.Request, body: str, endpoint: Endpoint, fault: FaultKind | None) -> Any:
        caller = None
        if endpoint.private:
            path = request.rel_url.raw_path.removeprefix("/delta")
            query = request.rel_url.raw_query_string
            caller = authenticated(self._exchange, request.headers, request.method, path, query, body)
        params = Params(self._exchange, {**request.query, **_object(body)})
        return endpoint.function(Call(self._exchange, params, request.match_info, fault, caller))

    async def socket(self, request: web.Request) -> web.StreamResponse:
        async def handle(fault: FaultKind | None) -> web.StreamResponse:
            return await self._serve(request)

        return await answer(request, self._world.faults, "connect", handle, of_fault, CONNECT_KINDS)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        pusher = Pusher(socket, self._world.faults)
        session = DeltaSocket(self._exchange, pusher, self._world.heartbeat)
        session.open()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await session.command(message.data)
        finally:
            await session.close()
            await pusher.close()
        return socket


def _object(body: str) -> dict[str, Any]:
    if not body:
        return {}
    try:
        values = json.loads(body)
    except ValueError:
        raise bad_schema("", "the body is not JSON") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise bad_schema("", "the body is not an object")
    return values


def _success(result: Any) -> web.Response:
    if isinstance(result, Paged):
        return web.json_response({"success": True, "result": result.result, "meta": result.meta})
    return web.json_response({"success": True, "result": result})
