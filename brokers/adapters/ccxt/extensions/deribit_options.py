"""Deribit's options: the chain with its Greeks, and DVOL, the crypto markets' volatility index."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.adapter import CcxtBroker
from brokers.adapters.ccxt.reports import decimal_of
from brokers.errors import InvalidOrder
from brokers.interface import Candle

_RESOLUTIONS = frozenset({"1", "60", "3600", "43200", "1D"})


@dataclass(frozen=True, slots=True)
class Greeks:
    """Per contract: delta in base units, gamma per USD, vega per volatility point, theta a day, rho per rate point."""

    delta: Decimal
    gamma: Decimal
    vega: Decimal
    theta: Decimal
    rho: Decimal


@dataclass(frozen=True, slots=True)
class OptionQuote:
    """One option of the chain. Prices in base currency (inverse options) or USDC; `mark_iv` in percent a year.

    `expiry` in epoch seconds; `greeks` None where they were not asked for.
    """

    symbol: str
    underlying: str
    strike: Decimal
    expiry: float
    is_call: bool
    bid: Decimal | None
    ask: Decimal | None
    mark: Decimal | None
    mark_iv: Decimal | None
    underlying_price: Decimal | None
    open_interest: Decimal
    volume: Decimal
    greeks: Greeks | None = None


class DeribitBroker(CcxtBroker):
    """CcxtBroker with what Deribit alone has."""

    def option_chain(
        self, currency: str, *, expiry: float | None = None, greeks: bool = False, most: int = 100
    ) -> list[OptionQuote]:
        """The options of BTC, ETH, ... by expiry and strike, from public/get_book_summary_by_currency (one call).

        `expiry` (epoch s) keeps one expiry. Greeks cost a public/ticker call each, for at most `most` options.
        Raises InvalidOrder for a currency without options.
        """
        summaries = self._public("publicGetGetBookSummaryByCurrency", {"currency": currency.upper(), "kind": "option"})
        chain = [quote for item in summaries if (quote := self._option(item)) is not None]
        chain = [quote for quote in chain if expiry is None or abs(quote.expiry - expiry) < 1]
        if not chain:
            raise InvalidOrder(f"currency: Deribit lists no options of {currency!r}" + (" then" if expiry else ""))
        chain.sort(key=lambda quote: (quote.expiry, quote.strike, not quote.is_call))
        return [self._with_greeks(quote) for quote in chain[:most]] if greeks else chain

    def volatility_index(self, currency: str, *, start: float, end: float, resolution: str = "3600") -> list[Candle]:
        """DVOL as candles in percent a year, from public/get_volatility_index_data; times in epoch seconds.

        `resolution` is 1, 60, 3600, 43200 (seconds) or 1D. Raises InvalidOrder for another.
        """
        if resolution not in _RESOLUTIONS:
            raise InvalidOrder(f"resolution: one of {', '.join(sorted(_RESOLUTIONS))}, not {resolution!r}")
        asked = {"currency": currency.upper(), "start_timestamp": int(start * 1000), "end_timestamp": int(end * 1000)}
        answer = self._public("publicGetGetVolatilityIndexData", asked | {"resolution": resolution})
        rows = answer.get("data") or []
        return sorted((Candle(int(row[0]), *map(float, row[1:5])) for row in rows), key=lambda item: item.time)

    def _public(self, method: str, asked: Mapping[str, Any]) -> Any:
        self._client.markets()
        return self._client.read(method, dict(asked)).get("result") or []

    def _option(self, item: Mapping[str, Any]) -> OptionQuote | None:
        """A book summary; None for an instrument that is not among the markets (it has just expired, say)."""
        market = self._client.exchange.markets_by_id.get(item.get("instrument_name"))
        market = market[0] if isinstance(market, list) else market
        strike = decimal_of((market or {}).get("strike"))
        if not market or not market.get("option") or strike is None or not market.get("expiry"):
            return None
        return OptionQuote(
            symbol=str(market["id"]),
            underlying=str(item.get("underlying_index") or ""),
            strike=strike,
            expiry=float(market["expiry"]) / 1000,
            is_call=market.get("optionType") == "call",
            bid=decimal_of(item.get("bid_price")),
            ask=decimal_of(item.get("ask_price")),
            mark=decimal_of(item.get("mark_price")),
            mark_iv=decimal_of(item.get("mark_iv")),
            underlying_price=decimal_of(item.get("underlying_price")),
            open_interest=decimal_of(item.get("open_interest")) or Decimal(0),
            volume=decimal_of(item.get("volume")) or Decimal(0),
        )

    def _with_greeks(self, quote: OptionQuote) -> OptionQuote:
        from dataclasses import replace

        told = self._public("publicGetTicker", {"instrument_name": quote.symbol}).get("greeks") or {}
        values = {name: decimal_of(told.get(name)) or Decimal(0) for name in ("delta", "gamma", "vega", "theta", "rho")}
        return replace(quote, greeks=Greeks(**values))
