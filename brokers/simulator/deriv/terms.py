"""What is asked for when a contract is priced or bought, checked against what is offered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from brokers.simulator.deriv import pricing
from brokers.simulator.deriv.errors import Refused, invalid
from brokers.simulator.deriv.money import ZERO, cents, read
from brokers.simulator.deriv.symbols import (
    GROWTH_RATES,
    MAX_PAYOUT,
    MAX_STAKE,
    MIN_LIMIT_ORDER,
    RISE_FALL,
    SYMBOLS,
    UNIT_SECONDS,
    Symbol,
    min_stake,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """A contract that is on offer. `stake` is its price, `payout` what rise and fall win (0 for others), both in
    account currency; `stop_loss` and `take_profit` amounts of it above 0; `commission` is within a multiplier's stake.
    """

    symbol: Symbol
    contract_type: str
    currency: str
    stake: Decimal
    payout: Decimal = ZERO
    duration: int | None = None
    duration_unit: str | None = None
    multiplier: Decimal | None = None
    growth_rate: Decimal | None = None
    commission: Decimal = ZERO
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None

    @property
    def is_rise_fall(self) -> bool:
        return self.contract_type in RISE_FALL

    @property
    def direction(self) -> int:
        """1 where a higher spot is better, -1 where a lower one is."""
        return 1 if self.contract_type in ("CALL", "MULTUP") else -1

    @property
    def seconds(self) -> int | None:
        """How long a rise or fall contract lasts; None where that is counted in ticks, or not at all."""
        if self.duration is None or self.duration_unit == "t":
            return None
        return self.duration * UNIT_SECONDS[self.duration_unit or "s"]

    def with_limits(self, stop_loss: Decimal | None, take_profit: Decimal | None) -> "Terms":
        """The same terms with other limit orders. Raises Refused naming the one that cannot be."""
        check_limits(self, stop_loss, take_profit)
        return replace(self, stop_loss=stop_loss, take_profit=take_profit)


def terms_of(parameters: Mapping[str, Any], symbol: str, now: float) -> Terms:
    """The terms of a proposal's (or a purchase's) parameters. Raises Refused, naming the parameter that is wrong."""
    offered = SYMBOLS.get(symbol)
    if offered is None:
        raise Refused("InvalidSymbol", f"Symbol {symbol} is invalid.", {"field": "symbol"})
    kind = parameters["contract_type"]
    if kind not in offered.contract_types:
        raise Refused("OfferingsValidationError", "Trading is not offered for this asset.", {"field": "contract_type"})
    if parameters["currency"] != "USD":
        raise Refused("InvalidCurrency", f"The provided currency {parameters['currency']} is invalid.")
    if "cancellation" in parameters:
        raise invalid("cancellation", "Deal cancellation is not available for this asset.")
    amount = read(parameters.get("amount", 0), "amount")
    orders = parameters.get("limit_order", {})
    terms = Terms(offered, kind, parameters["currency"], amount)
    if kind in RISE_FALL:
        terms = _rise_fall(terms, parameters, amount, now)
    elif kind == "ACCU":
        terms = _accumulator(terms, parameters)
    else:
        terms = _multiplier(terms, parameters)
    _check_stake(terms)
    stop, target = (
        None if orders.get(name) is None else read(orders[name], name) for name in ("stop_loss", "take_profit")
    )
    return terms.with_limits(stop, target) if stop is not None or target is not None else terms


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))


def _rise_fall(terms: Terms, parameters: Mapping[str, Any], amount: Decimal, now: float) -> Terms:
    for name in ("barrier", "barrier2", "multiplier", "growth_rate"):
        if name in parameters:
            raise invalid(name, f"The {name} parameter is not offered for this contract.")
    duration, unit = _duration(terms.symbol, parameters, now)
    if parameters.get("basis", "stake") == "payout":
        stake, payout = pricing.stake_of(amount), amount
    else:
        stake, payout = amount, pricing.payout_of(amount)
    if payout > MAX_PAYOUT:
        raise invalid("amount", f"Maximum payout allowed is {MAX_PAYOUT:,.2f}.")
    return replace(terms, stake=stake, payout=payout, duration=duration, duration_unit=unit)


def _duration(symbol: Symbol, parameters: Mapping[str, Any], now: float) -> tuple[int, str]:
    if "date_expiry" in parameters:
        duration, unit = int(parameters["date_expiry"] - now), "s"
    elif "duration" in parameters:
        duration, unit = parameters["duration"], parameters.get("duration_unit", "s")
    else:
        raise invalid("duration", "Missing required contract parameters (duration or date_expiry).")
    if unit == "s" and "s" not in symbol.durations and duration >= 60:
        duration, unit = duration // 60, "m"
    least, most = symbol.durations.get(unit, (1, 0))
    if not least <= duration <= most:
        raise Refused("OfferingsValidationError", "Trading is not offered for this duration.", {"field": "duration"})
    return duration, unit


def _multiplier(terms: Terms, parameters: Mapping[str, Any]) -> Terms:
    offered = terms.symbol.multipliers
    multiplier = parameters.get("multiplier")
    if multiplier not in offered:
        accepted = ",".join(str(item) for item in offered)
        raise invalid("multiplier", f"Multiplier is not in acceptable range. Accepts {accepted}.")
    if parameters.get("basis", "stake") != "stake":
        raise invalid("basis", "Basis must be stake for this contract.")
    factor = _decimal(multiplier)
    commission = cents(terms.stake * factor * terms.symbol.commission)
    return replace(terms, multiplier=factor, commission=commission)


def _accumulator(terms: Terms, parameters: Mapping[str, Any]) -> Terms:
    rate = _decimal(parameters.get("growth_rate", 0))
    if rate not in GROWTH_RATES:
        accepted = ", ".join(str(item) for item in GROWTH_RATES)
        raise invalid("growth_rate", f"Growth rate is not in acceptable range. Accepts {accepted}.")
    if parameters.get("basis", "stake") != "stake":
        raise invalid("basis", "Basis must be stake for this contract.")
    return replace(terms, growth_rate=rate)


def _check_stake(terms: Terms) -> None:
    least = min_stake(terms.contract_type)
    if terms.stake < least:
        raise invalid("amount", f"Please enter a stake amount that's at least {least:.2f}.")
    if not terms.is_rise_fall and terms.stake > MAX_STAKE:
        raise invalid("amount", f"Maximum stake allowed is {MAX_STAKE:.2f}.")


def check_limits(terms: Terms, stop_loss: Decimal | None, take_profit: Decimal | None) -> None:
    """Raises Refused where the contract cannot hold these limit orders."""
    if terms.is_rise_fall:
        raise invalid("limit_order", "Limit order is not offered for this contract.")
    if stop_loss is not None:
        if terms.contract_type == "ACCU":
            raise invalid("stop_loss", "Stop loss is not offered for this contract.")
        if stop_loss > terms.stake:
            raise invalid(
                "stop_loss", f"Please enter a stop loss amount that's equal to or lower than {terms.stake:.2f}."
            )
    for name, amount in (("stop_loss", stop_loss), ("take_profit", take_profit)):
        if amount is not None and amount < MIN_LIMIT_ORDER:
            readable = name.replace("_", " ")
            raise invalid(name, f"Please enter a {readable} amount that's higher than {MIN_LIMIT_ORDER}.")
        if amount is not None and amount > MAX_PAYOUT:
            raise invalid(name, f"Please enter a {name.replace('_', ' ')} amount that's lower than {MAX_PAYOUT}.")
