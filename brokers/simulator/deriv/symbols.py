"""What the Deriv desk trades: symbols, the contracts offered on each, and their limits."""

from dataclasses import dataclass, field
from decimal import Decimal

RISE_FALL = ("CALL", "PUT")
MULTIPLIERS = ("MULTUP", "MULTDOWN")
ACCUMULATORS = ("ACCU",)
GROWTH_RATES = tuple(Decimal(rate) for rate in ("0.01", "0.02", "0.03", "0.04", "0.05"))

MIN_STAKE = {"CALL": Decimal("0.35"), "PUT": Decimal("0.35")}
LEAST_STAKE = Decimal(1)  # of multipliers and accumulators
MAX_STAKE = Decimal(2000)
MAX_PAYOUT = Decimal(50_000)
MIN_LIMIT_ORDER = Decimal("0.10")

UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SYNTHETIC_DURATIONS = {"t": (1, 10), "s": (15, 86_400), "m": (1, 1440), "h": (1, 24), "d": (1, 365)}
_FOREX_DURATIONS = {"t": (5, 10), "m": (15, 1440), "h": (1, 24), "d": (1, 365)}


@dataclass(frozen=True, slots=True)
class Symbol:
    """`pip` is the least price step; `durations` the least and most of each unit; `commission` a fraction of the
    multiplied stake, taken when a multiplier is bought.
    """

    code: str
    name: str
    market: str
    submarket: str
    subgroup: str
    kind: str
    pip: float
    contract_types: tuple[str, ...]
    multipliers: tuple[int, ...] = ()
    durations: dict[str, tuple[int, int]] = field(default_factory=dict)
    commission: Decimal = Decimal("0.0002")

    @property
    def decimals(self) -> int:
        """Places that prices are shown with."""
        return len(f"{self.pip:.10f}".rstrip("0").partition(".")[2])


_ALL = RISE_FALL + MULTIPLIERS + ACCUMULATORS


def _synthetic(code: str, name: str, submarket: str, pip: float, multipliers: tuple[int, ...]) -> Symbol:
    return Symbol(
        code, name, "synthetic_index", submarket, "synthetics", "stockindex", pip, _ALL, multipliers,
        _SYNTHETIC_DURATIONS,
    )  # fmt: skip


def _jumpy(code: str, name: str) -> Symbol:
    return Symbol(
        code, name, "synthetic_index", "crash_index", "synthetics", "stockindex", 0.001, MULTIPLIERS + ACCUMULATORS,
        (100, 200, 300, 400, 500),
    )  # fmt: skip


SYMBOLS: dict[str, Symbol] = {
    item.code: item
    for item in (
        _synthetic("R_10", "Volatility 10 Index", "random_index", 0.001, (400, 1000, 2000, 3000, 4000)),
        _synthetic("R_100", "Volatility 100 Index", "random_index", 0.01, (40, 100, 200, 300, 400)),
        _synthetic("1HZ100V", "Volatility 100 (1s) Index", "random_index", 0.01, (40, 100, 200, 300, 400)),
        _jumpy("BOOM500", "Boom 500 Index"),
        _jumpy("CRASH500", "Crash 500 Index"),
        Symbol(
            "frxEURUSD", "EUR/USD", "forex", "major_pairs", "none", "forex", 0.00001, RISE_FALL + MULTIPLIERS,
            (100, 200, 300, 500, 800), _FOREX_DURATIONS, Decimal("0.00005"),
        ),
        Symbol(
            "cryBTCUSD", "BTC/USD", "cryptocurrency", "non_stable_coin", "none", "cryptocurrency", 0.001, MULTIPLIERS,
            (50, 100, 200, 300, 400), {}, Decimal("0.0003"),
        ),
    )
}  # fmt: skip


def min_stake(contract_type: str) -> Decimal:
    return MIN_STAKE.get(contract_type, LEAST_STAKE)
