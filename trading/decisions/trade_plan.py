"""The trade that a signal would become, and its size: by the session's method, held down by its limits, in whole lots.

Pure: everything that it is worked out from is in the Basis.
"""

import math
from dataclasses import dataclass, field
from typing import Any

from trading.rules import figures, quantities, sizing
from trading.rules.pnl import unit_value
from trading.sessions.session_settings import RiskLimits, Sizing


@dataclass(frozen=True, slots=True)
class Record:
    """What a session's last closed trades made: averages as fractions of their notionals, both above 0."""

    wins: int = 0
    losses: int = 0
    average_win: float = math.nan
    average_loss: float = math.nan


@dataclass(frozen=True, slots=True)
class Basis:
    """Money in account currency, prices per unit, percents 0-100; NaN where something is not known or not there.

    `stake_leverage` is a multiplier contract's multiplier, and 0 for a contract that risks its whole stake; NaN for
    what is no contract. `exposed` is the notional of the account's live trades, `correlated` the percent of balances
    that moves with the market already. `max_position_size` and `commission_rate` are fractions 0-1.
    """

    direction: int
    price: float
    stop: float
    target: float
    confidence: float
    balance: float
    max_position_size: float
    leverage: float
    commission_rate: float
    lot_size: float
    min_quantity: float = 0.0
    min_notional: float = 0.0
    max_quantity: float = 0.0
    contract_size: float = 1.0
    inverse: bool = False
    stake_leverage: float = math.nan
    risk: RiskLimits = field(default_factory=RiskLimits)
    sizing: Sizing = field(default_factory=Sizing)
    atr: float = math.nan
    record: Record = field(default_factory=Record)
    exposed: float = 0.0
    correlated: float = 0.0

    @property
    def is_contract(self) -> bool:
        return not math.isnan(self.stake_leverage)

    @property
    def value(self) -> float:
        """What one unit costs: a contract's stake is counted in money itself."""
        return 1.0 if self.is_contract else unit_value(self.inverse, self.price, self.contract_size)

    def loss_at(self, level: float) -> float:
        """What one unit loses from the price to the level, commissions included; NaN where there is no level."""
        if not self.is_contract:
            rate = self.commission_rate
            return figures.unit_risk(self.inverse, self.direction, self.price, level, self.contract_size, rate)
        return figures.stake_risk(self.stake_leverage, self.price, level) if self.stake_leverage > 0.0 else 1.0


