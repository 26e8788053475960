"""Binance: where it is, and the orders that its algo orders become."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brokers.adapters.ccxt.venue import Venue
from brokers.endpoints import binance_rest, binance_socket
from brokers.interface import Environment


@dataclass(frozen=True, kw_only=True)
class BinanceVenue(Venue):
    """USD-M stops are algo orders (fapi/v1/algoOrder); one that has triggered names the order that it became."""

    def point_at(self, exchange: Any, environment: Environment) -> bool:
        base, socket = binance_rest(), binance_socket()
        if base is None or socket is None:
            return False
        exchange.urls["api"] = {
            name: f"{base}/{_path(url)}" if isinstance(url, str) else url for name, url in exchange.urls["api"].items()
        }
        exchange.urls["api"]["ws"] = _sockets(exchange.urls["api"].get("ws"), socket)
        return True

    def trades_request(self, order_id: str) -> dict[str, Any]:
        return {"orderId": order_id}

    def successor(self, client: Any, order: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The order that a triggered algo order became: its actualOrderId."""
        found = str((order.get("info") or {}).get("actualOrderId") or "0")
        return None if found == "0" else dict(client.read("fetch_order", found, str(order["symbol"])))


def _path(url: str) -> str:
    """https://fapi.binance.com/fapi/v1 -> fapi/v1."""
    return url.split("://", 1)[1].partition("/")[2]


def _sockets(addresses: Any, socket: str) -> Any:
    if isinstance(addresses, dict):
        return {name: _sockets(address, socket) for name, address in addresses.items()}
    return socket
