"""A local HTTP server that speaks the part of Binance's public spot API that market data needs, with faults."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

MOST_KLINES = 100


class Exchange:
    """Answers for BTCUSDT and ETHUSDT. `faults` are answered first, one each: a status code, or a text."""

    def __init__(self, now_ms: int) -> None:
        self.now = now_ms
        self.tickers: dict[str, dict[str, Any]] = {
            "BTCUSDT": {"bidPrice": "99.50", "askPrice": "100.50", "lastPrice": "100.00"},
            "ETHUSDT": {"bidPrice": "9.90", "askPrice": "10.10", "lastPrice": "10.00"},
        }
        self.faults: list[int | str] = []
        self.asked: list[str] = []
        self.url = ""

    def config(self) -> dict[str, Any]:
        """For ccxt: this server in place of the exchange."""
        return {
            "urls": {"api": {"public": f"{self.url}/api/v3", "v1": f"{self.url}/api/v1"}},
            "options": {"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False},
            "rateLimit": 1,
        }

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, int):
                return web.Response(status=fault, text="{}", content_type="application/json")
            return web.Response(text=fault, content_type="application/json")
        answer = {
            "/api/v3/exchangeInfo": self._info,
            "/api/v3/ticker/24hr": self._tickers,
            "/api/v3/klines": self._klines,
        }.get(request.path)
        if answer is None:
            return web.Response(status=404)
        return web.Response(text=json.dumps(answer(request.query)), content_type="application/json")

    def _info(self, query: Any) -> Any:
        return {"symbols": [_market("BTC", "0.01", "0.00001"), _market("ETH", "0.001", "0.0001")], "rateLimits": []}

    def _tickers(self, query: Any) -> Any:
        return [
            {"symbol": symbol, "closeTime": self.now, "openTime": self.now - 86_400_000, **figures}
            for symbol, figures in self.tickers.items()
        ]

    def _klines(self, query: Any) -> Any:
        """One-minute candles without end; the one of 00:07 is broken, and the newest is still forming."""
        start = int(query["startTime"])
        rows = []
        for opened in range(start + -start % 60_000, self.now + 1, 60_000)[: min(MOST_KLINES, int(query["limit"]))]:
            price = str(100 + opened // 60_000 % 50)
            high = "1" if opened % 3_600_000 == 7 * 60_000 else price
            rows.append([opened, price, high, price, price, "2.5", opened + 59_999, "0", 1, "0", "0", "0"])
        return rows


def _market(base: str, tick: str, lot: str) -> dict[str, Any]:
    return {
        "symbol": f"{base}USDT",
        "status": "TRADING",
        "baseAsset": base,
        "quoteAsset": "USDT",
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "permissions": ["SPOT"],
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "1000000", "tickSize": tick},
            {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": "9000", "stepSize": lot},
            {"filterType": "NOTIONAL", "minNotional": "5"},
        ],
    }


@asynccontextmanager
async def exchange_server(now_ms: int) -> AsyncIterator[Exchange]:
    exchange = Exchange(now_ms)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", exchange.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    exchange.url = f"http://{host}:{port}"
    try:
        yield exchange
    finally:
        await runner.cleanup()
