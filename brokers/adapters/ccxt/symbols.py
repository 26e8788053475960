"""Our symbols and ccxt's.

Ours are what traders write: BTCUSDT. ccxt's unified ones (BTC/USDT, BTC/USDT:USDT) and the exchange's own
(BTC-USDT-SWAP, BTC-PERPETUAL) are understood too, and a symbol is told back in the form in which it was asked.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from brokers.adapters.ccxt.venue import FUTURES, SPOT
from brokers.errors import InvalidOrder

OPTION = "OPTION"


def market_type_of(market: Mapping[str, Any]) -> str:
    return SPOT if market.get("spot") else OPTION if market.get("option") else FUTURES


class SymbolBook:
    """The exchange's markets under all their names. `market_type` is preferred where a name fits several.

    `own`: untold symbols are told as the exchange's own (BTC-PERPETUAL), else in the compact form.
    """

    def __init__(self, name: str, markets: Iterable[Mapping[str, Any]], market_type: str, *, own: bool = False) -> None:
        self._name, self._type, self._own = name, market_type, own
        self._markets: dict[str, Mapping[str, Any]] = {}
        self._by_name: dict[str, list[Mapping[str, Any]]] = {}
        self._asked: dict[str, str] = {}
        for market in markets:
            self._markets[market["symbol"]] = market
            for alias in {str(market["id"]).upper(), _compact(market)}:
                self._by_name.setdefault(alias, []).append(market)

    def unified(self, symbol: str, market_type: str = "") -> str:
        """ccxt's symbol. Raises InvalidOrder for one that the exchange does not list."""
        market = self._find(symbol, market_type)
        if market is None:
            raise InvalidOrder(f"symbol: {self._name} does not list {symbol!r}")
        unified = str(market["symbol"])
        self._asked[unified] = symbol
        return unified

    def asked(self) -> set[str]:
        """Unified symbols that were asked about."""
        return set(self._asked)

    def market(self, unified: str) -> Mapping[str, Any]:
        return self._markets[unified]

    def ours(self, unified: str | None) -> str:
        """As it was asked for, else the exchange's own name or the compact form, where that leads back."""
        if not unified:
            return ""
        if unified in self._asked:
            return self._asked[unified]
        market = self._markets.get(unified)
        if market is None:
            return unified
        name = str(market["id"]) if self._own or market_type_of(market) == OPTION else _compact(market)
        found = self._find(name, "")
        return name if found is not None and found["symbol"] == unified else unified

    def _find(self, symbol: str, market_type: str) -> Mapping[str, Any] | None:
        if symbol in self._markets:
            market = self._markets[symbol]
            if not market_type or market_type_of(market) == market_type:
                return market
        names = (symbol.upper(), symbol.upper().replace("-", "").replace("/", "").replace("_", ""))
        found = next((self._by_name[name] for name in names if name in self._by_name), [])
        found = [market for market in found if not market_type or market_type_of(market) == market_type]
        return min(found, key=self._strangeness, default=None)

    def _strangeness(self, market: Mapping[str, Any]) -> tuple[bool, ...]:
        """Perpetuals, settled in the quote currency and trading, come first among markets of one name."""
        return (
            market_type_of(market) != self._type,
            market.get("active") is False,
            bool(market.get("future") or market.get("option")),
            bool(market.get("swap")) and market.get("settle") != market.get("quote"),
        )


def _compact(market: Mapping[str, Any]) -> str:
    """BTCUSDT; a dated one keeps the exchange's own name."""
    if market.get("future") or market.get("option"):
        return str(market["id"]).upper()
    return f"{market.get('base')}{market.get('quote')}".upper()
