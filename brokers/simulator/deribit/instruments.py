"""Instruments as Deribit lists them."""

import zlib

from brokers.simulator.deribit.calls import Json
from brokers.simulator.deribit.options import Option, chain
from brokers.simulator.deribit.venue import Venue
from brokers.simulator.exchange.listing import Kind, Listing

CURRENCIES = {"BTC": "Bitcoin", "ETH": "Ethereum", "USDC": "USD Coin", "USDT": "Tether USD"}
KINDS = ("future", "option", "spot", "future_combo", "option_combo")
_CREATED = 1_534_167_754_000
_NEVER = 32_503_708_800_000


def kind_of(listing: Listing) -> str:
    return "spot" if listing.kind == Kind.SPOT else "future"


def currency_of(listing: Listing) -> str:
    """The currency that the listing goes under: of its margin; of a spot pair, its base."""
    return listing.base if listing.kind == Kind.SPOT else listing.settle


def index_name(listing: Listing) -> str:
    quote = "usd" if listing.kind == Kind.INVERSE else listing.quote.lower()
    return f"{listing.base.lower()}_{quote}"


def shown_listing(listing: Listing) -> Json:
    is_inverse = listing.kind == Kind.INVERSE
    shown: Json = {
        "instrument_id": listing.number,
        "instrument_name": listing.symbol,
        "kind": kind_of(listing),
        "state": "open",
        "is_active": True,
        "base_currency": listing.base,
        "quote_currency": listing.quote,
        "counter_currency": listing.quote,
        "price_index": index_name(listing),
        "tick_size": float(listing.tick_size),
        "tick_size_steps": [],
        "min_trade_amount": float(listing.min_quantity),
        "contract_size": float(listing.lot_size),
        "maker_commission": float(listing.maker_rate),
        "taker_commission": float(listing.taker_rate),
        "rfq": False,
        "creation_timestamp": _CREATED,
        "expiration_timestamp": _NEVER,
        "block_trade_min_trade_amount": float(listing.min_quantity),
        "block_trade_commission": 0.0,
        "block_trade_tick_size": float(listing.tick_size),
    }
    if listing.kind == Kind.SPOT:
        return shown
    return shown | {
        "instrument_type": "reversed" if is_inverse else "linear",
        "settlement_currency": listing.settle,
        "settlement_period": "perpetual",
        "future_type": "reversed" if is_inverse else "linear",
        "max_leverage": float(listing.max_leverage),
        "max_liquidation_commission": 0.0075,
    }


def shown_option(option: Option) -> Json:
    return {
        "instrument_id": zlib.crc32(option.name.encode()),
        "instrument_name": option.name,
        "instrument_type": "reversed",
        "kind": "option",
        "state": "open",
        "is_active": True,
        "base_currency": option.currency,
        "quote_currency": option.currency,
        "counter_currency": "USD",
        "settlement_currency": option.currency,
        "settlement_period": "week",
        "price_index": f"{option.currency.lower()}_usd",
        "option_type": "call" if option.is_call else "put",
        "strike": option.strike,
        "tick_size": 0.0001,
        "tick_size_steps": [],
        "min_trade_amount": 0.1,
        "contract_size": 1.0,
        "maker_commission": 0.0003,
        "taker_commission": 0.0003,
        "rfq": False,
        "creation_timestamp": _CREATED,
        "expiration_timestamp": int(option.expiry * 1000),
        "block_trade_min_trade_amount": 1.0,
        "block_trade_commission": 0.0003,
        "block_trade_tick_size": 0.0001,
    }


def listings_of(venue: Venue, currency: str | None, kind: str | None) -> list[Listing]:
    """Of a currency (None or "any": all) and a kind (the same)."""
    return [
        listing
        for listing in venue.exchange.listings.values()
        if currency in (None, "any", currency_of(listing)) and kind in (None, "any", kind_of(listing))
    ]


def options_of(venue: Venue, currency: str | None) -> list[Option]:
    currencies = ("BTC", "ETH") if currency in (None, "any") else (currency or "",)
    return [option for name in currencies for option in chain(name, venue.now)]


def find_option(venue: Venue, name: str) -> Option | None:
    return next((option for option in options_of(venue, None) if option.name == name), None)
