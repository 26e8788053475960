"""Deriv's contracts as states and order reports.

A contract is two orders to us. The purchase has the contract id as its order id, and its fill is `<contract id>-buy`;
the sale (ours, a stop's, or the settlement) is `<contract id>-sell`, as order and as fill. A fill's quantity is the
price paid, its price the spot, and its commission 0: Deriv's charge is part of the contract's own price. Profit is the
contract's `profit`.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from brokers.adapters.deriv.errors import BadReply
from brokers.adapters.deriv.frames import Message
from brokers.adapters.deriv.numbers import decimal_in, flag_in, optional_decimal, seconds_in, text_in
from brokers.errors import InvalidOrder
from brokers.interface import (
    ContractState,
    ContractStatus,
    Execution,
    OrderReport,
    OrderStatus,
    Position,
    Side,
)
from brokers.interface.contract import MULTIPLIERS, ContractType

_DOWN = frozenset({"PUT", "PUTE", "LOWER", "MULTDOWN", "TURBOSSHORT", "VANILLALONGPUT"})
_CENTS = Decimal("0.01")
_SATOSHIS = Decimal("0.00000001")
_CRYPTO = frozenset({"BTC", "ETH", "LTC", "BCH"})


def money_step(currency: str) -> Decimal:
    """The smallest amount of an account's currency."""
    return _SATOSHIS if currency in _CRYPTO else _CENTS


def symbol_of(row: Mapping[str, Any]) -> str:
    """The market's name; the legacy API has two names for it."""
    return text_in(row, "underlying_symbol", "underlying", "symbol")


def side_of(contract_type: str) -> Side:
    """BUY for a contract that gains when the market rises, or whichever way it goes."""
    return Side.SELL if contract_type in _DOWN else Side.BUY


def state_of(reply: Message) -> ContractState:
    """A `proposal_open_contract` of either API. Raises BadReply naming what it lacks."""
    row = reply.get("proposal_open_contract")
    if not isinstance(row, dict) or not text_in(row, "contract_id"):
        raise BadReply("contract_id: Deriv's reply describes no contract")
    return ContractState(
        contract_id=text_in(row, "contract_id"),
        symbol=symbol_of(row),
        contract_type=text_in(row, "contract_type"),
        status=_status(row),
        buy_price=decimal_in(row, "buy_price"),
        payout=optional_decimal(row, "payout"),
        bid_price=optional_decimal(row, "bid_price"),
        sell_price=optional_decimal(row, "sell_price"),
        profit=optional_decimal(row, "profit"),
        multiplier=optional_decimal(row, "multiplier"),
        entry_spot=_first(row, "entry_spot", "entry_tick"),
        exit_spot=_first(row, "exit_spot", "exit_tick"),
        current_spot=optional_decimal(row, "current_spot"),
        purchase_time=seconds_in(row, "purchase_time", "date_start") or 0.0,
        expiry_time=seconds_in(row, "date_expiry", "expiry_time"),
        sell_time=seconds_in(row, "sell_time"),
        stop_loss=_limit(row, "stop_loss"),
        take_profit=_limit(row, "take_profit"),
        is_valid_to_sell=flag_in(row, "is_valid_to_sell"),
    )


def _status(row: Mapping[str, Any]) -> ContractStatus:
    text = text_in(row, "status")
    if not text:
        return ContractStatus.SOLD if flag_in(row, "is_sold") else ContractStatus.OPEN
    try:
        return ContractStatus(text)
    except ValueError:
        raise BadReply(f"status: Deriv sent a contract status that is unknown ({text[:20]})") from None


def _first(row: Mapping[str, Any], *names: str) -> Decimal | None:
    return next((value for name in names if (value := optional_decimal(row, name)) is not None), None)


