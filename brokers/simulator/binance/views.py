"""Orders, fills, positions and balances in Binance's words; amounts are strings, times milliseconds."""

from decimal import Decimal
from typing import Any

from brokers.interface import Side
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.listing import ZERO, Listing
from brokers.simulator.exchange.margin import exposure_margin, leverage_of
from brokers.simulator.exchange.orders import Fill, Lifetime, Order, OrderKind, OrderState

TYPES = {
    OrderKind.MARKET: "MARKET",
    OrderKind.LIMIT: "LIMIT",
    OrderKind.STOP: "STOP_MARKET",
    OrderKind.STOP_LIMIT: "STOP",
    OrderKind.TAKE_PROFIT: "TAKE_PROFIT_MARKET",
    OrderKind.TAKE_PROFIT_LIMIT: "TAKE_PROFIT",
}
_CANCELED = frozenset({"user", "oco"})
_TRIGGERED_ID = 1_000_000_000


def text(value: Decimal | None) -> str:
    """Plain, without an exponent or zeros at its end; "0" for none."""
    if not value:
        return "0"
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def ms(seconds: float) -> int:
    return int(seconds * 1000)


def is_algo(order: Order) -> bool:
    """Conditional orders live at the algo service, and in the order book only once they are triggered."""
    return order.kind.waits


def in_book(order: Order) -> bool:
    return not is_algo(order) or order.triggered


def order_id(order: Order) -> int:
    """The algo service and the book number apart."""
    return order.number + _TRIGGERED_ID if is_algo(order) else order.number


def number_of(order_id: int) -> int:
    return order_id - _TRIGGERED_ID if order_id > _TRIGGERED_ID else order_id


def status(order: Order) -> str:
    if order.state == OrderState.FILLED:
        return "FILLED"
    if order.state == OrderState.CANCELLED:
        return "CANCELED" if order.reason in _CANCELED else "EXPIRED"
    return "PARTIALLY_FILLED" if order.filled else "NEW"


def algo_status(order: Order) -> str:
    if order.state == OrderState.UNTRIGGERED:
        return "NEW"
    if not order.triggered:
        return "CANCELED" if order.reason in _CANCELED else "EXPIRED"
    if order.is_working:
        return "TRIGGERED"
    denied = order.state == OrderState.CANCELLED and not order.filled and order.reason not in _CANCELED
    return "REJECTED" if denied else "FINISHED"


def lifetime(order: Order) -> str:
    return "GTX" if order.ticket.post_only else str(order.ticket.lifetime)


def book_type(order: Order) -> str:
    """What a triggered order is in the book."""
    if not is_algo(order):
        return TYPES[order.kind]
    return "LIMIT" if order.kind.has_limit else "MARKET"


def order_view(order: Order) -> dict[str, Any]:
    return {
        "orderId": order_id(order),
        "symbol": order.symbol,
        "status": status(order),
        "clientOrderId": order.client_id,
        "price": text(order.price),
        "avgPrice": text(order.average),
        "origQty": text(order.quantity),
        "executedQty": text(order.filled),
        "cumQty": text(order.filled),
        "cumQuote": text(order.cost),
        "timeInForce": lifetime(order),
        "type": book_type(order),
        "reduceOnly": order.ticket.reduce_only,
        "closePosition": order.ticket.close_position,
        "side": order.side,
        "positionSide": "BOTH",
        "stopPrice": "0",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": TYPES[order.kind],
        "priceMatch": "NONE",
        "selfTradePreventionMode": "NONE",
        "goodTillDate": 0,
        "time": ms(order.created),
        "updateTime": ms(order.updated),
    }


def algo_view(order: Order) -> dict[str, Any]:
    return {
        "algoId": order.number,
        "clientAlgoId": order.client_id,
        "algoType": "CONDITIONAL",
        "orderType": TYPES[order.kind],
        "symbol": order.symbol,
        "side": order.side,
        "positionSide": "BOTH",
        "timeInForce": lifetime(order),
        "quantity": text(order.quantity),
        "algoStatus": algo_status(order),
        "actualOrderId": str(order_id(order)) if order.triggered else "",
        "actualPrice": text(order.average),
        "actualQty": text(order.filled),
        "triggerPrice": text(order.stop_price),
        "price": text(order.price),
        "icebergQuantity": None,
        "selfTradePreventionMode": "NONE",
        "workingType": "CONTRACT_PRICE",
        "priceMatch": "NONE",
        "closePosition": order.ticket.close_position,
        "priceProtect": False,
        "reduceOnly": order.ticket.reduce_only,
        "createTime": ms(order.created),
        "updateTime": ms(order.updated),
        "triggerTime": ms(order.updated) if order.triggered else 0,
        "goodTillDate": 0,
    }


