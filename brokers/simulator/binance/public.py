"""Public endpoints: exchange information, prices, candles, order book, trades."""

from decimal import Decimal
from typing import Any

from brokers.interface import Candle, Quote
from brokers.simulator.binance.call import Call, Endpoints, Security
from brokers.simulator.binance.errors import ApiError
from brokers.simulator.binance.views import ms, text
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.listing import Listing, Top

INTERVALS = {
    "1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "2h": 7200, "4h": 14400, "6h": 21600,
    "8h": 28800, "12h": 43200, "1d": 86400, "3d": 259200, "1w": 604800,
}  # fmt: skip
_LEVELS = 20
_ORDER_TYPES = ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET"]


def ping(call: Call) -> Any:
    return {}


def server_time(call: Call) -> Any:
    return {"serverTime": call.now_ms()}


def exchange_info(call: Call) -> Any:
    return {
        "timezone": "UTC",
        "serverTime": call.now_ms(),
        "futuresType": "U_MARGINED",
        "rateLimits": [
            {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 2400},
            {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 1200},
        ],
        "exchangeFilters": [],
        "assets": [{"asset": "USDT", "marginAvailable": True, "autoAssetExchange": "0"}],
        "symbols": [_symbol(listing) for listing in call.exchange.listings.values()],
    }


def _symbol(listing: Listing) -> dict[str, Any]:
    return {
        "symbol": listing.symbol,
        "pair": listing.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "status": "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": listing.base,
        "quoteAsset": listing.quote,
        "marginAsset": listing.settle,
        "pricePrecision": _places(listing.tick_size),
        "quantityPrecision": _places(listing.lot_size),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW"],
        "triggerProtect": text(listing.band),
        "liquidationFee": "0.012500",
        "marketTakeBound": text(listing.band),
        "maxMoveOrderLimit": 10000,
        "filters": _filters(listing),
        "orderTypes": _ORDER_TYPES,
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
    }


def _filters(listing: Listing) -> list[dict[str, Any]]:
    tick = text(listing.tick_size)
    lots = {
        "stepSize": text(listing.lot_size),
        "minQty": text(listing.min_quantity),
        "maxQty": text(listing.max_quantity),
    }
    band = {"multiplierUp": text(1 + listing.band), "multiplierDown": text(1 - listing.band), "multiplierDecimal": "4"}
    return [
        {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "4529764", "tickSize": tick},
        {"filterType": "LOT_SIZE", **lots},
        {"filterType": "MARKET_LOT_SIZE", **lots},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": 200},
        {"filterType": "MIN_NOTIONAL", "notional": text(listing.min_notional)},
        {"filterType": "PERCENT_PRICE", **band},
    ]


def _places(step: Decimal) -> int:
    return max(0, -int(step.normalize().as_tuple().exponent))


def ticker(exchange: Exchange, listing: Listing, *, stale: bool = False) -> dict[str, Any]:
    """The last 24 hours."""
    top = exchange.top(listing.symbol, stale=stale)
    hours = exchange.market.candles(listing.underlying, 3600, 24)
    opened = Decimal(str(hours[0].open))
    volume = Decimal(str(sum(candle.volume for candle in hours)))
    return {
        "symbol": listing.symbol,
        "priceChange": text(top.last - opened),
        "priceChangePercent": text(round((top.last - opened) / opened * 100, 3)),
        "weightedAvgPrice": text(top.last),
        "lastPrice": text(top.last),
        "lastQty": text(listing.lot_size),
        "openPrice": text(opened),
        "highPrice": str(max(candle.high for candle in hours)),
        "lowPrice": str(min(candle.low for candle in hours)),
        "volume": text(volume),
        "quoteVolume": text(volume * top.last),
        "openTime": hours[0].time,
        "closeTime": ms(top.time),
        "firstId": 1,
        "lastId": 2,
        "count": len(hours),
    }


def tickers(call: Call) -> Any:
    if call.symbol() is not None:
        return ticker(call.exchange, call.listing(), stale=call.stale)
    return [ticker(call.exchange, listing, stale=call.stale) for listing in call.exchange.listings.values()]


def prices(call: Call) -> Any:
    symbol = call.symbol()
    rows = []
    for listing in call.exchange.listings.values():
        if symbol in (None, listing.symbol):
            top = call.exchange.top(listing.symbol, stale=call.stale)
            rows.append({"symbol": listing.symbol, "price": text(top.last), "time": ms(top.time)})
    return rows[0] if symbol is not None else rows


def book_ticker(exchange: Exchange, listing: Listing, *, stale: bool = False) -> dict[str, Any]:
    top = exchange.top(listing.symbol, stale=stale)
    return {
        "symbol": listing.symbol,
        "bidPrice": text(top.bid),
        "bidQty": text(listing.depth),
        "askPrice": text(top.ask),
        "askQty": text(listing.depth),
        "time": ms(top.time),
    }


def book_tickers(call: Call) -> Any:
    if call.symbol() is not None:
        return book_ticker(call.exchange, call.listing(), stale=call.stale)
    return [book_ticker(call.exchange, listing, stale=call.stale) for listing in call.exchange.listings.values()]