def _limit(row: Mapping[str, Any], name: str) -> Decimal | None:
    """The amount at which a limit order closes; Deriv tells that of a stop as a negative number."""
    orders = row.get("limit_order")
    order = orders.get(name) if isinstance(orders, dict) else None
    amount = optional_decimal(order, "order_amount") if isinstance(order, dict) else None
    return None if amount is None else abs(amount)


def purchase_report(state: ContractState, client_order_id: str = "", spot: Decimal | None = None) -> OrderReport:
    """The purchase of a contract; `spot` stands in for the entry spot until the tick that sets it has come."""
    price = state.entry_spot or spot or state.current_spot or Decimal(0)
    fill = Execution(f"{state.contract_id}-buy", state.buy_price, price, Decimal(0), state.purchase_time)
    holds = not state.is_settled
    return OrderReport(
        status=OrderStatus.FILLED,
        executions=(fill,),
        order_id=state.contract_id,
        client_order_id=client_order_id,
        symbol=state.symbol,
        side=side_of(state.contract_type),
        quantity=state.buy_price,
        stop_order_id=f"{state.contract_id}-sell" if state.stop_loss is not None else "",
        target_order_id=f"{state.contract_id}-sell" if state.take_profit is not None else "",
        stop_in_force=holds and state.stop_loss is not None,
        contract=state,
    )


def sale_report(state: ContractState, client_order_id: str = "") -> OrderReport:
    """The end of a settled contract: sold by us, closed by its stop or target, expired, or cancelled."""
    price = state.exit_spot or state.current_spot or state.entry_spot or Decimal(0)
    moment = state.sell_time or state.expiry_time or state.purchase_time
    fill = Execution(f"{state.contract_id}-sell", state.buy_price, price, Decimal(0), moment)
    return OrderReport(
        status=OrderStatus.FILLED,
        executions=(fill,),
        order_id=f"{state.contract_id}-sell",
        client_order_id=client_order_id,
        symbol=state.symbol,
        side=side_of(state.contract_type).opposite,
        quantity=state.buy_price,
        reduce_only=True,
        contract=state,
    )


def position_of(state: ContractState) -> Position:
    """An open contract as a position: its quantity is the stake, its leverage the multiplier."""
    return Position(
        symbol=state.symbol,
        side=side_of(state.contract_type),
        quantity=state.buy_price,
        entry_price=state.entry_spot or state.current_spot or Decimal(0),
        mark_price=state.current_spot,
        unrealized_pnl=state.profit,
        leverage=state.multiplier,
        position_id=state.contract_id,
    )


def limit_amount(
    name: str,
    level: Decimal,
    entry: Decimal,
    stake: Decimal,
    multiplier: Decimal,
    contract_type: str,
    step: Decimal,
) -> Decimal:
    """A stop or target price as the amount of account currency that Deriv takes.

    amount = stake * multiplier * |level - entry| / entry, rounded to `step`: what the contract loses, or gains, between
    the entry spot and the level, before Deriv's commission.
    Raises InvalidOrder, naming the rule, for other contracts, for a level on the wrong side of the entry, for an amount
    that rounds to 0, and for a stop beyond the stake, at whose loss Deriv has closed the contract already.
    """
    if contract_type not in MULTIPLIERS:
        raise InvalidOrder(f"{name}: {contract_type} contracts hold none as a price")
    gains_above = contract_type == ContractType.MULTUP
    if (level > entry) != (gains_above == (name == "take_profit")):
        raise InvalidOrder(f"{name}: {level} lies on the wrong side of the entry at {entry} for {contract_type}")
    amount = (stake * multiplier * abs(level - entry) / entry).quantize(step, ROUND_HALF_UP)
    if amount <= 0:
        raise InvalidOrder(f"{name}: {level} is so near to the entry that its amount rounds to 0")
    if name == "stop_loss" and amount > stake:
        raise InvalidOrder(
            f"stop_loss: at {level} the loss would be {amount}; the contract closes at the loss of its stake {stake}"
        )
    return amount
