"""Rows of the lists that an account can ask for: portfolio, profit table, statement, transactions, symbols."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from brokers.simulator.deriv.accounts import Account, Transaction
from brokers.simulator.deriv.contracts import Contract, Tick
from brokers.simulator.deriv.render import Json, Numbers
from brokers.simulator.deriv.shapes import Api, symbol_field
from brokers.simulator.deriv.symbols import UNIT_SECONDS, Symbol
from brokers.simulator.deriv.wording import longcode, shortcode


def position(api: Api, numbers: Numbers, contract: Contract) -> Json:
    """One of the portfolio."""
    terms = contract.terms
    shown: Json = {
        "app_id": contract.app_id,
        "buy_price": numbers.amount(terms.stake),
        "contract_id": contract.contract_id,
        "contract_type": terms.contract_type,
        "currency": terms.currency,
        "date_start": int(contract.purchase_time),
        "longcode": longcode(terms),
        "payout": numbers.amount(terms.payout),
        "purchase_time": int(contract.purchase_time),
        "shortcode": shortcode(contract),
        "transaction_id": contract.buy_transaction,
        symbol_field(api): terms.symbol.code,
    }
    if contract.expiry is not None:
        shown |= {"expiry_time": int(contract.expiry)}
    return shown


def profit_row(api: Api, numbers: Numbers, contract: Contract, described: bool) -> Json:
    terms = contract.terms
    row: Json = {
        "app_id": contract.app_id,
        "buy_price": numbers.amount(terms.stake),
        "contract_id": contract.contract_id,
        "contract_type": terms.contract_type,
        "payout": numbers.amount(terms.payout),
        "purchase_time": int(contract.purchase_time),
        "sell_price": numbers.amount(contract.sell_price or Decimal(0)),
        "sell_time": int(contract.sell_time or 0),
        "transaction_id": contract.buy_transaction,
        "underlying_symbol": terms.symbol.code,
        "duration_type": {None: "none", "t": "ticks"}.get(terms.duration_unit, "time"),
    }
    if terms.multiplier is not None:
        row["multiplier"] = float(terms.multiplier)
    if terms.growth_rate is not None:
        row["growth_rate"] = float(terms.growth_rate)
    return row | ({"longcode": longcode(terms), "shortcode": shortcode(contract)} if described else {})


def statement_row(numbers: Numbers, entry: Transaction, contract: Contract | None, described: bool) -> Json:
    row: Json = {
        "action_type": entry.action,
        "amount": numbers.amount(entry.amount),
        "balance_after": numbers.amount(entry.balance_after),
        "contract_id": entry.contract_id,
        "reference_id": entry.reference_id,
        "transaction_id": entry.transaction_id,
        "transaction_time": int(entry.time),
    }
    if contract is not None:
        row |= {"payout": numbers.amount(contract.terms.payout), "app_id": contract.app_id}
        if described:
            row |= {"longcode": longcode(contract.terms), "shortcode": shortcode(contract)}
    return row


def transaction(api: Api, numbers: Numbers, entry: Transaction, account: Account, contract: Contract | None) -> Json:
    """A message of the transaction stream."""
    shown: Json = {
        "action": entry.action,
        "amount": numbers.amount(entry.amount),
        "balance": numbers.amount(entry.balance_after),
        "currency": account.currency,
        "transaction_id": entry.transaction_id,
        "transaction_time": int(entry.time),
    }
    if contract is not None:
        shown |= {
            "contract_id": contract.contract_id,
            symbol_field(api): contract.terms.symbol.code,
            "longcode": longcode(contract.terms),
        }
        if entry.action == "sell":
            shown["purchase_time"] = int(contract.purchase_time)
        if contract.terms.duration_unit is not None:
            seconds = UNIT_SECONDS.get(contract.terms.duration_unit, 1) * (contract.terms.duration or 0)
            shown["date_expiry"] = int(contract.purchase_time) + seconds
    return shown


def active_symbol(api: Api, symbol: Symbol, tick: Tick) -> Mapping[str, Any]:
    shared = {
        "exchange_is_open": 1, "is_trading_suspended": 0, "market": symbol.market, "subgroup": symbol.subgroup,
        "submarket": symbol.submarket,
    }  # fmt: skip
    if api == Api.CURRENT:
        return shared | {
            "underlying_symbol": symbol.code, "underlying_symbol_name": symbol.name,
            "underlying_symbol_type": symbol.kind, "pip_size": symbol.pip, "trade_count": 0,
        }  # fmt: skip
    return shared | {
        "symbol": symbol.code, "display_name": symbol.name, "symbol_type": symbol.kind, "pip": symbol.pip,
        "market_display_name": symbol.market.replace("_", " ").title(), "allow_forward_starting": 0,
        "submarket_display_name": symbol.submarket.replace("_", " ").title(), "spot": tick.spot,
        "spot_time": str(int(tick.time)), "spot_age": "0", "display_order": 0, "quoted_currency_symbol": "USD",
    }  # fmt: skip
