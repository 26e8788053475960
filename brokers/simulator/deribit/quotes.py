"""Market data in Deribit's shape: tickers, books, charts, public trades."""

from brokers.simulator.deribit.calls import Json
from brokers.simulator.deribit.instruments import index_name
from brokers.simulator.deribit.options import Option, value
from brokers.simulator.deribit.venue import TapeTrade, Venue
from brokers.simulator.exchange.listing import Kind, Listing, Top

_LEVELS = 10


def ticker(venue: Venue, listing: Listing, top: Top) -> Json:
    depth = float(listing.depth)
    shown: Json = {
        "instrument_name": listing.symbol,
        "timestamp": int(top.time * 1000),
        "state": "open",
        "best_bid_price": float(top.bid),
        "best_bid_amount": depth,
        "best_ask_price": float(top.ask),
        "best_ask_amount": depth,
        "last_price": float(top.last),
        "mark_price": float(top.mark),
        "index_price": float(top.mark),
        "estimated_delivery_price": float(top.mark),
        "min_price": float(listing.floor_tick(top.mark * 9 / 10)),
        "max_price": float(listing.floor_tick(top.mark * 11 / 10)),
        "stats": stats(venue, listing),
    }
    if listing.kind != Kind.SPOT:
        shown |= {"open_interest": 1_000_000.0, "current_funding": 0.0, "funding_8h": 0.0, "interest_value": 0.0,
                  "settlement_price": float(top.mark)}  # fmt: skip
    return shown


def stats(venue: Venue, listing: Listing) -> Json:
    """Of the last day."""
    candles = venue.exchange.market.candles(listing.underlying, 3600, 24)
    first = candles[0].open if candles else 0.0
    last = candles[-1].close if candles else 0.0
    volume = sum(candle.volume for candle in candles)
    return {
        "high": max((candle.high for candle in candles), default=None),
        "low": min((candle.low for candle in candles), default=None),
        "price_change": round((last / first - 1) * 100, 4) if first else None,
        "volume": volume,
        "volume_usd": round(volume * last, 2),
        "volume_notional": round(volume * last, 2),
    }


def levels(listing: Listing, top: Top, depth: int) -> tuple[list[list[float]], list[list[float]]]:
    """Bids and asks, best first, a tick apart, each of the listing's depth."""
    size = float(listing.depth)
    count = min(depth, _LEVELS)
    bids = [[float(top.bid - listing.tick_size * step), size] for step in range(count)]
    asks = [[float(top.ask + listing.tick_size * step), size] for step in range(count)]
    return [level for level in bids if level[0] > 0], asks


def book(venue: Venue, listing: Listing, top: Top, depth: int) -> Json:
    bids, asks = levels(listing, top, depth)
    return ticker(venue, listing, top) | {"bids": bids, "asks": asks, "change_id": int(top.time * 1000)}


def option_ticker(venue: Venue, option: Option, spot: float) -> Json:
    """With the mark's implied volatility and the Greeks. The volatilities are annual percent."""
    worth = value(option, spot, venue.seed, venue.now)
    return {
        "instrument_name": option.name,
        "timestamp": venue.now_ms,
        "state": "open",
        "best_bid_price": round(worth.bid, 4),
        "best_bid_amount": 25.0,
        "best_ask_price": round(worth.ask, 4),
        "best_ask_amount": 25.0,
        "last_price": round(worth.mark, 4),
        "mark_price": worth.mark,
        "mark_iv": worth.mark_iv,
        "bid_iv": worth.bid_iv,
        "ask_iv": worth.ask_iv,
        "index_price": spot,
        "underlying_price": spot,
        "underlying_index": f"SYN.{option.currency}",
        "interest_rate": 0.0,
        "open_interest": 100.0,
        "settlement_price": worth.mark,
        "estimated_delivery_price": spot,
        "min_price": 0.0001,
        "max_price": round(worth.ask + 0.1, 4),
        "greeks": {"delta": worth.delta, "gamma": worth.gamma, "theta": worth.theta, "vega": worth.vega,
                   "rho": worth.rho},
        "stats": {"high": None, "low": None, "price_change": None, "volume": 0.0, "volume_usd": 0.0},
    }  # fmt: skip


def option_summary(venue: Venue, option: Option, spot: float) -> Json:
    """A line of the option chain."""
    worth = value(option, spot, venue.seed, venue.now)
    return {
        "instrument_name": option.name,
        "base_currency": option.currency,
        "quote_currency": option.currency,
        "creation_timestamp": venue.now_ms,
        "bid_price": round(worth.bid, 4),
        "ask_price": round(worth.ask, 4),
        "mid_price": round((worth.bid + worth.ask) / 2, 5),
        "mark_price": worth.mark,
        "mark_iv": worth.mark_iv,
        "last": round(worth.mark, 4),
        "underlying_price": spot,
        "underlying_index": f"SYN.{option.currency}",
        "estimated_delivery_price": spot,
        "interest_rate": 0.0,
        "open_interest": 100.0,
        "volume": 0.0,
        "volume_usd": 0.0,
        "high": None,
        "low": None,
        "price_change": None,
    }


def summary(venue: Venue, listing: Listing, top: Top) -> Json:
    day = stats(venue, listing)
    return {
        "instrument_name": listing.symbol,
        "base_currency": listing.base,
        "quote_currency": listing.quote,
        "creation_timestamp": venue.now_ms,
        "bid_price": float(top.bid),
        "ask_price": float(top.ask),
        "mid_price": float((top.bid + top.ask) / 2),
        "mark_price": float(top.mark),
        "last": float(top.last),
        "estimated_delivery_price": float(top.mark),
        "open_interest": 1_000_000.0,
        "price_change": day["price_change"],
        "high": day["high"],
        "low": day["low"],
        "volume": day["volume"],
        "volume_usd": day["volume_usd"],
        "volume_notional": day["volume_notional"],
    }


def tape_trade(listing: Listing, trade: TapeTrade) -> Json:
    return {
        "trade_id": str(trade.number),
        "trade_seq": trade.number,
        "instrument_name": listing.symbol,
        "timestamp": int(trade.time * 1000),
        "direction": "buy" if trade.is_buy else "sell",
        "tick_direction": 0 if trade.is_buy else 2,
        "price": trade.price,
        "mark_price": trade.price,
        "index_price": trade.price,
        "amount": trade.amount,
        "contracts": trade.amount,
    }


def chart(venue: Venue, listing: Listing, start_ms: int, end_ms: int, seconds: int) -> Json:
    """Candles from the one that `start_ms` lies in to the one that `end_ms` does, as columns; at most 5,000."""
    count = min(5_000, max(1, (end_ms - start_ms) // (seconds * 1000) + 2))
    candles = [
        candle
        for candle in venue.exchange.market.candles(listing.underlying, seconds, count, end_ms / 1000)
        if candle.time + seconds * 1000 > start_ms
    ]
    return {
        "status": "ok" if candles else "no_data",
        "ticks": [candle.time for candle in candles],
        "open": [candle.open for candle in candles],
        "high": [candle.high for candle in candles],
        "low": [candle.low for candle in candles],
        "close": [candle.close for candle in candles],
        "volume": [candle.volume for candle in candles],
        "cost": [round(candle.volume * candle.close, 2) for candle in candles],
    }


def price_index(listing: Listing, top: Top) -> Json:
    return {"index_name": index_name(listing), "price": float(top.mark), "timestamp": int(top.time * 1000)}
