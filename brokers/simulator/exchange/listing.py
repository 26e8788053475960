"""What a venue lists: an instrument's terms, and the arithmetic of its kind."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

ZERO = Decimal(0)
ONE = Decimal(1)
_PLACES = Decimal("1e-10")


class Kind(StrEnum):
    LINEAR = "LINEAR"  # a perpetual settled in its quote currency
    INVERSE = "INVERSE"  # a perpetual of so much quote currency, settled in its base currency
    SPOT = "SPOT"


@dataclass(frozen=True, slots=True)
class Listing:
    """Prices per base unit, on `tick_size`. Quantities in the venue's units, each `contract_size` base units (quote
    currency where INVERSE), in steps of `lot_size`. `depth`: units that the book gives an order in one tick.
    Rates are fractions of the notional; `band` is how far, as a fraction of the mark, a limit may cross it, 0: freely.
    """

    number: int
    symbol: str
    underlying: str
    kind: Kind
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    min_quantity: Decimal
    max_quantity: Decimal
    depth: Decimal
    contract_size: Decimal = ONE
    min_notional: Decimal = ZERO
    max_leverage: Decimal = Decimal(50)
    leverage: Decimal = Decimal(20)
    maintenance_rate: Decimal = Decimal("0.005")
    maker_rate: Decimal = Decimal("0.0002")
    taker_rate: Decimal = Decimal("0.0005")
    band: Decimal = ZERO

    @property
    def settle(self) -> str:
        """The currency of margin, profit and fees."""
        return self.base if self.kind == Kind.INVERSE else self.quote

    def notional(self, quantity: Decimal, price: Decimal) -> Decimal:
        """In settlement currency, above 0 whatever the quantity's sign."""
        size = abs(quantity) * self.contract_size
        return size / price if self.kind == Kind.INVERSE else size * price

    def profit(self, quantity: Decimal, entry: Decimal, price: Decimal) -> Decimal:
        """Of a signed quantity from `entry` to `price`, in settlement currency."""
        size = quantity * self.contract_size
        return size * (1 / entry - 1 / price) if self.kind == Kind.INVERSE else size * (price - entry)

    def average(self, held: Decimal, entry: Decimal, added: Decimal, price: Decimal) -> Decimal:
        """Entry price of `held` at `entry` with `added` at `price`, quantities of one sign."""
        total = held + added
        if self.kind == Kind.INVERSE:
            return total / (held / entry + added / price) if held else price
        return (held * entry + added * price) / total

    def floor_tick(self, price: Decimal) -> Decimal:
        return (price / self.tick_size).to_integral_value(ROUND_FLOOR) * self.tick_size

    def ceil_tick(self, price: Decimal) -> Decimal:
        return (price / self.tick_size).to_integral_value(ROUND_CEILING) * self.tick_size

    def floor_lot(self, quantity: Decimal) -> Decimal:
        return (quantity / self.lot_size).to_integral_value(ROUND_FLOOR) * self.lot_size


@dataclass(frozen=True, slots=True)
class Top:
    """Best bid and ask, last and mark price of a listing at `time` (epoch seconds)."""

    bid: Decimal
    ask: Decimal
    last: Decimal
    time: float

    @property
    def mark(self) -> Decimal:
        return self.last


def money(amount: Decimal) -> Decimal:
    """An amount as the ledger keeps it: 10 places."""
    return amount.quantize(_PLACES)
