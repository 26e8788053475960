"""Products, orders, fills, positions and balances in Delta's words; amounts are strings, sizes numbers of contracts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from brokers.interface import Side
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.listing import ZERO, Listing
from brokers.simulator.exchange.margin import leverage_of
from brokers.simulator.exchange.orders import Fill, Leg, Order, OrderState

ASSETS = {"USD": 14, "BTC": 2, "ETH": 3}
_REASONS = {
    "user": "cancelled_by_user",
    "ioc": "ioc_not_filled",
    "fok": "fok_not_filled",
    "oco": "bracket_order_filled",
}


def text(value: Decimal | None) -> str | None:
    """Plain, without an exponent or zeros at its end."""
    if value is None:
        return None
    plain = f"{value:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def micros(seconds: float) -> int:
    return int(seconds * 1_000_000)


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def asset_view(symbol: str) -> dict[str, Any]:
    return {
        "id": ASSETS[symbol],
        "symbol": symbol,
        "name": symbol,
        "precision": 8,
        "minimum_precision": 2,
        "deposit_status": "disabled",
        "withdrawal_status": "disabled",
        "base_withdrawal_fee": "0",
        "min_withdrawal_amount": "0",
        "networks": [],
    }


def product_view(listing: Listing) -> dict[str, Any]:
    return {
        "id": listing.number,
        "symbol": listing.symbol,
        "description": f"{listing.base} Perpetual",
        "short_description": f"{listing.base} Perpetual",
        "contract_type": "perpetual_futures",
        "notional_type": "vanilla",
        "state": "live",
        "trading_status": "operational",
        "tick_size": text(listing.tick_size),
        "contract_value": text(listing.contract_size),
        "contract_unit_currency": listing.base,
        "position_size_limit": int(listing.max_quantity),
        "default_leverage": text(listing.leverage),
        "initial_margin": text(100 / listing.max_leverage),
        "maintenance_margin": text(100 * listing.maintenance_rate),
        "maker_commission_rate": text(listing.maker_rate),
        "taker_commission_rate": text(listing.taker_rate),
        "impact_size": 10000,
        "price_band": "2.5",
        "launch_time": "2023-12-18T13:10:39Z",
        "settlement_time": None,
        "is_quanto": False,
        "funding_method": "mark_price",
        "annualized_funding": "10.95",
        "product_specs": {"min_order_size": 1, "only_reduce_only_orders_allowed": False},
        "spot_index": {"id": listing.number, "symbol": f".DEX{listing.base}USD", "index_type": "spot_pair"},
        "underlying_asset": asset_view(listing.base),
        "quoting_asset": asset_view(listing.quote),
        "settling_asset": asset_view(listing.settle),
    }


def state(order: Order) -> str:
    return {
        OrderState.OPEN: "open",
        OrderState.UNTRIGGERED: "pending",
        OrderState.FILLED: "closed",
        OrderState.CANCELLED: "cancelled",
    }[order.state]


def _leg(order: Order, *, stop: bool) -> Leg | None:
    return next((leg for leg in order.ticket.legs if leg.kind.is_stop == stop), None)


def order_view(order: Order, listing: Listing, account: Account) -> dict[str, Any]:
    fee = sum((fill.fee for fill in order.fills), ZERO)
    stop, target = _leg(order, stop=True), _leg(order, stop=False)
    return {
        "id": order.number,
        "user_id": account.number,
        "product_id": listing.number,
        "product_symbol": listing.symbol,
        "size": int(order.quantity),
        "unfilled_size": int(order.remaining),
        "side": order.side.lower(),
        "order_type": "limit_order" if order.kind.has_limit else "market_order",
        "limit_price": text(order.price),
        "stop_order_type": stop_type(order),
        "stop_price": text(order.stop_price),
        "stop_trigger_method": "last_traded_price",
        "trail_amount": None,
        "time_in_force": order.ticket.lifetime.lower(),
        "post_only": order.ticket.post_only,
        "reduce_only": order.ticket.reduce_only,
        "close_on_trigger": False,
        "client_order_id": order.client_id or None,
        "state": state(order),
        "average_fill_price": text(order.average),
        "commission": text(fee),
        "paid_commission": text(fee),
        "bracket_order": order.group is not None,
        "bracket_stop_loss_price": text(stop.stop_price) if stop else None,
        "bracket_stop_loss_limit_price": text(stop.price) if stop else None,
        "bracket_take_profit_price": text(target.stop_price) if target else None,
        "bracket_take_profit_limit_price": text(target.price) if target else None,
        "bracket_trail_amount": None,
        "cancellation_reason": _REASONS.get(order.reason, order.reason) or None,
        "created_at": iso(order.created),
        "updated_at": iso(order.updated),
        "meta_data": {"source": "api"},
    }


def stop_type(order: Order) -> str | None:
    if not order.kind.waits:
        return None
    return "stop_loss_order" if order.kind.is_stop else "take_profit_order"


def fill_view(fill: Fill, order: Order, listing: Listing, account: Account) -> dict[str, Any]:
    return {
        "id": fill.number,
        "order_id": str(fill.order_id),
        "user_id": account.number,
        "product_id": listing.number,
        "product_symbol": listing.symbol,
        "product": product_view(listing),
        "side": fill.side.lower(),
        "size": int(fill.quantity),
        "price": text(fill.price),
        "role": "maker" if fill.maker else "taker",
        "commission": text(fill.fee),
        "fill_type": "normal",
        "settling_asset_symbol": fill.currency,
        "created_at": iso(fill.time),
        "meta_data": {
            "order_type": "limit_order" if order.kind.has_limit else "market_order",
            "order_size": int(order.quantity),
            "order_price": text(order.price),
            "client_order_id": fill.client_id or None,
            "new_position": None,
            "source": "api",
        },
    }


def position_view(exchange: Exchange, account: Account, listing: Listing) -> dict[str, Any]:
    """Of a margined position; `size` is signed."""
    position = account.position(listing.symbol)
    held = position.quantity
    mark = exchange.top(listing.symbol).mark
    profit = listing.profit(held, position.entry, mark) if held else ZERO
    margin = listing.notional(held, position.entry) / leverage_of(account, listing) if held else ZERO
    fees = sum((fill.fee for fill in account.fills if fill.symbol == listing.symbol), ZERO)
    return {
        "user_id": account.number,
        "product_id": listing.number,
        "product_symbol": listing.symbol,
        "product": product_view(listing),
        "size": int(held),
        "entry_price": text(round(position.entry, 8)) if held else None,
        "margin": text(round(margin, 8)),
        "liquidation_price": _liquidation_price(exchange, account, listing),
        "bankruptcy_price": None,
        "adl_level": "0",
        "auto_topup": False,
        "commission": text(fees),
        "realized_pnl": text(position.realized),
        "unrealized_pnl": text(round(profit, 8)),
        "realized_cashflow": "0",
        "realized_funding": "0",
        "mark_price": text(mark),
        "margin_mode": account.margin_modes.get(listing.symbol, "cross"),
        "updated_at": iso(position.updated),
        "created_at": iso(position.updated),
    }


def _liquidation_price(exchange: Exchange, account: Account, listing: Listing) -> str | None:
    held = account.held(listing.symbol)
    if not held:
        return None
    funds = exchange.funds(account, listing.settle)
    mark = exchange.top(listing.symbol).mark
    slope = listing.contract_size * (held - abs(held) * listing.maintenance_rate)
    price = mark - (funds.equity - funds.maintenance) / slope
    return text(listing.floor_tick(price)) if price > 0 else "0"


def wallet_view(exchange: Exchange, account: Account, currency: str) -> dict[str, Any]:
    funds = exchange.funds(account, currency)
    return {
        "id": account.number * 100 + ASSETS[currency],
        "user_id": account.number,
        "asset_id": ASSETS[currency],
        "asset_symbol": currency,
        "balance": text(funds.wallet),
        "available_balance": text(round(funds.available, 8)),
        "available_balance_for_robo": text(round(funds.available, 8)),
        "blocked_margin": text(round(funds.position_margin + funds.order_margin, 8)),
        "position_margin": text(round(funds.position_margin, 8)),
        "order_margin": text(round(funds.order_margin, 8)),
        "unvested_amount": "0",
        "commission": "0",
        "portfolio_margin": "0",
        "cross_position_margin": text(round(funds.position_margin, 8)),
        "interest_credit": "0",
    }


def leverage_view(account: Account, listing: Listing) -> dict[str, Any]:
    return {
        "leverage": text(leverage_of(account, listing)),
        "order_margin": "0",
        "product_id": listing.number,
        "margin_mode": account.margin_modes.get(listing.symbol, "cross"),
        "index_symbol": None,
    }


def role(side: Side, *, taker_buys: bool) -> str:
    """Of a side of a public trade."""
    return "taker" if (side == Side.BUY) == taker_buys else "maker"
