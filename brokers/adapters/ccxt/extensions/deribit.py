"""Deribit: OTOCO brackets in one order, labels as client order ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brokers.adapters.ccxt.venue import Venue, number
from brokers.endpoints import deribit_rest, deribit_socket
from brokers.interface import Bracket, Environment, OrderRequest


@dataclass(frozen=True, kw_only=True)
class DeribitVenue(Venue):
    """Amounts are USD on inverse contracts and base currency on linear ones, so the contract size is 1 throughout."""

    def point_at(self, exchange: Any, environment: Environment) -> bool:
        """brokers.endpoints knows the test side too: nothing is left for ccxt's sandbox."""
        exchange.urls["api"]["rest"] = deribit_rest(environment).removesuffix("/api/v2")
        if "ws" in exchange.urls["api"]:
            exchange.urls["api"]["ws"] = deribit_socket(environment)
        return True

    def contract_size(self, market: Mapping[str, Any]) -> float:
        return float(market.get("contractSize") or 1.0) if market.get("option") else 1.0

    def bracket_params(self, bracket: Bracket, request: OrderRequest) -> dict[str, Any]:
        """private/buy's otoco_config: the legs follow every fill of the entry, and one that fills cancels the other.

        https://docs.deribit.com/api-reference/trading/private-buy: linked_order_type, trigger_fill_condition,
        otoco_config. `incremental` keeps a part that filled protected while the rest is still open.
        """
        import json

        direction = request.side.opposite.lower()
        legs: list[dict[str, Any]] = []
        for kind, price in (("stop_market", bracket.stop_loss), ("take_market", bracket.take_profit)):
            if price is not None:
                leg = {"direction": direction, "type": kind, "trigger_price": number(price), "trigger": "last_price"}
                legs.append(leg | {"reduce_only": True})
        # Over HTTP GET an object goes as JSON text: ccxt would write Python's.
        return {
            "linked_order_type": "one_triggers_one_cancels_other",
            "trigger_fill_condition": "incremental",
            "otoco_config": json.dumps(legs),
        }

    def find(self, client: Any, symbol: str, client_order_id: str) -> dict[str, Any] | None:
        """private/get_order_state_by_label, newest first where the label was used again."""
        exchange = client.exchange
        market = exchange.market(symbol)
        currency = (
            market["base"] if market.get("inverse") or market.get("option") else market["settle"] or market["quote"]
        )
        asked = {"currency": currency, "label": self.wire_id(client_order_id)}
        answer = client.read("privateGetGetOrderStateByLabel", asked)
        orders = sorted(answer.get("result") or [], key=lambda order: -order.get("creation_timestamp", 0))
        return dict(exchange.parse_order(orders[0], market)) if orders else None

    def all_open(self, client: Any) -> list[Mapping[str, Any]]:
        """private/get_open_orders: of every currency. ccxt would ask for BTC's alone."""
        exchange = client.exchange
        rows = client.read("privateGetGetOpenOrders", {}).get("result") or []
        return [dict(exchange.parse_order(row)) for row in rows]

    def successor(self, client: Any, order: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """A trigger order (SLMS-1) that has triggered stays so; what trades is another, which names it."""
        if order.get("status") != "triggered":
            return None
        exchange = client.exchange
        market = exchange.market(order["symbol"])
        asked = {"instrument_name": market["id"], "count": 100, "include_old": True, "include_unfilled": True}
        history = client.read("privateGetGetOrderHistoryByInstrument", asked).get("result") or []
        working = (
            client.read("privateGetGetOpenOrdersByInstrument", {"instrument_name": market["id"]}).get("result") or []
        )
        found = next((row for row in [*working, *history] if row.get("trigger_order_id") == order["id"]), None)
        return dict(exchange.parse_order(found, market)) if found else None

    def came_from(self, order: Mapping[str, Any]) -> str:
        return str((order.get("info") or {}).get("trigger_order_id") or "")
