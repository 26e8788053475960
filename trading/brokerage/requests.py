"""What an order's row asks of the broker."""

from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from brokers.interface import (
    Bracket,
    ContractTerms,
    ContractType,
    OrderRequest,
    OrderType,
    Side,
)
from trading.exits.exit_plans import resting_target
from trading.models import Account, AutoTradingSession, Order, OrderPurpose, Trade
from trading.rules.pnl import amount_at_level

_CENT = Decimal("0.01")
_TERMS = {
    "MULTIPLIER": ("multiplier",),
    "RISE_FALL": ("duration", "duration_unit"),
    "ACCUMULATOR": ("growth_rate",),
}
DEFAULT_CONTRACT = {"kind": "MULTIPLIER", "multiplier": 100}


def request_of(order: Order, trade: Trade, account: Account) -> OrderRequest:
    """The order as the broker is to hear it: an entry with its bracket or contract terms, an exit reduce-only."""
    is_entry = order.purpose == OrderPurpose.ENTRY
    contract = contract_terms(trade, order.intended_price) if is_entry and trade.market_type == "CONTRACT" else None
    return OrderRequest(
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=Side(order.side),
        quantity=order.quantity,
        type=OrderType(order.type),
        stop_price=order.stop_price,
        reduce_only=order.reduce_only,
        leverage=account.leverage if is_entry and trade.market_type == "FUTURES" else None,
        bracket=bracket_of(trade) if is_entry and contract is None else None,
        contract=contract,
        position_id=_position_id(order, trade),
    )


def _position_id(order: Order, trade: Trade) -> str:
    """The contract to sell, for the exit of one."""
    if order.purpose == OrderPurpose.ENTRY or trade.market_type != "CONTRACT":
        return ""
    return trade.contract.contract_id


def bracket_of(trade: Trade) -> Bracket | None:
    """The stop for all of it, and the target where it closes all of it: portions are ours to close."""
    target = resting_target(trade)
    if trade.stop_loss is None and target is None:
        return None
    return Bracket(stop_loss=trade.stop_loss, take_profit=target)


def contract_settings(session: AutoTradingSession | None) -> dict[str, object]:
    """The session's choice of contract, or the default: a multiplier of 100."""
    return dict(session.contract) if session is not None and session.contract else dict(DEFAULT_CONTRACT)


def check_contract(chosen: object) -> None:
    """Raises ValueError naming what is wrong in a session's choice of contract ({} takes the default)."""
    if not isinstance(chosen, dict):
        raise ValueError('contract: an object such as {"kind": "MULTIPLIER", "multiplier": 100} is needed')  # noqa: TRY004
    if not chosen:
        return
    kind = chosen.get("kind")
    if kind not in _TERMS:
        raise ValueError(f"contract: kind is one of {', '.join(_TERMS)}, not {kind!r}")
    if unknown := sorted(set(chosen) - {"kind", *_TERMS[kind]}):
        raise ValueError(f"contract: {kind} has no {unknown[0]!r}")
    if missing := [name for name in _TERMS[kind] if name not in chosen]:
        raise ValueError(f"contract: {kind} needs {missing[0]}")
    try:
        _terms(chosen, True, Decimal(10))
    except (ArithmeticError, TypeError) as error:
        raise ValueError(f"contract: a number is needed ({type(error).__name__})") from None


def contract_terms(trade: Trade, price: Decimal | None) -> ContractTerms:
    """The contract that stands for the trade: its stake is the trade's quantity, account currency; `price` per unit.

    A multiplier holds the trade's stop and target as amounts; a stop beyond the stake is the stake itself, where the
    broker ends it. Rise and fall risk their stake alone. Accumulators know no stop.
    """
    stake = trade.quantity.quantize(_CENT, ROUND_DOWN)
    terms = _terms(contract_settings(trade.session), trade.direction_sign > 0, stake)
    if terms.multiplier is None:
        return terms
    stop = _amount(stake, terms.multiplier, price, trade.stop_loss)
    target = _amount(stake, terms.multiplier, price, trade.take_profit)
    return replace(terms, stop_loss=min(stop, stake) if stop is not None else None, take_profit=target)


def _terms(chosen: dict[str, object], long: bool, stake: Decimal) -> ContractTerms:
    """Without levels. Raises ValueError and decimal's errors for what is no contract."""
    kind = chosen["kind"]
    if kind == "RISE_FALL":
        return ContractTerms(
            ContractType.CALL if long else ContractType.PUT,
            stake,
            duration=int(str(chosen["duration"])),
            duration_unit=str(chosen["duration_unit"]),
        )
    if kind == "ACCUMULATOR":
        return ContractTerms(ContractType.ACCU, stake, growth_rate=Decimal(str(chosen["growth_rate"])))
    multiplier = Decimal(str(chosen["multiplier"]))
    return ContractTerms(ContractType.MULTUP if long else ContractType.MULTDOWN, stake, multiplier=multiplier)


def _amount(stake: Decimal, multiplier: Decimal, price: Decimal | None, level: Decimal | None) -> Decimal | None:
    if level is None or price is None:
        return None
    amount = Decimal(str(amount_at_level(float(stake), float(multiplier), float(price), float(level)))).quantize(_CENT)
    return amount if amount > 0 else None
