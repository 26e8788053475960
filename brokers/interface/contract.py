"""Contracts (Deriv): bought for a stake, not held as a quantity of something."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ContractType(StrEnum):
    """Deriv's names: rise and fall, multipliers up and down, accumulators."""

    CALL = "CALL"
    PUT = "PUT"
    MULTUP = "MULTUP"
    MULTDOWN = "MULTDOWN"
    ACCU = "ACCU"


MULTIPLIERS = frozenset({ContractType.MULTUP, ContractType.MULTDOWN})
_DURATION_UNITS = frozenset({"t", "s", "m", "h", "d"})


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What to buy: `stake` in account currency; `multiplier` for multipliers; `duration` and `duration_unit` (t ticks,
    s, m, h, d) for rise and fall; `growth_rate` (fraction a tick) for accumulators; `stop_loss` and `take_profit` as
    amounts of account currency (multipliers; accumulators take the latter alone).

    Raises ValueError naming a term that is missing, out of range, or not this contract's.
    """

    contract_type: ContractType
    stake: Decimal
    multiplier: Decimal | None = None
    duration: int | None = None
    duration_unit: str | None = None
    growth_rate: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None

    def __post_init__(self) -> None:
        for name in ("stake", "multiplier", "duration", "stop_loss", "take_profit"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name}: must be above 0, not {value}")
        expires = self.contract_type in (ContractType.CALL, ContractType.PUT)
        if expires != (self.duration is not None) or expires != (self.duration_unit is not None):
            raise ValueError("duration: rise and fall contracts need it with its unit, others have none")
        if self.duration_unit is not None and self.duration_unit not in _DURATION_UNITS:
            raise ValueError(f"duration_unit: one of t, s, m, h, d, not {self.duration_unit!r}")
        if (self.contract_type in MULTIPLIERS) != (self.multiplier is not None):
            raise ValueError("multiplier: multiplier contracts need it, others have none")
        if (self.contract_type == ContractType.ACCU) != (self.growth_rate is not None):
            raise ValueError("growth_rate: accumulators need it, others have none")
        if self.growth_rate is not None and not Decimal("0.01") <= self.growth_rate <= Decimal("0.05"):
            raise ValueError(f"growth_rate: a fraction from 0.01 to 0.05, not {self.growth_rate}")
        if self.stop_loss is not None and self.contract_type not in MULTIPLIERS:
            raise ValueError("stop_loss: only multiplier contracts hold one")
        if self.take_profit is not None and expires:
            raise ValueError("take_profit: rise and fall contracts hold none")


class ContractStatus(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    SOLD = "sold"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ContractState:
    """A contract as its broker last told it. Amounts in account currency, spots are prices, times epoch seconds."""

    contract_id: str
    symbol: str
    contract_type: str
    status: ContractStatus
    buy_price: Decimal
    payout: Decimal | None
    bid_price: Decimal | None
    sell_price: Decimal | None
    profit: Decimal | None
    multiplier: Decimal | None
    entry_spot: Decimal | None
    exit_spot: Decimal | None
    current_spot: Decimal | None
    purchase_time: float
    expiry_time: float | None
    sell_time: float | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    is_valid_to_sell: bool

    @property
    def is_settled(self) -> bool:
        return self.status != ContractStatus.OPEN
