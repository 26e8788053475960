"""How the desk's objects look on each wire. The two APIs differ in names, and in numbers that may come as texts."""

import random
from decimal import Decimal
from typing import Any

from brokers.simulator.deriv.accounts import Transaction
from brokers.simulator.deriv.contracts import Contract, LimitUpdate, Tick
from brokers.simulator.deriv.shapes import Api
from brokers.simulator.deriv.symbols import Symbol
from brokers.simulator.deriv.terms import Terms
from brokers.simulator.deriv.wording import longcode, shortcode

Json = dict[str, Any]


class Numbers:
    """Amounts as a wire carries them: JSON numbers on the legacy API; on the current one sometimes texts, as Deriv's
    migration guide warns ("number | string"): which of the two is drawn anew each time.
    """

    def __init__(self, api: Api, seed: int) -> None:
        self._api = api
        self._random = random.Random(seed)

    def amount(self, value: Decimal) -> float | str:
        if self._api == Api.CURRENT and self._random.random() < 0.5:
            return f"{value:.2f}"
        return float(value)

    def spot(self, value: float, symbol: Symbol) -> float | str:
        if self._api == Api.CURRENT and self._random.random() < 0.5:
            return f"{value:.{symbol.decimals}f}"
        return round(value, symbol.decimals)


def proposal(api: Api, numbers: Numbers, proposal_id: str, terms: Terms, tick: Tick) -> Json:
    start = int(tick.time)
    shown: Json = {
        "id": proposal_id,
        "ask_price": numbers.amount(terms.stake),
        "payout": numbers.amount(terms.payout),
        "longcode": longcode(terms),
        "spot": numbers.spot(tick.spot, terms.symbol),
        "spot_time": start,
        "date_start": start,
        "date_expiry": start + (terms.seconds or 0),
    }
    if api == Api.LEGACY:
        shown["display_value"] = f"{terms.stake:.2f}"
    if terms.multiplier is not None:
        shown |= {"multiplier": float(terms.multiplier), "commission": numbers.amount(terms.commission)}
        shown["limit_order"] = _proposed_limits(terms, tick)
    return shown


def _proposed_limits(terms: Terms, tick: Tick) -> Json:
    if terms.multiplier is None:
        return {}
    multiplied, way = terms.stake * terms.multiplier, terms.direction

    def order(profit: Decimal, name: str) -> Json:
        spot = tick.spot * (1 + float((profit + terms.commission) / multiplied) * way)
        value = f"{spot:.{terms.symbol.decimals}f}"
        return {"display_name": name, "order_amount": float(profit), "order_date": int(tick.time), "value": value}

    limits = {"stop_out": order(-terms.stake, "Stop out")}
    if terms.stop_loss is not None:
        limits["stop_loss"] = order(-terms.stop_loss, "Stop loss")
    if terms.take_profit is not None:
        limits["take_profit"] = order(terms.take_profit, "Take profit")
    return limits


def limit_orders(contract: Contract) -> Json:
    """The limit orders in force. Losses are amounts below 0, as Deriv shows them."""
    terms = contract.terms
    orders: Json = {}
    if terms.stop_loss is not None:
        orders["stop_loss"] = limit_order(contract, "stop_loss", terms.stop_loss)
    if terms.take_profit is not None:
        orders["take_profit"] = limit_order(contract, "take_profit", terms.take_profit)
    if terms.multiplier is not None:
        orders["stop_out"] = limit_order(contract, "stop_out", terms.stake)
    return orders


_ORDER_NAMES = {"stop_loss": "Stop loss", "take_profit": "Take profit", "stop_out": "Stop out"}


def limit_order(contract: Contract, order_type: str, amount: Decimal | None) -> Json:
    set_at = [item.time for item in contract.updates if item.order_type == order_type]
    profit = None if amount is None else amount if order_type == "take_profit" else -amount
    barrier = None if profit is None else contract.barrier_at(profit)
    return {
        "display_name": _ORDER_NAMES[order_type],
        "order_amount": None if profit is None else float(profit),
        "order_date": int(set_at[-1] if set_at else contract.purchase_time),
        "value": None if barrier is None else f"{barrier:.{contract.terms.symbol.decimals}f}",
    }


def limit_update(contract: Contract, update: LimitUpdate) -> Json:
    shown = limit_order(contract, update.order_type, update.amount)
    amount = shown["order_amount"]
    return shown | {
        "order_type": update.order_type,
        "order_date": int(update.time),
        "order_amount": "" if amount is None else f"{amount:.2f}",
    }


