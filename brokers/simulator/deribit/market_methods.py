"""public/*: what anyone may ask."""

from brokers.simulator.deribit import quotes
from brokers.simulator.deribit.calls import Call, Json, Method
from brokers.simulator.deribit.errors import WEBSOCKET_NEEDED, RpcError, invalid
from brokers.simulator.deribit.instruments import (
    CURRENCIES,
    KINDS,
    find_option,
    index_name,
    listings_of,
    options_of,
    shown_listing,
    shown_option,
)
from brokers.simulator.deribit.options import Option
from brokers.simulator.deribit.volatility import dvol_candle

RESOLUTIONS = {
    "1": 60, "3": 180, "5": 300, "10": 600, "15": 900, "30": 1800, "60": 3600, "120": 7200, "180": 10_800,
    "360": 21_600, "720": 43_200, "1D": 86_400,
}  # fmt: skip
_DVOL_RESOLUTIONS = {"1": 1, "60": 60, "3600": 3600, "43200": 43_200, "1D": 86_400}
_MOST_POINTS = 1_000


def test(call: Call) -> Json:
    if call.session is not None:
        call.session.heard()
    return {"version": "1.2.26"}


def get_time(call: Call) -> int:
    return call.venue.now_ms


def status(call: Call) -> Json:
    return {"locked": "false", "locked_indices": []}


def hello(call: Call) -> Json:
    call.params.text("client_name")
    call.params.text("client_version")
    return {"version": "1.2.26"}


def set_heartbeat(call: Call) -> str:
    if call.session is None:
        raise RpcError(*WEBSOCKET_NEEDED)
    call.session.beat(call.params.integer("interval", least=10, most=3600))
    return "ok"


def disable_heartbeat(call: Call) -> str:
    if call.session is None:
        raise RpcError(*WEBSOCKET_NEEDED)
    call.session.beat(None)
    return "ok"


def get_currencies(call: Call) -> list[Json]:
    return [
        {"currency": code, "currency_long": name, "coin_type": code, "min_confirmations": 1, "withdrawal_fee": 0.0,
         "fee_precision": 4, "min_withdrawal_fee": 0.0, "in_cross_collateral_pool": False}
        for code, name in CURRENCIES.items()
    ]  # fmt: skip


def _kind(call: Call) -> str | None:
    return call.params.text("kind", among=(*KINDS, "any")) if "kind" in call.params else None


def _currency(call: Call, *, needed: bool = True) -> str | None:
    if not needed and "currency" not in call.params:
        return None
    return call.params.text("currency", among=(*CURRENCIES, "any"))


def get_instruments(call: Call) -> list[Json]:
    currency, kind = _currency(call, needed=False), _kind(call)
    shown = [shown_listing(listing) for listing in listings_of(call.venue, currency, kind)]
    if kind in (None, "any", "option"):
        shown += [shown_option(option) for option in options_of(call.venue, currency)]
    return shown


def get_instrument(call: Call) -> Json:
    option = find_option(call.venue, call.params.text("instrument_name"))
    return shown_option(option) if option is not None else shown_listing(call.listing())


def _spot(call: Call, currency: str) -> float:
    return float(call.top(f"{currency}-PERPETUAL").mark)


def ticker(call: Call) -> Json:
    option = find_option(call.venue, call.params.text("instrument_name"))
    if option is not None:
        return quotes.option_ticker(call.venue, option, _spot(call, option.currency))
    listing = call.listing()
    return quotes.ticker(call.venue, listing, call.top(listing.symbol))


def get_order_book(call: Call) -> Json:
    depth = call.params.integer("depth", 5, least=1, most=10_000)
    option = find_option(call.venue, call.params.text("instrument_name"))
    if option is not None:
        return _option_book(call, option)
    listing = call.listing()
    return quotes.book(call.venue, listing, call.top(listing.symbol), depth)


def _option_book(call: Call, option: Option) -> Json:
    shown = quotes.option_ticker(call.venue, option, _spot(call, option.currency))
    bids, asks = ([[shown[f"best_{side}_price"], shown[f"best_{side}_amount"]]] for side in ("bid", "ask"))
    return shown | {"bids": bids, "asks": asks, "change_id": call.venue.now_ms}


