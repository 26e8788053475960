"""The simulator's own endpoints under /control/: faults, accounts, prices, the clock, and the truth of an account.

They are no part of any broker's wire; tests and curious people use them. Errors: 400 {"error": {"code", "message"}}.
"""

from typing import Any

from aiohttp import web

from brokers.simulator.world import World


class BadControl(Exception):
    """A control request that cannot be done; the message names the field."""


def routes(app: web.Application, world: World) -> None:
    control = Control(world)
    add = app.router.add_route
    for method, path, handler in (
        ("GET", "/control/", control.overview),
        ("GET", "/control/faults", control.get_faults),
        ("PUT", "/control/faults", control.put_faults),
        ("GET", "/control/accounts", control.accounts),
        ("GET", "/control/accounts/{venue}/{account}", control.truth),
        ("GET", "/control/clock", control.get_clock),
        ("PUT", "/control/clock", control.put_clock),
        ("GET", "/control/prices", control.prices),
        ("PUT", "/control/prices/{symbol}", control.put_price),
        ("POST", "/control/advance", control.advance),
    ):
        add(method, path, _guarded(handler))


def _guarded(handler: Any) -> Any:
    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(request))
        except BadControl as error:
            return web.json_response({"error": {"code": "invalid", "message": str(error)}}, status=400)
        except KeyError as error:
            message = f"there is no {error.args[0]}"
            return web.json_response({"error": {"code": "not_found", "message": message}}, status=404)

    return answer


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise BadControl("body: JSON is needed") from None
    if not isinstance(body, dict):
        raise BadControl("body: a JSON object is needed")
    return body


def _number(body: dict[str, Any], name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise BadControl(f"{name}: a number is needed, not {value!r}")
    return float(value)


class Control:
    def __init__(self, world: World) -> None:
        self._world = world

    async def overview(self, request: web.Request) -> Any:
        return {
            "venues": sorted(self._world.books),
            "symbols": self._world.market.symbols(),
            "seed": self._world.seed,
            "time": self._world.clock(),
        }

    async def get_faults(self, request: web.Request) -> Any:
        """The rules, and how often each kind was drawn."""
        faults = self._world.faults
        return {"rules": [rule.as_json() for rule in faults.rules], "drawn": dict(faults.drawn)}

    async def put_faults(self, request: web.Request) -> Any:
        """{"rules": [...]} in place of all there are."""
        rules = (await _body(request)).get("rules")
        if not isinstance(rules, list):
            raise BadControl("rules: a list is needed")
        try:
            self._world.faults.replace(rules)
        except ValueError as error:
            raise BadControl(str(error)) from None
        return await self.get_faults(request)

    async def accounts(self, request: web.Request) -> Any:
        return {venue: book.accounts() for venue, book in self._world.books.items()}

    async def truth(self, request: web.Request) -> Any:
        venue, account = request.match_info["venue"], request.match_info["account"]
        return self._world.books[venue].truth(account)

    async def get_clock(self, request: web.Request) -> Any:
        return {"time": self._world.clock(), "offset": self._world.clock.offset}

    async def put_clock(self, request: web.Request) -> Any:
        """{"offset": seconds ahead of the real time} or {"advance": seconds more}."""
        body = await _body(request)
        if ("offset" in body) == ("advance" in body):
            raise BadControl("offset: it, or advance, is needed")
        clock = self._world.clock
        clock.offset = _number(body, "offset") if "offset" in body else clock.offset + _number(body, "advance")
        return await self.get_clock(request)

    async def prices(self, request: web.Request) -> Any:
        market = self._world.market
        quotes = {symbol: market.quote(symbol) for symbol in market.symbols()}
        return {symbol: {"bid": quote.bid, "ask": quote.ask, "last": quote.last} for symbol, quote in quotes.items()}

    async def put_price(self, request: web.Request) -> Any:
        """{"price": number}: the symbol of the market, e.g. BTC, goes there at once, and on from there."""
        price = _number(await _body(request), "price")
        try:
            self._world.market.set_price(request.match_info["symbol"], price)
        except ValueError as error:
            raise BadControl(str(error)) from None
        return await self.prices(request)

    async def advance(self, request: web.Request) -> Any:
        """{"steps": n}: the market moves that many ticks at once; the clock stands."""
        steps = int(_number(await _body(request), "steps"))
        if not 1 <= steps <= 10_000:
            raise BadControl(f"steps: from 1 to 10000, not {steps}")
        self._world.market.advance(steps)
        return await self.prices(request)