def fill_view(fill: Fill, order: Order) -> dict[str, Any]:
    return {
        "symbol": fill.symbol,
        "id": fill.number,
        "orderId": order_id(order),
        "side": fill.side,
        "price": text(fill.price),
        "qty": text(fill.quantity),
        "realizedPnl": text(fill.realized),
        "quoteQty": text(fill.quantity * fill.price),
        "commission": text(fill.fee),
        "commissionAsset": fill.currency,
        "time": ms(fill.time),
        "positionSide": "BOTH",
        "buyer": fill.side == Side.BUY,
        "maker": fill.maker,
    }


def position_view(exchange: Exchange, account: Account, listing: Listing) -> dict[str, Any]:
    """The fields of version 2 of positionRisk, and those that version 3 added."""
    position = account.position(listing.symbol)
    mark = exchange.top(listing.symbol).mark
    held, leverage = position.quantity, leverage_of(account, listing)
    profit = listing.profit(held, position.entry, mark) if held else ZERO
    notional = listing.notional(held, mark)
    margin = notional / leverage
    isolated = account.margin_modes.get(listing.symbol) == "ISOLATED"
    return {
        "symbol": listing.symbol,
        "positionSide": "BOTH",
        "positionAmt": text(held),
        "entryPrice": text(position.entry),
        "breakEvenPrice": text(position.entry),
        "markPrice": text(mark),
        "unRealizedProfit": text(round(profit, 8)),
        "liquidationPrice": text(_liquidation_price(exchange, account, listing)),
        "isolatedMargin": text(round(margin + profit, 8)) if isolated else "0",
        "notional": text(notional.copy_sign(held)),
        "isolatedWallet": text(round(margin, 8)) if isolated else "0",
        "updateTime": ms(position.updated),
        "initialMargin": text(round(max(margin, exposure_margin(account, listing, mark)), 8)),
        "maintMargin": text(round(notional * listing.maintenance_rate, 8)),
        "positionInitialMargin": text(round(margin, 8)),
        "openOrderInitialMargin": text(round(max(ZERO, exposure_margin(account, listing, mark) - margin), 8)),
        "adl": 0,
        "bidNotional": "0",
        "askNotional": "0",
        "marginAsset": listing.settle,
        "leverage": text(leverage),
        "marginType": "isolated" if isolated else "cross",
        "isAutoAddMargin": "false",
        "maxNotionalValue": text(listing.max_quantity * mark),
    }


def asset_view(exchange: Exchange, account: Account, currency: str) -> dict[str, Any]:
    state = exchange.funds(account, currency)
    return {
        "asset": currency,
        "walletBalance": text(state.wallet),
        "unrealizedProfit": text(round(state.unrealized, 8)),
        "marginBalance": text(round(state.equity, 8)),
        "maintMargin": text(round(state.maintenance, 8)),
        "initialMargin": text(round(state.position_margin + state.order_margin, 8)),
        "positionInitialMargin": text(round(state.position_margin, 8)),
        "openOrderInitialMargin": text(round(state.order_margin, 8)),
        "crossWalletBalance": text(state.wallet),
        "crossUnPnl": text(round(state.unrealized, 8)),
        "availableBalance": text(round(state.available, 8)),
        "maxWithdrawAmount": text(round(min(state.wallet, state.available), 8)),
        "marginAvailable": True,
        "updateTime": ms(exchange.clock()),
    }


def _liquidation_price(exchange: Exchange, account: Account, listing: Listing) -> Decimal:
    """Where equity meets the maintenance margin, were this the only price to move; 0 where that is never."""
    held = account.held(listing.symbol)
    if not held:
        return ZERO
    state = exchange.funds(account, listing.settle)
    mark = exchange.top(listing.symbol).mark
    slope = held * listing.contract_size - abs(held) * listing.contract_size * listing.maintenance_rate
    price = mark - (state.equity - state.maintenance) / slope
    return listing.floor_tick(price) if price > 0 else ZERO


def lifetime_of(time_in_force: str) -> tuple[Lifetime, bool]:
    """The lifetime, and whether post-only."""
    return (Lifetime.GTC, True) if time_in_force == "GTX" else (Lifetime(time_in_force), False)