def get_book_summary_by_currency(call: Call) -> list[Json]:
    currency, kind = _currency(call), _kind(call)
    shown = [
        quotes.summary(call.venue, listing, call.top(listing.symbol))
        for listing in listings_of(call.venue, currency, kind)
    ]
    if kind in (None, "any", "option"):
        options = options_of(call.venue, currency)
        shown += [quotes.option_summary(call.venue, option, _spot(call, option.currency)) for option in options]
    return shown


def get_book_summary_by_instrument(call: Call) -> list[Json]:
    option = find_option(call.venue, call.params.text("instrument_name"))
    if option is not None:
        return [quotes.option_summary(call.venue, option, _spot(call, option.currency))]
    listing = call.listing()
    return [quotes.summary(call.venue, listing, call.top(listing.symbol))]


def get_tradingview_chart_data(call: Call) -> Json:
    listing = call.listing()
    start, end = call.params.integer("start_timestamp"), call.params.integer("end_timestamp")
    resolution = call.params.text("resolution", among=RESOLUTIONS)
    if end < start:
        raise invalid("end_timestamp", "must not be before start_timestamp")
    return quotes.chart(call.venue, listing, start, end, RESOLUTIONS[resolution])


def get_volatility_index_data(call: Call) -> Json:
    """DVOL. Candles [time, open, high, low, close], the newest 1,000; `continuation` is where older ones go on."""
    currency = call.params.text("currency", among=("BTC", "ETH"))
    start, end = call.params.integer("start_timestamp"), call.params.integer("end_timestamp")
    seconds = _DVOL_RESOLUTIONS[call.params.text("resolution", among=_DVOL_RESOLUTIONS)]
    step = seconds * 1000
    first, last = -(-start // step), min(end, call.venue.now_ms) // step
    shown = range(max(first, last - _MOST_POINTS + 1), last + 1)
    data = [[number * step, *dvol_candle(currency, call.venue.seed, number * seconds, seconds)] for number in shown]
    more = shown.start > first and len(data) > 0
    return {"data": data, "continuation": shown.start * step - 1 if more else None}


def get_historical_volatility(call: Call) -> list[list[float]]:
    currency = call.params.text("currency", among=("BTC", "ETH"))
    hour = call.venue.now_ms // 3_600_000
    seed = call.venue.seed
    return [
        [number * 3_600_000, dvol_candle(currency, seed, number * 3600, 3600)[3]]
        for number in range(hour - 47, hour + 1)
    ]


def get_index_price(call: Call) -> Json:
    wanted = call.params.text("index_name")
    for listing in call.venue.exchange.listings.values():
        if index_name(listing) == wanted:
            price = float(call.top(listing.symbol).mark)
            return {"index_price": price, "estimated_delivery_price": price}
    raise invalid("index_name", "there is no such index")


def get_last_trades_by_instrument(call: Call) -> Json:
    listing = call.listing()
    count = call.params.integer("count", 10, least=1, most=1_000)
    start = call.params.integer("start_timestamp", 0)
    end = call.params.integer("end_timestamp", 10**15)
    trades = [trade for trade in call.venue.trades(listing.symbol) if start <= trade.time * 1000 <= end]
    page = trades[-count:]
    if call.params.text("sorting", "default", among=("asc", "desc", "default")) != "asc":
        page.reverse()
    return {"trades": [quotes.tape_trade(listing, trade) for trade in page], "has_more": len(trades) > count}


def get_funding_rate_value(call: Call) -> float:
    call.listing()
    return 0.0


MARKET_METHODS: dict[str, Method] = {
    "public/test": test,
    "public/get_time": get_time,
    "public/status": status,
    "public/hello": hello,
    "public/set_heartbeat": set_heartbeat,
    "public/disable_heartbeat": disable_heartbeat,
    "public/get_currencies": get_currencies,
    "public/get_instruments": get_instruments,
    "public/get_instrument": get_instrument,
    "public/ticker": ticker,
    "public/get_order_book": get_order_book,
    "public/get_book_summary_by_currency": get_book_summary_by_currency,
    "public/get_book_summary_by_instrument": get_book_summary_by_instrument,
    "public/get_tradingview_chart_data": get_tradingview_chart_data,
    "public/get_volatility_index_data": get_volatility_index_data,
    "public/get_historical_volatility": get_historical_volatility,
    "public/get_index_price": get_index_price,
    "public/get_last_trades_by_instrument": get_last_trades_by_instrument,
    "public/get_last_trades_by_instrument_and_time": get_last_trades_by_instrument,
    "public/get_funding_rate_value": get_funding_rate_value,
}
