"""Delta Exchange: brackets in the order, whole contracts, and a clock that must agree with theirs."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.venue import STOP, Venue, number
from brokers.endpoints import delta_rest
from brokers.interface import Bracket, Environment, OrderRequest, OrderType, Side, TimeInForce


@dataclass(frozen=True, kw_only=True)
class DeltaVenue(Venue):
    """POST /v2/orders (docs.delta.exchange): ccxt passes what it does not unify through, so that is named as there."""

    def point_at(self, exchange: Any, environment: Environment) -> bool:
        base = delta_rest(environment)
        exchange.urls["api"] = {"public": base, "private": base}
        exchange.headers = {"User-Agent": "signalist"}  # their gateway refuses requests without one
        return True

    def time_in_force(self, tif: TimeInForce) -> dict[str, Any]:
        return {} if tif == TimeInForce.GTC else {"time_in_force": tif.value.lower()}

    def bracket_params(self, bracket: Bracket, request: OrderRequest) -> dict[str, Any]:
        params: dict[str, Any] = {"bracket_stop_trigger_method": "last_traded_price"}
        if bracket.stop_loss is not None:
            params["bracket_stop_loss_price"] = str(number(bracket.stop_loss))
        if bracket.take_profit is not None:
            params["bracket_take_profit_price"] = str(number(bracket.take_profit))
        return params

    def trigger_params(
        self, kind: OrderType, side: Side, price: Decimal, client_order_id: str, *, reduce_only: bool = True
    ) -> dict[str, Any]:
        return self.id_params(client_order_id) | {
            "reduceOnly": reduce_only,
            "stop_order_type": "stop_loss_order" if kind == STOP else "take_profit_order",
            "stop_price": str(number(price)),
            "stop_trigger_method": "last_traded_price",
        }

    def raw_client_id(self, order: Mapping[str, Any]) -> str:
        return str((order.get("info") or {}).get("client_order_id") or order.get("clientOrderId") or "")

    def prepared(self, client: Any) -> None:
        measure_clock(client)

    def cured(self, client: Any, error: Exception) -> bool:
        """A signature that came too late was refused, not acted upon: with the clocks compared, it may be made anew."""
        if "expired" not in str(error).lower() or "signature" not in str(error).lower():
            return False
        measure_clock(client)
        return True


def measure_clock(client: Any, clock: Callable[[], float] = time.time) -> float:
    """Measure how many seconds Delta's clock is ahead of ours, and sign with theirs from now on.

    A signature is valid for 5 seconds. Their time is GET /v2/settings' server_time, in microseconds; half the round
    trip is taken off.
    """
    started = clock()
    told = client.read("fetch_time")
    ended = clock()
    offset = told / 1000 - (started + ended) / 2 if told else 0.0
    client.exchange.seconds = lambda: int(clock() + offset)
    client.exchange.options["clockOffset"] = offset
    return offset
