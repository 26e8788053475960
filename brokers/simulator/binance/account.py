"""Endpoints for the account: balance, positions, leverage, margin type, income, listen keys."""

from decimal import Decimal
from typing import Any

from brokers.simulator.binance.call import Call, Endpoints, Security
from brokers.simulator.binance.errors import ApiError
from brokers.simulator.binance.views import asset_view, ms, position_view, text
from brokers.simulator.exchange.margin import leverage_of

_BALANCE = ("asset", "crossWalletBalance", "crossUnPnl", "availableBalance", "maxWithdrawAmount", "marginAvailable")
_TOTALS = {
    "totalInitialMargin": "initialMargin",
    "totalMaintMargin": "maintMargin",
    "totalWalletBalance": "walletBalance",
    "totalUnrealizedProfit": "unrealizedProfit",
    "totalMarginBalance": "marginBalance",
    "totalPositionInitialMargin": "positionInitialMargin",
    "totalOpenOrderInitialMargin": "openOrderInitialMargin",
    "totalCrossWalletBalance": "crossWalletBalance",
    "totalCrossUnPnl": "crossUnPnl",
    "availableBalance": "availableBalance",
    "maxWithdrawAmount": "maxWithdrawAmount",
}


def account(call: Call) -> Any:
    """The totals are of USDT, as in single-asset mode."""
    assets = [asset_view(call.exchange, call.account, currency) for currency in call.account.balances]
    usdt = next(asset for asset in assets if asset["asset"] == "USDT")
    positions = []
    for listing in call.exchange.listings.values():
        view = position_view(call.exchange, call.account, listing)
        view["unrealizedProfit"] = view["unRealizedProfit"]
        view["isolated"] = view["marginType"] == "isolated"
        view["maxNotional"] = view["maxNotionalValue"]
        positions.append(view)
    return {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": False,
        "updateTime": 0,
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
        **{total: usdt[name] for total, name in _TOTALS.items()},
        "assets": assets,
        "positions": positions,
    }


def balance(call: Call) -> Any:
    rows = []
    for currency in call.account.balances:
        view = asset_view(call.exchange, call.account, currency)
        row = {"accountAlias": f"sim{call.account.number}", "balance": view["walletBalance"]}
        rows.append({**row, **{name: view[name] for name in _BALANCE}, "updateTime": view["updateTime"]})
    return rows


def position_risk_v2(call: Call) -> Any:
    """Every symbol, held or not."""
    symbol = call.symbol()
    listings = [item for item in call.exchange.listings.values() if symbol in (None, item.symbol)]
    return [position_view(call.exchange, call.account, listing) for listing in listings]


def position_risk_v3(call: Call) -> Any:
    """Symbols with a position or open orders alone; without the fields that this version dropped."""
    working = {order.symbol for order in call.exchange.open_orders(call.account)}
    rows = []
    for row in position_risk_v2(call):
        if row["positionAmt"] == "0" and row["symbol"] not in working:
            continue
        for name in ("leverage", "marginType", "isAutoAddMargin", "maxNotionalValue"):
            del row[name]
        rows.append(row)
    return rows


def set_leverage(call: Call) -> Any:
    listing = call.listing()
    leverage = call.params.whole("leverage")
    if leverage is None or not 1 <= leverage <= listing.max_leverage:
        raise ApiError(-4028, f"Leverage {leverage} is not valid")
    call.exchange.set_leverage(call.account, listing.symbol, Decimal(leverage))
    largest = text(listing.max_quantity * call.exchange.top(listing.symbol).mark)
    return {"symbol": listing.symbol, "leverage": leverage, "maxNotionalValue": largest}


def set_margin_type(call: Call) -> Any:
    listing = call.listing()
    mode = call.params.one_of("marginType", ("ISOLATED", "CROSSED"), -1102, "Mandatory parameter 'marginType'.")
    if mode == call.account.margin_modes.get(listing.symbol, "CROSSED"):
        raise ApiError(-4046, "No need to change margin type.")
    if call.exchange.open_orders(call.account, listing.symbol):
        raise ApiError(-4047, "Margin type cannot be changed if there exists open orders.")
    if call.account.held(listing.symbol):
        raise ApiError(-4048, "Margin type cannot be changed if there exists position.")
    call.account.margin_modes[listing.symbol] = mode
    return {"code": 200, "msg": "success"}


def position_mode(call: Call) -> Any:
    return {"dualSidePosition": False}


def set_position_mode(call: Call) -> Any:
    """One-way is what there is."""
    if call.params.flag("dualSidePosition"):
        raise ApiError(-4084, "Method is not allowed currently. Coming soon.")
    raise ApiError(-4059, "No need to change position side.")


