"""The small differences of exchanges that need no room of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.venue import SPOT, STOP, Venue, number
from brokers.interface import OrderRequest, OrderType, Side


@dataclass(frozen=True, kw_only=True)
class BybitVenue(Venue):
    """Trades unified accounts. Searches by orderLinkId; ccxt would send an order id of "None" beside it."""

    def find(self, client: Any, symbol: str, client_order_id: str) -> dict[str, Any] | None:
        """Open or recently closed from order/realtime, else order/history."""
        wanted = {"orderLinkId": self.wire_id(client_order_id)}
        for method in ("fetch_open_orders", "fetch_canceled_and_closed_orders"):
            if found := client.read(method, symbol, None, None, dict(wanted)):
                return dict(found[0])
        return None


@dataclass(frozen=True, kw_only=True)
class OkxVenue(Venue):
    """Algo orders (stops, targets) have ids of their own, algoClOrdId; leverage is set with its margin mode."""

    def id_params(self, client_order_id: str, *, pending: bool = False) -> dict[str, Any]:
        params = super().id_params(client_order_id)
        return params | {"algoClOrdId": self.wire_id(client_order_id)} if pending else params

    def raw_client_id(self, order: Mapping[str, Any]) -> str:
        info = order.get("info") or {}
        return str(info.get("algoClOrdId") or "") or super().raw_client_id(order)

    def leverage_calls(self, symbol: str, leverage: Decimal, margin_mode: str) -> list[tuple[str, tuple[Any, ...]]]:
        calls = super().leverage_calls(symbol, leverage, margin_mode)
        return [(method, (*arguments[:-1], {"mgnMode": margin_mode})) for method, arguments in calls]


@dataclass(frozen=True, kw_only=True)
class KucoinVenue(Venue):
    """Futures orders name their leverage and their margin mode."""

    def entry_params(self, request: OrderRequest) -> dict[str, Any]:
        """ccxt would send a leverage of 1."""
        params = super().entry_params(request)
        if self.market_type != SPOT and request.leverage is not None:
            params["leverage"] = number(request.leverage)
        return params


@dataclass(frozen=True, kw_only=True)
class MexcVenue(Venue):
    """Swaps. ccxt leaves triggerType at 1 (at or above), whatever the direction: 2 is at or below."""

    def trigger_params(
        self, kind: OrderType, side: Side, price: Decimal, client_order_id: str, *, reduce_only: bool = True
    ) -> dict[str, Any]:
        params = super().trigger_params(kind, side, price, client_order_id, reduce_only=reduce_only)
        rising = params.pop("triggerDirection") == "ascending"
        return params | {"triggerType": 1 if rising else 2, "executeCycle": 2}

    def leverage_calls(self, symbol: str, leverage: Decimal, margin_mode: str) -> list[tuple[str, tuple[Any, ...]]]:
        """Long and short have their own; openType 1 is isolated, 2 cross."""
        open_type = 1 if margin_mode == "isolated" else 2
        return [("set_leverage", (int(leverage), symbol, {"openType": open_type, "positionType": n})) for n in (1, 2)]

    def find(self, client: Any, symbol: str, client_order_id: str) -> dict[str, Any] | None:
        """order/external/{symbol}/{external_oid}, which ccxt does not unify."""
        exchange, wire = client.exchange, self.wire_id(client_order_id)
        market = exchange.market(symbol)
        asked = {"symbol": market["id"], "external_oid": wire}
        answer = client.read("contractPrivateGetOrderExternalSymbolExternalOid", asked)
        data = answer.get("data")
        return dict(exchange.parse_order(data, market)) | {"clientOrderId": wire} if data else None

    def raw_client_id(self, order: Mapping[str, Any]) -> str:
        return str((order.get("info") or {}).get("externalOid") or "") or super().raw_client_id(order)


@dataclass(frozen=True, kw_only=True)
class CoinbaseVenue(Venue):
    """Holds no stop-market orders, only stop limits, which a fast market leaves behind: we watch stops ourselves."""

    def raw_client_id(self, order: Mapping[str, Any]) -> str:
        return str((order.get("info") or {}).get("client_order_id") or order.get("clientOrderId") or "")


@dataclass(frozen=True, kw_only=True)
class BitfinexVenue(Venue):
    """ccxt makes a stop of triggerPrice alone; of stopLossPrice it would make a market order that goes off at once.

    There are no take-profit orders that trigger: a target is a reduce-only limit order, which rests in the book.
    """

    def id_params(self, client_order_id: str, *, pending: bool = False) -> dict[str, Any]:
        return {self.id_param: int(self.wire_id(client_order_id))}

    def trigger_order(
        self, kind: OrderType, side: Side, price: Decimal, client_order_id: str, *, reduce_only: bool = True
    ) -> tuple[str, float | None, dict[str, Any]]:
        params = self.id_params(client_order_id) | self._bound(reduce_only)
        if kind == STOP:
            return "market", None, params | {"triggerPrice": number(price)}
        return "limit", number(price), params