@dataclass(frozen=True, slots=True)
class Size:
    """A quantity and what it comes to, account currency. `risk` is lost at the stop; infinite without one."""

    quantity: float = 0.0
    notional: float = 0.0
    margin: float = 0.0
    commission: float = 0.0
    risk: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Prices per unit, NaN for "none"; `confidence` is the one that counted, `atr` price per unit.

    `judged` is what the limits are asked about: the size, or where that came to nothing, the least that the market
    trades. `capped_by` names the limit that held the size down, `unsized` why the method gave none.
    """

    price: float
    stop: float
    target: float
    method: str
    confidence: float
    atr: float
    size: Size
    judged: Size
    capped_by: str = ""
    unsized: str = ""

    @property
    def quantity(self) -> float:
        return self.size.quantity

    @property
    def notional(self) -> float:
        return self.size.notional

    def as_json(self) -> dict[str, Any]:
        """As kept on the Decision; null for what is not known."""
        figures_ = {
            "price": self.price,
            "stop": self.stop,
            "target": self.target,
            "quantity": self.size.quantity,
            "notional": self.size.notional,
            "margin": self.size.margin,
            "commission": self.size.commission,
            "risk": self.size.risk,
            "confidence": self.confidence,
            "atr": self.atr,
        }
        known = {name: value if math.isfinite(value) else None for name, value in figures_.items()}
        return {**known, "method": self.method, "capped_by": self.capped_by}


def make_plan(basis: Basis) -> Plan:
    """The plan; its size is 0 where the method gives none, a limit leaves no room, or there is no price."""
    method = basis.sizing.method
    if not basis.price > 0.0:
        nothing = Size()
        return Plan(basis.price, basis.stop, basis.target, method, basis.confidence, basis.atr, nothing, nothing)
    wanted = _wanted(basis)
    quantity, capped_by = _capped(basis, wanted)
    least = least_quantity(basis)
    quantity = quantities.tradable_quantity(wanted, quantity, basis.lot_size, least)
    size = size_of(basis, quantity)
    judged = size if quantity > 0.0 else size_of(basis, least)
    return Plan(
        basis.price,
        basis.stop,
        basis.target,
        method,
        basis.confidence,
        basis.atr,
        size,
        judged,
        capped_by,
        _LACKS[method] if wanted <= 0.0 else "",
    )


def size_of(basis: Basis, quantity: float) -> Size:
    notional = quantity * basis.value
    margin = sizing.margin_required(notional, 1.0 if basis.is_contract else basis.leverage)
    each = basis.loss_at(basis.stop)
    risk = math.inf if math.isnan(each) else quantity * max(each, 0.0)
    return Size(quantity, notional, margin, notional * basis.commission_rate, risk if quantity > 0.0 else 0.0)


def least_quantity(basis: Basis) -> float:
    """The smallest order that the market takes."""
    return quantities.least_quantity(basis.lot_size, basis.min_quantity, basis.min_notional, basis.value)


# What a method lacks where it asks for nothing.
_LACKS = {
    "FIXED": "the amount buys nothing",
    "PERCENT": "the balance buys nothing",
    "RISK": "sizing by risk needs a stop",
    "VOLATILITY": "the market's ATR is not known yet",
    "KELLY": "the session's record shows no edge, or there is no stop",
    "CONFIDENCE": "the balance buys nothing at this confidence",
}


def _wanted(basis: Basis) -> float:
    """The quantity that the method asks for."""
    how, record = basis.sizing, basis.record
    if how.method == "VOLATILITY" and basis.is_contract:
        each = basis.loss_at(basis.price - basis.direction * basis.atr) if basis.atr > 0.0 else math.nan
        return sizing.risk_quantity(basis.balance, how.percent, each)
    return quantities.wanted_quantity(
        quantities.METHOD_CODES[how.method],
        basis.balance,
        basis.value,
        basis.loss_at(basis.stop),
        basis.atr,
        basis.inverse,
        basis.direction,
        basis.price,
        basis.contract_size,
        how.amount,
        how.percent,
        basis.max_position_size,
        basis.confidence,
        basis.lot_size,
        record.wins,
        record.losses,
        record.average_win,
        record.average_loss,
        how.fraction,
        how.minimum,
    )


def _capped(basis: Basis, wanted: float) -> tuple[float, str]:
    """The quantity within every limit, and the name of the limit that held it down ("" for none)."""
    rooms, max_risk, unit_risk = notional_rooms(basis), _max_risk(basis), basis.loss_at(basis.stop)
    quantity = quantities.within_limits(
        wanted,
        basis.lot_size,
        basis.value,
        basis.max_quantity,
        rooms["max_stake"],
        min(rooms["max_position_size"], rooms["max_position"]),
        rooms["total_exposure"],
        rooms["correlated_exposure"],
        unit_risk,
        max_risk,
    )
    if not quantities.is_held_down(wanted, quantity, basis.lot_size):
        return quantity, ""
    most = {name: room / basis.value for name, room in rooms.items()}
    most["risk_per_trade"] = max_risk / unit_risk if unit_risk > 0.0 else math.inf if math.isinf(max_risk) else 0.0
    most["largest_order"] = basis.max_quantity or math.inf
    return quantity, min(most, key=most.__getitem__)


def notional_rooms(basis: Basis) -> dict[str, float]:
    """By limit, the notional that it leaves to this trade; infinity where it is not set."""
    risk, balance = basis.risk, basis.balance
    return {
        "max_position_size": balance * basis.max_position_size,
        "max_stake": _or_unlimited(risk.max_stake),
        "max_position": _share(balance, risk.max_position_percent),
        "total_exposure": _share(balance, risk.max_exposure_percent) - basis.exposed,
        "correlated_exposure": _share(balance, risk.max_correlated_percent, basis.correlated),
    }


def _max_risk(basis: Basis) -> float:
    return _share(basis.balance, basis.risk.risk_per_trade_percent)


def _or_unlimited(value: float | None) -> float:
    return math.inf if value is None else value


def _share(balance: float, percent: float | None, taken: float = 0.0) -> float:
    return math.inf if percent is None else balance * (percent - taken) / 100.0
