"""What an exchange needs said its own way: ids, stops, brackets, look-ups. The defaults are ccxt's unified words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.client_ids import IdFormat, to_wire
from brokers.interface import Bracket, Environment, OrderRequest, OrderType, Side, TimeInForce

FUTURES, SPOT = "FUTURES", "SPOT"
STOP, TARGET = OrderType.STOP, OrderType.TAKE_PROFIT


@dataclass(frozen=True, kw_only=True)
class Venue:
    """One ccxt exchange as one broker's side for a market type. Read off ccxt 4.5.90's createOrder of each.

    `id_param`: createOrder's parameter for our id (some take only their own name: ccxt would drop the unified one).
    `stops`: "unified" (stopLossPrice, takeProfitPrice), "directed" (triggerPrice with triggerDirection), "none".
    `pending`: what lists, reads and cancels waiting triggers where they live apart from orders.
    `find_by`: fetchOrder's parameter for our id; "" where orders are searched for it, `searches` where both are needed.
    `native_bracket`: an entry takes its stop and target along (for this market type).
    `tif_words`: how createOrder wants IOC and FOK, where it is not by those names.
    `orders_carry_mode`: each order names its margin mode (ccxt's marginMode), "" where it does not.
    `leg_price_param`: editOrder's parameter for a waiting stop's trigger, where one is changed in its place; "" where
    another takes it.
    `prepare_by`: ccxt's method that reads what it would else ask for in the middle of the first order.
    `market_buy_by_cost`: a spot market buy counts quote currency; ours are sent as limit IOC, to keep the quantity.
    """

    ccxt_id: str
    market_type: str
    broker_id: str = ""
    name: str = ""
    max_leverage: float = 1.0
    has_sandbox: bool = False
    id_format: IdFormat = IdFormat.PLAIN
    id_param: str = "clientOrderId"
    stops: str = "unified"
    stop_params: Mapping[str, Any] = field(default_factory=dict)
    target_params: Mapping[str, Any] = field(default_factory=dict)
    pending: tuple[Mapping[str, Any], ...] = ()
    fetches_pending: bool = True
    find_by: str = ""
    searches: bool = False
    find_params: Mapping[str, Any] = field(default_factory=dict)
    native_bracket: bool = False
    tif_words: Mapping[TimeInForce, Mapping[str, Any]] = field(default_factory=dict)
    market_buy_by_cost: bool = False
    margin_mode: str = "cross"
    orders_carry_mode: bool = False
    prepare_by: str = ""
    fetches_currencies: bool = False
    sets_leverage: bool = False
    sets_margin_mode: bool = False
    leverage_params: tuple[Mapping[str, Any], ...] = ({},)
    edits: bool = False
    leg_price_param: str = ""
    order_trades: bool = False
    own_symbols: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    # --- addresses

    def point_at(self, exchange: Any, environment: Environment) -> bool:
        """Set the exchange's addresses where brokers.endpoints has them; whether that settles the environment too."""
        return False

    # --- orders

    def wire_id(self, client_order_id: str) -> str:
        return to_wire(client_order_id, self.id_format)

    def id_params(self, client_order_id: str, *, pending: bool = False) -> dict[str, Any]:
        return {self.id_param: self.wire_id(client_order_id)}

    def time_in_force(self, tif: TimeInForce) -> dict[str, Any]:
        if tif == TimeInForce.GTC:
            return {}
        return dict(self.tif_words.get(tif, {"timeInForce": tif.value}))

    def entry_params(self, request: OrderRequest) -> dict[str, Any]:
        """createOrder's parameters of a market or limit order, its bracket aside."""
        params = self.id_params(request.client_order_id)
        if request.type == OrderType.LIMIT:
            params |= self.time_in_force(request.time_in_force)
        return params | self._bound(request.reduce_only)

    def bracket_params(self, bracket: Bracket, request: OrderRequest) -> dict[str, Any]:
        """The stop and target that the entry takes along: ccxt's stopLoss and takeProfit."""
        params: dict[str, Any] = {}
        if bracket.stop_loss is not None:
            params["stopLoss"] = {"triggerPrice": number(bracket.stop_loss), "type": "market"}
        if bracket.take_profit is not None:
            params["takeProfit"] = {"triggerPrice": number(bracket.take_profit), "type": "market"}
        return params

    def trigger_params(
        self, kind: OrderType, side: Side, price: Decimal, client_order_id: str, *, reduce_only: bool = True
    ) -> dict[str, Any]:
        """createOrder's parameters of a stop or target: a market order once the trigger is touched."""
        params = self.id_params(client_order_id, pending=bool(self.pending)) | self._bound(reduce_only)
        if self.stops == "unified":
            params["stopLossPrice" if kind == STOP else "takeProfitPrice"] = number(price)
        else:
            rising = (side == Side.BUY) == (kind == STOP)
            params["triggerPrice"] = number(price)
            params["triggerDirection"] = "ascending" if rising else "descending"
        return params | dict(self.stop_params if kind == STOP else self.target_params)

    def trigger_order(
        self, kind: OrderType, side: Side, price: Decimal, client_order_id: str, *, reduce_only: bool = True
    ) -> tuple[str, float | None, dict[str, Any]]:
        """createOrder's type, price and parameters of a stop or target."""
        return "market", None, self.trigger_params(kind, side, price, client_order_id, reduce_only=reduce_only)

    def exit_params(self, client_order_id: str) -> dict[str, Any]:
        """createOrder's parameters of a market order that closes."""
        return self.id_params(client_order_id) | self._bound(True)

    def _bound(self, reduce_only: bool) -> dict[str, Any]:
        """What a derivative's order carries besides."""
        if self.market_type == SPOT:
            return {}
        params: dict[str, Any] = {"reduceOnly": True} if reduce_only else {}
        return params | ({"marginMode": self.margin_mode} if self.orders_carry_mode else {})

    @property
    def holds_stops(self) -> bool:
        """Stops and targets can rest there. On spot each would lock the whole balance, so only in one order."""
        return self.native_bracket or (self.stops != "none" and self.market_type != SPOT)

    def raw_client_id(self, order: Mapping[str, Any]) -> str:
        """Our id in its wire form, as ccxt's order tells it."""
        found = order.get("clientOrderId") or (order.get("info") or {}).get(self.id_param)
        return str(found) if found else ""

    # --- look-ups and leverage

    def find_request(self, client_order_id: str) -> dict[str, Any]:
        return {self.find_by: self.wire_id(client_order_id), **self.find_params}

    def find(self, client: Any, symbol: str, client_order_id: str) -> dict[str, Any] | None:
        """The exchange's own look-up by our id, as a ccxt order, where it has one that ccxt does not unify."""
        return None

    @property
    def finds_itself(self) -> bool:
        return type(self).find is not Venue.find

    def trades_request(self, order_id: str) -> dict[str, Any]:
        """fetchMyTrades' parameters for one order's fills; {} where they are sifted out of all."""
        return {}

    def contract_size(self, market: Mapping[str, Any]) -> float:
        return float(market.get("contractSize") or 1.0)

    def leverage_calls(self, symbol: str, leverage: Decimal, margin_mode: str) -> list[tuple[str, tuple[Any, ...]]]:
        """Method and arguments of each call that sets the margin mode and the leverage, in order."""
        calls: list[tuple[str, tuple[Any, ...]]] = []
        if self.sets_margin_mode:
            calls.append(("set_margin_mode", (margin_mode, symbol)))
        times = int(leverage) if leverage == int(leverage) else float(leverage)
        calls += [("set_leverage", (times, symbol, dict(params))) for params in self.leverage_params]
        return calls

    def prepared(self, client: Any) -> None:
        """Called once the markets are known."""
        if self.prepare_by:
            client.read(self.prepare_by)

    def cured(self, client: Any, error: Exception) -> bool:
        """Whether what made the exchange refuse a request has been put right, so that it may be made anew, once."""
        return False

    def all_open(self, client: Any) -> "list[Mapping[str, Any]] | None":
        """Every open order of the account, where ccxt's own list without a symbol is not that; None where it is."""
        return None

    def successor(self, client: Any, order: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The order that a triggered one became, where that is another."""
        return None

    def came_from(self, order: Mapping[str, Any]) -> str:
        """The id of the waiting order that became this one, where that was another; "" else."""
        return ""


def number(value: Decimal) -> float:
    return float(value)
