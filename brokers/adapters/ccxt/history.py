"""What happened on the account since a moment, read over REST."""

from collections.abc import Collection

from brokers.adapters.ccxt.lookup import Lookup, Order
from brokers.interface import OrderReport


def executions_since(lookup: Lookup, since: float, symbols: Collection[str] | None) -> list[OrderReport]:
    """Orders with fills at or after `since` (epoch s), oldest first. `symbols` unified; None asks for all at once.

    An order that the exchange does not show any more is told with its fills alone.
    """
    trades: dict[tuple[str, str], list[Order]] = {}
    for symbol in [None] if symbols is None else sorted(symbols):
        for trade in lookup.my_trades(symbol, since):
            if trade.get("order") and trade.get("symbol"):
                trades.setdefault((str(trade["symbol"]), str(trade["order"])), []).append(trade)
    reports = []
    for (unified, order_id), fills in trades.items():
        found = lookup.by_id(unified, order_id)
        bare: Order = {"id": order_id, "symbol": unified, "side": fills[0].get("side")}
        order = dict(lookup.waiting_self(found.order) if found else bare)
        told = list(order.get("trades") or [])
        known = {str(trade.get("id")) for trade in told}
        order["trades"] = [*told, *(trade for trade in fills if str(trade.get("id")) not in known)]
        reports.append(lookup.report(order))
    return sorted(reports, key=lambda report: report.executions[0].time if report.executions else 0.0)


def needs_symbol(exchange_features: dict[str, object] | None, market_type: str) -> bool:
    """Whether the exchange tells fills only by symbol, as ccxt's features state."""
    features = (exchange_features or {}).get("spot" if market_type == "SPOT" else "swap")
    if not isinstance(features, dict):
        return True
    features = features.get("linear") or features
    told = features.get("fetchMyTrades")
    return bool(told.get("symbolRequired", True)) if isinstance(told, dict) else True
