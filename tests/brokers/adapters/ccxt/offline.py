"""An adapter whose exchange has a market put in by hand, and whose requests end before the network."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import ccxt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from brokers.adapters.ccxt.adapter import CcxtBroker
from brokers.adapters.ccxt.factory import ccxt_broker
from brokers.interface import Credentials, Instrument, Quote, Secret

FUTURES, SPOT = "FUTURES", "SPOT"

# Broker and market type, with the exchange's own id of its Bitcoin market, quote, settle currency and contract size.
MARKETS: dict[tuple[str, str], tuple[str, str, str, float]] = {
    ("deribit", FUTURES): ("BTC-PERPETUAL", "USD", "BTC", 10.0),
    ("delta", FUTURES): ("BTCUSD", "USD", "USD", 0.001),
    ("binance", FUTURES): ("BTCUSDT", "USDT", "USDT", 1.0),
    ("binance", SPOT): ("BTCUSDT", "USDT", "", 1.0),
    ("bybit", FUTURES): ("BTCUSDT", "USDT", "USDT", 1.0),
    ("bybit", SPOT): ("BTCUSDT", "USDT", "", 1.0),
    ("okx", FUTURES): ("BTC-USDT-SWAP", "USDT", "USDT", 0.01),
    ("okx", SPOT): ("BTC-USDT", "USDT", "", 1.0),
    ("kraken", FUTURES): ("PF_XBTUSD", "USD", "USD", 1.0),
    ("kraken", SPOT): ("XXBTZUSD", "USD", "", 1.0),
    ("bitget", FUTURES): ("BTCUSDT", "USDT", "USDT", 1.0),
    ("bitget", SPOT): ("BTCUSDT", "USDT", "", 1.0),
    ("kucoin", FUTURES): ("XBTUSDTM", "USDT", "USDT", 0.001),
    ("kucoin", SPOT): ("BTC-USDT", "USDT", "", 1.0),
    ("mexc", FUTURES): ("BTC_USDT", "USDT", "USDT", 0.0001),
    ("mexc", SPOT): ("BTCUSDT", "USDT", "", 1.0),
    ("gate", FUTURES): ("BTC_USDT", "USDT", "USDT", 0.0001),
    ("gate", SPOT): ("BTC_USDT", "USDT", "", 1.0),
    ("htx", FUTURES): ("BTC-USDT", "USDT", "USDT", 0.001),
    ("htx", SPOT): ("btcusdt", "USDT", "", 1.0),
    ("phemex", FUTURES): ("BTCUSDT", "USDT", "USDT", 1.0),
    ("phemex", SPOT): ("sBTCUSDT", "USDT", "", 1.0),
    ("coinbase", SPOT): ("BTC-USD", "USD", "", 1.0),
    ("bitstamp", SPOT): ("btcusd", "USD", "", 1.0),
    ("bitfinex", FUTURES): ("tBTCF0:USTF0", "USDT", "USDT", 1.0),
    ("bitfinex", SPOT): ("tBTCUST", "USDT", "", 1.0),
}

VENUES = sorted(MARKETS)


class Sent(ccxt.RequestTimeout):
    """Where the network would begin."""


class Wire:
    """The requests that ccxt made, newest last. `answers` by a part of the address are given instead of `Sent`."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str]] = []
        self.answers: dict[str, Any] = {}

    def __call__(self, url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        self.requests.append((method, url, body if isinstance(body, str) else json.dumps(body) if body else ""))
        for part, answer in self.answers.items():
            if part in url:
                return answer
        raise Sent(url)

    def last(self) -> dict[str, Any]:
        """All parameters of the last request, from the address and the body, whatever their form."""
        _, url, body = self.requests[-1]
        found: dict[str, Any] = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        found["path"] = urlsplit(url).path
        if body.startswith(("{", "[")):
            _flatten(json.loads(body), found)
        elif body:
            found |= {name: values[0] for name, values in parse_qs(body).items()}
        return found

    def text(self) -> str:
        method, url, body = self.requests[-1]
        return unquote(f"{method} {url} {body}")


def _flatten(value: Any, into: dict[str, Any]) -> None:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            for name, inner in item.items():
                into[name] = inner
                if isinstance(inner, dict | list):
                    _flatten(inner, into)


def credentials(broker_id: str = "") -> Credentials:
    secret = base64.b64encode(b"s" * 32).decode()
    if broker_id == "coinbase":
        key = ec.generate_private_key(ec.SECP256R1())
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
        secret = key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
    texts = {"api_key": "organizations/x/apiKeys/offline-key", "api_secret": secret, "password": "offline-pass"}
    return Credentials({name: Secret(text) for name, text in texts.items()})


def market_of(broker_id: str, market_type: str) -> dict[str, Any]:
    market_id, quote, settle, size = MARKETS[broker_id, market_type]
    swap = market_type == FUTURES
    info: dict[str, Any] = {"orderTypes": ["LIMIT", "MARKET", "STOP_MARKET", "TAKE_PROFIT_MARKET"], "id": 27}
    if broker_id == "kraken":
        info["wsname"] = "XBT/USD"
    precision: dict[str, float] = (
        {"amount": 8, "price": 5} if broker_id == "bitfinex" else {"amount": 0.001, "price": 0.1}
    )
    if size != 1.0:
        precision["amount"] = 1.0
    return {
        "id": market_id, "lowercaseId": market_id.lower(),
        "symbol": f"BTC/{quote}:{settle}" if swap else f"BTC/{quote}",
        "base": "BTC", "quote": quote, "settle": settle or None, "baseId": "BTC", "quoteId": quote,
        "settleId": settle or None, "type": "swap" if swap else "spot", "spot": not swap, "margin": False,
        "swap": swap, "future": False, "option": False, "contract": swap, "linear": settle == quote if swap else None,
        "inverse": settle == "BTC" if swap else None,
        "subType": ("linear" if settle == quote else "inverse") if swap else None,
        "contractSize": size if swap else None, "active": True, "precision": precision, "numericId": 27,
        "priceScale": 4, "ratioScale": 8, "valueScale": 8, "expiry": None, "strike": None, "optionType": None,
        "limits": {"amount": {"min": precision["amount"] if broker_id != "bitfinex" else 0.00004, "max": 1000.0},
                   "price": {}, "cost": {"min": 5.0}, "leverage": {"min": 1, "max": 100.0} if swap else {}},
        "info": info,
    }  # fmt: skip


def offline(broker_id: str, market_type: str, **options: Any) -> tuple[CcxtBroker, Wire]:
    """The adapter with one market. What it asks the account for beforehand is answered."""
    keys = credentials(broker_id)
    broker = ccxt_broker(broker_id, keys, market_type=market_type, sleep=lambda _: None, **options)
    exchange, wire = broker._client.exchange, Wire()
    exchange.enableRateLimit = False
    exchange.set_markets([market_of(broker_id, market_type)])
    exchange.options |= {
        "enableUnifiedMargin": False,
        "enableUnifiedAccount": True,
        "uta": False,
        "unifiedAccount": False,
    }
    exchange.accounts = [{"id": "1", "type": "spot", "code": None}]
    exchange.fetch = wire
    return broker, wire


def instrument_and_quote(broker: CcxtBroker, symbol: str) -> tuple[Instrument, Quote]:
    """Without the network: significant digits would ask for a price."""
    from brokers.adapters.ccxt.instruments import instrument_of

    book = broker._book()
    market = book.market(book.unified(symbol))
    mode = broker._client.exchange.precisionMode
    instrument = instrument_of(broker.venue, market, symbol, mode, last_price=50_000.0)
    return instrument, Quote(broker.venue.broker_id, symbol, 49_999.0, 50_001.0, 50_000.0, 0.0, 0.0)
