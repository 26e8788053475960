"""Public endpoints: assets, products, tickers, order book, trades, candles."""

from decimal import Decimal
from typing import Any

from brokers.interface import Quote, Side
from brokers.simulator.delta.call import Call, Endpoint, Endpoints, Paged
from brokers.simulator.delta.errors import ApiError, bad_schema
from brokers.simulator.delta.views import ASSETS, asset_view, micros, product_view, role, text
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.listing import Listing, Top

RESOLUTIONS = {
    "1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "2h": 7200, "4h": 14400, "6h": 21600,
    "1d": 86400, "1w": 604800,
}  # fmt: skip
_NO_INTEREST = {
    "oi": "0",
    "oi_contracts": "0",
    "oi_value": "0",
    "oi_value_symbol": "USD",
    "oi_value_usd": "0",
    "oi_change_usd_6h": "0",
    "greeks": None,
}
_LEVELS = 20
_MOST_CANDLES = 2000


def assets(call: Call) -> Any:
    return [asset_view(symbol) for symbol in ASSETS]


def indices(call: Call) -> Any:
    return [product_view(listing)["spot_index"] for listing in call.exchange.listings.values()]


def products(call: Call) -> Any:
    """`contract_types` chooses; there are only perpetual futures."""
    wanted = call.params.text("contract_types")
    rows = [product_view(listing) for listing in call.exchange.listings.values()]
    rows = [row for row in rows if wanted is None or row["contract_type"] in wanted.split(",")]
    return Paged(rows, {"after": None, "before": None, "limit": 100, "total_count": len(rows)})


def _named(call: Call, name: str) -> Listing:
    """By symbol or product id."""
    for listing in call.exchange.listings.values():
        if name in (listing.symbol, str(listing.number)):
            return listing
    raise ApiError("invalid_contract", {"symbol": name}, 404)


def product(call: Call) -> Any:
    return product_view(_named(call, call.path["identifier"]))


def ticker(exchange: Exchange, listing: Listing, top: Top) -> dict[str, Any]:
    hours = exchange.market.candles(listing.underlying, 3600, 24)
    volume = round(sum(candle.volume for candle in hours), 3)
    return {
        "symbol": listing.symbol,
        "product_id": listing.number,
        "contract_type": "perpetual_futures",
        "underlying_asset_symbol": listing.base,
        "description": f"{listing.base} Perpetual",
        "open": hours[0].open,
        "high": max(candle.high for candle in hours),
        "low": min(candle.low for candle in hours),
        "close": float(top.last),
        "mark_price": text(top.mark),
        "spot_price": text(top.mark),
        "mark_basis": "0",
        "funding_rate": "0",
        **_NO_INTEREST,
        "price_band": {"lower_limit": text(top.mark / 2), "upper_limit": text(top.mark * 2)},
        "quotes": {
            "best_ask": text(top.ask),
            "best_bid": text(top.bid),
            "ask_size": text(listing.depth),
            "bid_size": text(listing.depth),
            "ask_iv": None,
            "bid_iv": None,
            "impact_mid_price": None,
            "mark_iv": "0",
        },
        "size": int(volume / float(listing.contract_size)),
        "volume": volume,
        "turnover": round(volume * float(top.last), 2),
        "turnover_symbol": "USD",
        "turnover_usd": round(volume * float(top.last), 2),
        "tick_size": text(listing.tick_size),
        "timestamp": micros(top.time),
    }


def tickers(call: Call) -> Any:
    wanted = call.params.text("contract_types")
    if wanted is not None and "perpetual_futures" not in wanted.split(","):
        return []
    return [
        ticker(call.exchange, listing, call.exchange.top(listing.symbol, stale=call.stale))
        for listing in call.exchange.listings.values()
    ]


def one_ticker(call: Call) -> Any:
    listing = _named(call, call.path["symbol"])
    return ticker(call.exchange, listing, call.exchange.top(listing.symbol, stale=call.stale))


def order_book(call: Call) -> Any:
    listing = _named(call, call.path["identifier"])
    top = call.exchange.top(listing.symbol, stale=call.stale)
    depth = min(call.params.whole("depth") or _LEVELS, _LEVELS)
    size = int(listing.depth)

    def side(best: Decimal, step: Decimal) -> list[dict[str, Any]]:
        prices = [best + index * step for index in range(depth)]
        return [{"depth": str(size * (i + 1)), "price": text(p), "size": size} for i, p in enumerate(prices) if p > 0]

    return {
        "buy": side(top.bid, -listing.tick_size),
        "sell": side(top.ask, listing.tick_size),
        "symbol": listing.symbol,
        "last_updated_at": micros(top.time),
    }


def trade_of(listing: Listing, tick: Quote, number: int) -> dict[str, Any]:
    """The public trade that a tick stands for."""
    taker_buys = number % 2 == 0
    return {
        "buyer_role": role(Side.BUY, taker_buys=taker_buys),
        "seller_role": role(Side.SELL, taker_buys=taker_buys),
        "price": text(listing.floor_tick(Decimal(str(tick.last)))),
        "size": 1,
        "symbol": listing.symbol,
        "timestamp": micros(tick.time),
    }


def trades(call: Call) -> Any:
    listing = _named(call, call.path["symbol"])
    ticks = call.exchange.market.ticks(listing.underlying, 100)
    first = call.exchange.market.tick_number(listing.underlying) - len(ticks)
    return [trade_of(listing, tick, first + index) for index, tick in enumerate(ticks)]


def candles(call: Call) -> Any:
    """Newest first, as Delta sends them; `start` and `end` in epoch seconds."""
    seconds = RESOLUTIONS[call.params.one_of("resolution", RESOLUTIONS)]
    start, end = call.params.whole("start"), call.params.whole("end")
    if start is None or end is None or start > end:
        raise bad_schema("start", "start and end are required, start before end")
    listing = _named(call, (call.params.text("symbol") or "").removeprefix("MARK:"))
    rows = call.exchange.market.candles(listing.underlying, seconds, _MOST_CANDLES, float(end))
    return [
        {
            "time": candle.time // 1000,
            "open": candle.open,
            "high": candle.high,
            "low": candle.low,
            "close": candle.close,
            "volume": candle.volume,
        }
        for candle in reversed(rows)
        if candle.time >= start * 1000
    ]


def settings(call: Call) -> Any:
    return {"under_maintenance": "false", "server_time": micros(call.exchange.clock())}


ENDPOINTS: Endpoints = {
    ("GET", "/v2/assets"): Endpoint(assets, private=False),
    ("GET", "/v2/indices"): Endpoint(indices, private=False),
    ("GET", "/v2/settings"): Endpoint(settings, private=False),
    ("GET", "/v2/products"): Endpoint(products, private=False),
    ("GET", "/v2/products/{identifier}"): Endpoint(product, private=False),
    ("GET", "/v2/tickers"): Endpoint(tickers, private=False),
    ("GET", "/v2/tickers/{symbol}"): Endpoint(one_ticker, private=False),
    ("GET", "/v2/l2orderbook/{identifier}"): Endpoint(order_book, private=False),
    ("GET", "/v2/trades/{symbol}"): Endpoint(trades, private=False),
    ("GET", "/v2/history/candles"): Endpoint(candles, private=False),
}
