"""ccxt's orders and trades as order reports.

A report never claims more than its fills show: an order that the exchange calls filled, but whose fills it has not told
yet, is still PARTIALLY_FILLED or SUBMITTED here, and will be asked about again. A cancelled order keeps what it filled.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from brokers.adapters.ccxt.client_ids import from_wire
from brokers.adapters.ccxt.venue import Venue
from brokers.interface import Execution, OrderReport, OrderStatus, OrderType, Side

_STATUS = {
    "open": OrderStatus.SUBMITTED,
    "closed": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELLED,
    "canceling": OrderStatus.SUBMITTED,
    "expired": OrderStatus.CANCELLED,
    "rejected": OrderStatus.REJECTED,
}
_DOLLARS = frozenset({"USD", "USDT", "USDC", "BUSD", "FDUSD", "USDE", "USDD", "DUSD"})
_SLACK = Decimal("1e-9")

# What a unit of a currency is worth in another: (currency, quote currency) -> price.
PriceOf = Callable[[str, str], Decimal]


def decimal_of(value: Any) -> Decimal | None:
    """The number as the exchange wrote it; None for none, or one that is none."""
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def execution_of(trade: Mapping[str, Any], market: Mapping[str, Any], price_of: PriceOf) -> Execution | None:
    """A fill by the exchange's own id; None for a trade without id, price or amount.

    Commission in quote currency; of an inverse contract in base currency, in which it is settled.
    """
    quantity, price = decimal_of(trade.get("amount")), decimal_of(trade.get("price"))
    fill_id, moment = trade.get("id"), trade.get("timestamp")
    if not fill_id or not quantity or not price or moment is None:
        return None
    fees = trade.get("fees") or ([trade["fee"]] if trade.get("fee") else [])
    commission = sum((_settled(fee, market, price, price_of) for fee in fees), Decimal(0))
    return Execution(str(fill_id), abs(quantity), price, commission, float(moment) / 1000)


def _settled(fee: Mapping[str, Any], market: Mapping[str, Any], price: Decimal, price_of: PriceOf) -> Decimal:
    """The fee in the currency that the market is settled in."""
    cost, currency = decimal_of(fee.get("cost")), str(fee.get("currency") or "")
    if not cost:
        return Decimal(0)
    if market.get("inverse"):
        settle = str(market.get("settle") or market.get("base") or "")
        return cost if currency in ("", settle) else cost * price_of(currency, str(market.get("quote") or "")) / price
    quote = str(market.get("quote") or "")
    if not currency or (currency in (quote, market.get("settle")) and currency != market.get("base")):
        return cost
    if currency == market.get("base"):
        return cost * price
    if {currency, quote} <= _DOLLARS:
        return cost
    return cost * price_of(currency, quote)


def executions_of(
    trades: Iterable[Mapping[str, Any]], market: Mapping[str, Any], price_of: PriceOf
) -> tuple[Execution, ...]:
    """Each fill once, in order of time."""
    found = {item.fill_id: item for trade in trades if (item := execution_of(trade, market, price_of)) is not None}
    return tuple(sorted(found.values(), key=lambda item: (item.time, item.fill_id)))


def report_of(
    venue: Venue,
    order: Mapping[str, Any],
    executions: tuple[Execution, ...],
    symbol: str,
    *,
    client_order_id: str = "",
) -> OrderReport:
    """The order with its fills so far. `client_order_id`: ours, where it is known already."""
    quantity = decimal_of(order.get("amount"))
    known = sum((item.quantity for item in executions), Decimal(0))
    status, kind = status_of(order, quantity, known), type_of(order)
    return OrderReport(
        status=status,
        executions=executions,
        reason=_reason(order),
        order_id=str(order.get("id") or ""),
        client_order_id=client_order_id or from_wire(venue.raw_client_id(order), venue.id_format),
        symbol=symbol,
        side=_side(order.get("side")),
        quantity=quantity,
        type=kind,
        reduce_only=bool(order.get("reduceOnly") or (order.get("info") or {}).get("reduce_only") in (True, "true")),
        limit_price=decimal_of(order.get("price")) if order.get("type") == "limit" else None,
        stop_price=trigger_of(order),
        stop_in_force=kind == OrderType.STOP and not status.is_final,
    )


def status_of(order: Mapping[str, Any], quantity: Decimal | None, known: Decimal) -> OrderStatus:
    """The state that the fills known bear out."""
    status = _STATUS.get(str(order.get("status") or "open"), OrderStatus.SUBMITTED)
    told = decimal_of(order.get("filled")) or Decimal(0)
    if status == OrderStatus.FILLED and quantity is not None and not told:
        told = quantity if order.get("status") == "closed" else told
    if status.is_final and status != OrderStatus.REJECTED and known + _SLACK < told:
        status = OrderStatus.SUBMITTED
    if status == OrderStatus.FILLED and quantity is not None and known + _SLACK < quantity:
        status = OrderStatus.CANCELLED
    if status == OrderStatus.SUBMITTED and known:
        if quantity is not None and known + _SLACK >= quantity:
            return OrderStatus.FILLED
        return OrderStatus.PARTIALLY_FILLED
    return status


def trigger_of(order: Mapping[str, Any]) -> Decimal | None:
    """The trigger price; 0 is how some exchanges write none."""
    info = order.get("info") or {}
    for value in (
        order.get("triggerPrice"), order.get("stopLossPrice"), order.get("takeProfitPrice"), order.get("stopPrice"),
        info.get("trigger_price") if isinstance(info, dict) else None,
        info.get("stop_price") if isinstance(info, dict) else None,
    ):  # fmt: skip
        if price := decimal_of(value):
            return price
    return None


def type_of(order: Mapping[str, Any]) -> OrderType:
    """Market, limit, stop or take-profit, from ccxt's words and else the exchange's."""
    info = order.get("info")
    raw = info if isinstance(info, dict) else {}
    names = ("type", "origType", "orderType", "order_type", "stop_order_type", "planType", "stopOrderType", "ordType")
    words = " ".join([str(order.get("type") or ""), *(str(raw.get(name) or "") for name in names)]).lower()
    if trigger_of(order) is not None:
        if order.get("takeProfitPrice") or any(word in words for word in ("take", "profit", "iftouched", "tp")):
            return OrderType.TAKE_PROFIT
        return OrderType.STOP
    return OrderType.LIMIT if "limit" in words else OrderType.MARKET


def _side(side: Any) -> Side | None:
    return Side.BUY if side == "buy" else Side.SELL if side == "sell" else None


def _reason(order: Mapping[str, Any]) -> str:
    info = order.get("info")
    if not isinstance(info, dict) or order.get("status") not in ("canceled", "rejected", "expired"):
        return ""
    names = ("reject_reason", "cancel_reason", "cancellation_reason", "rejectReason", "cancelReason", "reason")
    text = next((str(info[name]) for name in names if info.get(name)), "")
    return text[:200]