def multi_assets(call: Call) -> Any:
    return {"multiAssetsMargin": False}


def symbol_config(call: Call) -> Any:
    symbol = call.symbol()
    return [
        {
            "symbol": listing.symbol,
            "marginType": call.account.margin_modes.get(listing.symbol, "CROSSED"),
            "isAutoAddMargin": False,
            "leverage": int(leverage_of(call.account, listing)),
            "maxNotionalValue": text(listing.max_quantity * call.exchange.top(listing.symbol).mark),
        }
        for listing in call.exchange.listings.values()
        if symbol in (None, listing.symbol)
    ]


def leverage_bracket(call: Call) -> Any:
    symbol = call.symbol()
    rows = [
        {
            "symbol": listing.symbol,
            "brackets": [
                {
                    "bracket": 1,
                    "initialLeverage": int(listing.max_leverage),
                    "notionalCap": int(listing.max_quantity * call.exchange.top(listing.symbol).mark),
                    "notionalFloor": 0,
                    "maintMarginRatio": float(listing.maintenance_rate),
                    "cum": 0.0,
                }
            ],
        }
        for listing in call.exchange.listings.values()
        if symbol in (None, listing.symbol)
    ]
    return rows[0] if symbol is not None else rows


def commission_rate(call: Call) -> Any:
    listing = call.listing()
    return {
        "symbol": listing.symbol,
        "makerCommissionRate": text(listing.maker_rate),
        "takerCommissionRate": text(listing.taker_rate),
    }


def income(call: Call) -> Any:
    symbol, kind = call.symbol(), call.params.text("incomeType")
    since, until = call.params.whole("startTime"), call.params.whole("endTime")
    rows = [
        {
            "symbol": entry.symbol,
            "incomeType": "INSURANCE_CLEAR" if entry.kind == "INSURANCE" else entry.kind,
            "income": text(entry.amount),
            "asset": entry.currency,
            "info": str(entry.fill_number),
            "time": ms(entry.time),
            "tranId": entry.number,
            "tradeId": str(entry.fill_number),
        }
        for entry in call.account.ledger
        if symbol in (None, entry.symbol)
        and (since is None or entry.time * 1000 >= since)
        and (until is None or entry.time * 1000 <= until)
    ]
    rows = [row for row in rows if kind in (None, row["incomeType"])]
    return rows[-call.params.limit(100, 1000) :]


def coins(call: Call) -> Any:
    """Of the wallet API, which ccxt asks for the list of currencies."""
    return [
        {
            "coin": currency,
            "name": currency,
            "depositAllEnable": False,
            "withdrawAllEnable": False,
            "trading": True,
            "isLegalMoney": False,
            "free": "0",
            "locked": "0",
            "freeze": "0",
            "withdrawing": "0",
            "networkList": [],
        }
        for currency in call.account.balances
    ]


def margin_pairs(call: Call) -> Any:
    """There is no margin trading; ccxt asks all the same."""
    return []


_SIGNED = Security.SIGNED
ENDPOINTS: Endpoints = {
    ("GET", "/fapi/v2/account"): (_SIGNED, account),
    ("GET", "/fapi/v3/account"): (_SIGNED, account),
    ("GET", "/fapi/v2/balance"): (_SIGNED, balance),
    ("GET", "/fapi/v3/balance"): (_SIGNED, balance),
    ("GET", "/fapi/v2/positionRisk"): (_SIGNED, position_risk_v2),
    ("GET", "/fapi/v3/positionRisk"): (_SIGNED, position_risk_v3),
    ("POST", "/fapi/v1/leverage"): (_SIGNED, set_leverage),
    ("POST", "/fapi/v1/marginType"): (_SIGNED, set_margin_type),
    ("GET", "/fapi/v1/positionSide/dual"): (_SIGNED, position_mode),
    ("POST", "/fapi/v1/positionSide/dual"): (_SIGNED, set_position_mode),
    ("GET", "/fapi/v1/multiAssetsMargin"): (_SIGNED, multi_assets),
    ("GET", "/fapi/v1/symbolConfig"): (_SIGNED, symbol_config),
    ("GET", "/fapi/v1/leverageBracket"): (_SIGNED, leverage_bracket),
    ("GET", "/fapi/v1/commissionRate"): (_SIGNED, commission_rate),
    ("GET", "/fapi/v1/income"): (_SIGNED, income),
    ("GET", "/sapi/v1/capital/config/getall"): (_SIGNED, coins),
    ("GET", "/sapi/v1/margin/allPairs"): (_SIGNED, margin_pairs),
}