def premium_index(call: Call) -> Any:
    symbol = call.symbol()
    rows = []
    for listing in call.exchange.listings.values():
        if symbol in (None, listing.symbol):
            top = call.exchange.top(listing.symbol, stale=call.stale)
            rows.append(
                {
                    "symbol": listing.symbol,
                    "markPrice": text(top.mark),
                    "indexPrice": text(top.mark),
                    "estimatedSettlePrice": text(top.mark),
                    "lastFundingRate": "0",
                    "interestRate": "0",
                    "nextFundingTime": (ms(top.time) // 28_800_000 + 1) * 28_800_000,
                    "time": ms(top.time),
                }
            )
    return rows[0] if symbol is not None else rows


def levels(listing: Listing, top: Top) -> tuple[list[Any], list[Any]]:
    """Bids and asks, best first, each level a tick further and of the same size."""
    size = text(listing.depth)
    bids = [top.bid - index * listing.tick_size for index in range(_LEVELS)]
    asks = [top.ask + index * listing.tick_size for index in range(_LEVELS)]
    return [[text(price), size] for price in bids if price > 0], [[text(price), size] for price in asks]


def depth(call: Call) -> Any:
    listing = call.listing()
    bids, asks = levels(listing, call.exchange.top(listing.symbol, stale=call.stale))
    limit = call.params.limit(500, 1000)
    now = call.now_ms()
    number = call.exchange.market.tick_number(listing.underlying)
    return {"lastUpdateId": number, "E": now, "T": now, "bids": bids[:limit], "asks": asks[:limit]}


def kline(candle: Candle, seconds: int) -> list[Any]:
    return [
        candle.time,
        str(candle.open),
        str(candle.high),
        str(candle.low),
        str(candle.close),
        str(candle.volume),
        candle.time + seconds * 1000 - 1,
        str(round(candle.volume * candle.close, 6)),
        1,
        str(round(candle.volume / 2, 6)),
        str(round(candle.volume * candle.close / 2, 6)),
        "0",
    ]


def klines(call: Call) -> Any:
    listing, interval = call.listing(), call.params.need("interval")
    seconds = INTERVALS.get(interval)
    if seconds is None:
        raise ApiError(-1120, "Invalid interval.")
    since, until, limit = call.params.whole("startTime"), call.params.whole("endTime"), call.params.limit(500, 1500)
    end = None if until is None else until / 1000
    if since is None:
        rows = call.exchange.market.candles(listing.underlying, seconds, limit, end)
    else:
        rows = call.exchange.market.candles(listing.underlying, seconds, 10_000, end)
        rows = [candle for candle in rows if candle.time >= since][:limit]
    return [kline(candle, seconds) for candle in rows]


def public_trades(exchange: Exchange, listing: Listing, count: int) -> list[dict[str, Any]]:
    """One a tick, at its last price; the ids count the ticks."""
    ticks = exchange.market.ticks(listing.underlying, count)
    first = exchange.market.tick_number(listing.underlying) - len(ticks) + 1
    return [trade_of(listing, tick, first + index) for index, tick in enumerate(ticks)]


def trade_of(listing: Listing, tick: Quote, number: int) -> dict[str, Any]:
    return {
        "a": number,
        "p": text(listing.floor_tick(Decimal(str(tick.last)))),
        "q": text(listing.lot_size),
        "f": number,
        "l": number,
        "T": ms(tick.time),
        "m": number % 2 == 0,
    }


def agg_trades(call: Call) -> Any:
    since, until = call.params.whole("startTime"), call.params.whole("endTime")
    rows = public_trades(call.exchange, call.listing(), call.params.limit(500, 1000))
    return [row for row in rows if (since is None or row["T"] >= since) and (until is None or row["T"] <= until)]


def trades(call: Call) -> Any:
    return [
        {
            "id": row["a"],
            "price": row["p"],
            "qty": row["q"],
            "quoteQty": text(Decimal(row["p"]) * Decimal(row["q"])),
            "time": row["T"],
            "isBuyerMaker": row["m"],
        }
        for row in public_trades(call.exchange, call.listing(), call.params.limit(500, 1000))
    ]


_NONE = Security.NONE
ENDPOINTS: Endpoints = {
    ("GET", "/fapi/v1/ping"): (_NONE, ping),
    ("GET", "/fapi/v1/time"): (_NONE, server_time),
    ("GET", "/fapi/v1/exchangeInfo"): (_NONE, exchange_info),
    ("GET", "/fapi/v1/ticker/24hr"): (_NONE, tickers),
    ("GET", "/fapi/v1/ticker/price"): (_NONE, prices),
    ("GET", "/fapi/v2/ticker/price"): (_NONE, prices),
    ("GET", "/fapi/v1/ticker/bookTicker"): (_NONE, book_tickers),
    ("GET", "/fapi/v1/premiumIndex"): (_NONE, premium_index),
    ("GET", "/fapi/v1/depth"): (_NONE, depth),
    ("GET", "/fapi/v1/klines"): (_NONE, klines),
    ("GET", "/fapi/v1/trades"): (_NONE, trades),
    ("GET", "/fapi/v1/aggTrades"): (_NONE, agg_trades),
}
