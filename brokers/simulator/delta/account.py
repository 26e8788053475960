"""Endpoints for the account: wallet, positions, leverage."""

from decimal import Decimal
from typing import Any

from brokers.interface import Side
from brokers.simulator.delta.call import Call, Endpoint, Endpoints, Paged
from brokers.simulator.delta.errors import ApiError
from brokers.simulator.delta.params import Params
from brokers.simulator.delta.views import ASSETS, iso, leverage_view, micros, position_view, text, wallet_view
from brokers.simulator.exchange.listing import Listing
from brokers.simulator.exchange.orders import Ticket


def balances(call: Call) -> Any:
    """`meta` has the net equity of the settlement currency."""
    equity = call.exchange.funds(call.account, "USD").equity
    rows = [wallet_view(call.exchange, call.account, currency) for currency in call.account.balances]
    return Paged(rows, {"net_equity": text(round(equity, 8)), "robo_trading_equity": "0"})


def transactions(call: Call) -> Any:
    """The ledger, newest first."""
    names = {"REALIZED_PNL": "pnl", "COMMISSION": "commission", "INSURANCE": "liquidation_fee"}
    rows = [
        {
            "id": entry.number,
            "user_id": call.account.number,
            "asset_id": ASSETS[entry.currency],
            "asset_symbol": entry.currency,
            "amount": text(entry.amount),
            "transaction_type": names.get(entry.kind, entry.kind.lower()),
            "product_id": call.exchange.listings[entry.symbol].number,
            "created_at": iso(entry.time),
        }
        for entry in reversed(call.account.ledger)
    ]
    return Paged(rows[:1000], {"after": None, "before": None})


def position(call: Call) -> Any:
    view = position_view(call.exchange, call.account, call.params.listing())
    return {"size": view["size"], "entry_price": view["entry_price"], "timestamp": micros(call.exchange.clock())}


def positions(call: Call) -> Any:
    """Those that are open."""
    return [
        position_view(call.exchange, call.account, listing)
        for listing in call.params.listings()
        if call.account.held(listing.symbol)
    ]


def close_all(call: Call) -> Any:
    """Every position at market, and the orders with it."""
    for listing in call.exchange.listings.values():
        held = call.account.held(listing.symbol)
        if held:
            call.exchange.cancel_all(call.account, listing.symbol)
            side = Side.SELL if held > 0 else Side.BUY
            call.exchange.place(call.account, Ticket(listing.symbol, side, abs(held), reduce_only=True))
    return {}


def _path_listing(call: Call) -> Listing:
    return Params(call.exchange, {"product_id": call.path["product_id"]}).listing()


def leverage(call: Call) -> Any:
    return leverage_view(call.account, _path_listing(call))


def set_leverage(call: Call) -> Any:
    listing = _path_listing(call)
    wanted: Decimal = call.params.need_decimal("leverage")
    call.exchange.set_leverage(call.account, listing.symbol, wanted)
    return leverage_view(call.account, listing)


def set_margin_mode(call: Call) -> Any:
    """Of the whole account; not while positions or orders are open."""
    mode = call.params.one_of("margin_mode", ("isolated", "portfolio", "cross"))
    account = call.account
    if account.working or any(item.quantity for item in account.positions.values()):
        raise ApiError("positions_or_orders_open", None, 400)
    for symbol in call.exchange.listings:
        account.margin_modes[symbol] = mode
    return {"margin_mode": mode}


def user(call: Call) -> Any:
    number = call.account.number
    return {
        "id": number,
        "email": f"demo{number}@simulator.invalid",
        "account_name": "Main",
        "margin_mode": "cross",
        "is_sub_account": False,
        "country": "India",
        "is_kyc_done": True,
    }


ENDPOINTS: Endpoints = {
    ("GET", "/v2/wallet/balances"): Endpoint(balances),
    ("GET", "/v2/wallet/transactions"): Endpoint(transactions),
    ("GET", "/v2/positions"): Endpoint(position),
    ("GET", "/v2/positions/margined"): Endpoint(positions),
    ("POST", "/v2/positions/close_all"): Endpoint(close_all),
    ("GET", "/v2/products/{product_id}/orders/leverage"): Endpoint(leverage),
    ("POST", "/v2/products/{product_id}/orders/leverage"): Endpoint(set_leverage),
    ("PUT", "/v2/users/margin_mode"): Endpoint(set_margin_mode),
    ("GET", "/v2/profile"): Endpoint(user),
}
