"""The frames that both dialects share. A frame's first key names its call."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from brokers.adapters.deriv.numbers import wire_number
from brokers.interface import ContractTerms

Frame = dict[str, Any]
Message = Mapping[str, Any]

PAGE = 500  # rows of a profit table or statement that we ask for at a time; Deriv gives at most 500 and 999


class Dialect(Protocol):
    """What the adapter sends, in one of the two APIs."""

    name: str

    def active_symbols(self) -> Frame: ...
    def contracts_for(self, symbol: str) -> Frame: ...
    def ticks(self, symbol: str, *, subscribe: bool) -> Frame: ...
    def candles(self, symbol: str, seconds: int, count: int, start: int | None, end: int | None) -> Frame: ...
    def proposal(self, symbol: str, terms: ContractTerms, currency: str) -> Frame: ...
    def buy(self, proposal_id: str, price: Decimal) -> Frame: ...
    def sell(self, contract_id: str, price: Decimal) -> Frame: ...
    def contract_update(self, contract_id: str, limit_order: Mapping[str, Decimal | None]) -> Frame: ...
    def open_contract(self, contract_id: str) -> Frame: ...
    def open_contracts(self) -> Frame: ...
    def portfolio(self) -> Frame: ...
    def profit_table(self, since: float, offset: int) -> Frame: ...
    def statement(self, since: float, offset: int) -> Frame: ...
    def balance(self, *, subscribe: bool) -> Frame: ...
    def transactions(self) -> Frame: ...


def call_of(frame: Frame) -> str:
    return next(iter(frame))


def ping() -> Frame:
    return {"ping": 1}


def forget(subscription_id: str) -> Frame:
    return {"forget": subscription_id}


class CommonFrames:
    """The frames that are alike in both APIs; `symbol_field` is what differs in a proposal."""

    name = ""
    symbol_field = ""

    def contracts_for(self, symbol: str) -> Frame:
        return {"contracts_for": symbol}

    def ticks(self, symbol: str, *, subscribe: bool) -> Frame:
        return {"ticks": symbol} | ({"subscribe": 1} if subscribe else {})

    def candles(self, symbol: str, seconds: int, count: int, start: int | None, end: int | None) -> Frame:
        """`seconds` is the granularity; `start` and `end` are epoch seconds."""
        frame: Frame = {"ticks_history": symbol, "style": "candles", "granularity": seconds, "count": count}
        frame["end"] = "latest" if end is None else str(end)
        if start is not None:
            frame["start"] = start
        return frame | {"adjust_start_time": 1}

    def proposal(self, symbol: str, terms: ContractTerms, currency: str) -> Frame:
        frame: Frame = {
            "proposal": 1,
            "amount": wire_number(terms.stake),
            "basis": "stake",
            "contract_type": terms.contract_type.value,
            "currency": currency,
            self.symbol_field: symbol,
        }
        if terms.duration is not None:
            frame |= {"duration": terms.duration, "duration_unit": terms.duration_unit}
        if terms.multiplier is not None:
            frame["multiplier"] = wire_number(terms.multiplier)
        if terms.growth_rate is not None:
            frame["growth_rate"] = wire_number(terms.growth_rate)
        levels = {"stop_loss": terms.stop_loss, "take_profit": terms.take_profit}
        if limit_order := {name: wire_number(amount) for name, amount in levels.items() if amount is not None}:
            frame["limit_order"] = limit_order
        return frame

    def buy(self, proposal_id: str, price: Decimal) -> Frame:
        """`price` is the most that may be paid."""
        return {"buy": proposal_id, "price": wire_number(price)}

    def sell(self, contract_id: str, price: Decimal) -> Frame:
        """`price` is the least to take; 0 sells at the market."""
        return {"sell": int(contract_id), "price": wire_number(price)}

    def contract_update(self, contract_id: str, limit_order: Mapping[str, Decimal | None]) -> Frame:
        """Amounts of account currency; None takes the order away, a name left out stays as it is."""
        orders = {name: None if amount is None else wire_number(amount) for name, amount in limit_order.items()}
        return {"contract_update": 1, "contract_id": int(contract_id), "limit_order": orders}

    def open_contract(self, contract_id: str) -> Frame:
        return {"proposal_open_contract": 1, "contract_id": int(contract_id)}

    def open_contracts(self) -> Frame:
        """The stream of every open contract, and of those bought later."""
        return {"proposal_open_contract": 1, "subscribe": 1}

    def portfolio(self) -> Frame:
        return {"portfolio": 1}

    def profit_table(self, since: float, offset: int) -> Frame:
        page = {"limit": PAGE, "offset": offset, "sort": "ASC"}
        return {"profit_table": 1, "description": 1, "date_from": str(int(since))} | page

    def statement(self, since: float, offset: int) -> Frame:
        return {"statement": 1, "description": 1, "date_from": int(since), "limit": PAGE, "offset": offset}

    def balance(self, *, subscribe: bool) -> Frame:
        return {"balance": 1} | ({"subscribe": 1} if subscribe else {})

    def transactions(self) -> Frame:
        return {"transaction": 1, "subscribe": 1}