def open_contract(api: Api, numbers: Numbers, contract: Contract) -> Json:
    """The proposal_open_contract object."""
    terms, tick = contract.terms, contract.current
    shown: Json = {
        "contract_id": contract.contract_id,
        "contract_type": terms.contract_type,
        "currency": terms.currency,
        "status": contract.status,
        "buy_price": numbers.amount(terms.stake),
        "bid_price": numbers.amount(contract.bid),
        "profit": numbers.amount(contract.profit),
        "profit_percentage": round(float(contract.profit / terms.stake * 100), 2),
        "current_spot": numbers.spot(tick.spot, terms.symbol),
        "current_spot_time": int(tick.time),
        "date_start": int(contract.purchase_time),
        "purchase_time": int(contract.purchase_time),
        "longcode": longcode(terms),
        "shortcode": shortcode(contract),
        "transaction_ids": {"buy": contract.buy_transaction},
    }
    shown |= _flags(contract) | _payout(api, contract, numbers) | _expiry(contract) | _spots(api, numbers, contract)
    shown["underlying_symbol" if api == Api.CURRENT else "underlying"] = terms.symbol.code
    if api == Api.LEGACY:
        shown["display_name"] = terms.symbol.name
    if terms.multiplier is not None:
        shown |= {"multiplier": float(terms.multiplier), "commission": numbers.amount(terms.commission)}
    if terms.growth_rate is not None:
        shown |= {"growth_rate": float(terms.growth_rate), "tick_passed": contract.ticks_passed}
        low, high = contract.corridor(tick.spot)
        shown |= {"low_barrier": _pip(low, terms.symbol), "high_barrier": _pip(high, terms.symbol)}
    if not terms.is_rise_fall:
        shown["limit_order"] = limit_orders(contract)
    if not contract.can_be_sold:
        shown["validation_error"] = "Resale of this contract is not offered."
    return shown | _sale(numbers, contract)


def _flags(contract: Contract) -> Json:
    return {
        "is_sold": int(not contract.is_open),
        "is_expired": int(contract.status in ("won", "lost")),
        "is_settleable": int(contract.status in ("won", "lost")),
        "is_valid_to_sell": int(contract.can_be_sold),
        "is_valid_to_cancel": 0,
        "is_intraday": 1,
        "is_path_dependent": int(not contract.terms.is_rise_fall),
    }


def _payout(api: Api, contract: Contract, numbers: Numbers) -> Json:
    """A rise or fall contract's promise, and an accumulator's value: multipliers have none."""
    terms = contract.terms
    if terms.multiplier is not None:
        return {}
    payout = terms.payout if terms.is_rise_fall else contract.bid
    return {"payout": f"{payout:.2f}" if api == Api.CURRENT else numbers.amount(payout)}


def _expiry(contract: Contract) -> Json:
    terms = contract.terms
    if contract.expiry is not None:
        return {"date_expiry": int(contract.expiry), "expiry_time": int(contract.expiry)}
    if terms.is_rise_fall:
        return {"tick_count": terms.duration, "date_expiry": int(contract.sell_time or contract.purchase_time)}
    return {}


def _spots(api: Api, numbers: Numbers, contract: Contract) -> Json:
    symbol, shown = contract.terms.symbol, {}
    named = {"entry": contract.entry, "exit": contract.exit}
    for name, tick in named.items():
        if tick is None:
            continue
        shown[f"{name}_spot"] = numbers.spot(tick.spot, symbol)
        if api == Api.CURRENT:
            shown[f"{name}_spot_time"] = int(tick.time)
        else:
            shown |= {f"{name}_tick": round(tick.spot, symbol.decimals), f"{name}_tick_time": int(tick.time)}
    return shown


def _sale(numbers: Numbers, contract: Contract) -> Json:
    if contract.sell_price is None:
        return {}
    transactions = {"buy": contract.buy_transaction, "sell": contract.sell_transaction}
    return {
        "sell_price": numbers.amount(contract.sell_price),
        "sell_time": int(contract.sell_time or 0),
        "transaction_ids": transactions,
    }


def _pip(value: float, symbol: Symbol) -> str:
    return f"{value:.{symbol.decimals}f}"


def bought(numbers: Numbers, contract: Contract, booked: Transaction) -> Json:
    return {
        "contract_id": contract.contract_id,
        "transaction_id": booked.transaction_id,
        "buy_price": numbers.amount(contract.terms.stake),
        "payout": numbers.amount(contract.terms.payout),
        "balance_after": numbers.amount(booked.balance_after),
        "purchase_time": int(contract.purchase_time),
        "start_time": int(contract.purchase_time),
        "longcode": longcode(contract.terms),
        "shortcode": shortcode(contract),
    }


def sold(numbers: Numbers, contract: Contract, booked: Transaction) -> Json:
    return {
        "contract_id": contract.contract_id,
        "transaction_id": booked.transaction_id,
        "reference_id": booked.reference_id,
        "sold_for": numbers.amount(booked.amount),
        "balance_after": numbers.amount(booked.balance_after),
    }
