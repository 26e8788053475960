"""A contract's life: its entry, what each tick makes of it, and its end."""

from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulator.deriv import pricing
from brokers.simulator.deriv.accounts import Account
from brokers.simulator.deriv.money import ZERO, cents
from brokers.simulator.deriv.symbols import MAX_PAYOUT
from brokers.simulator.deriv.terms import Terms
from brokers.simulator.prices import STEP_SECONDS


@dataclass(frozen=True, slots=True)
class Tick:
    """`time` in epoch seconds; `volatility` is of 1-minute log returns, a fraction."""

    time: float
    spot: float
    volatility: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a contract ends: `status` is won, lost or sold, `price` what is paid, account currency."""

    status: str
    price: Decimal
    tick: Tick


@dataclass(frozen=True, slots=True)
class LimitUpdate:
    """A limit order as it was set at `time`: an amount of account currency above 0, or None when it was removed."""

    order_type: str
    amount: Decimal | None
    time: float


@dataclass(slots=True, eq=False)
class Contract:
    """`bought` is the tick that it was bought at; `entry` is that one for multipliers, the next one for others."""

    contract_id: int
    account: Account
    terms: Terms
    bought: Tick
    purchase_time: float
    buy_transaction: int
    app_id: int
    current: Tick = field(init=False)
    entry: Tick | None = None
    exit: Tick | None = None
    status: str = "open"
    sell_price: Decimal | None = None
    sell_time: float | None = None
    sell_transaction: int | None = None
    ticks_passed: int = 0
    half_width: float = 0.0
    updates: list[LimitUpdate] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.current = self.bought
        if self.terms.multiplier is not None:
            self.entry = self.bought
        if self.terms.growth_rate is not None:
            self.half_width = pricing.accumulator_half_width(self.terms.growth_rate, self.bought.volatility)

    @property
    def is_open(self) -> bool:
        return self.status == "open"

    @property
    def expiry(self) -> float | None:
        """Epoch seconds; None for contracts that are counted in ticks, or have no end."""
        seconds = self.terms.seconds
        return None if seconds is None else self.purchase_time + seconds

    @property
    def can_be_sold(self) -> bool:
        """Rise and fall by ticks never; by time once they have begun; accumulators from the first tick on."""
        if not self.is_open or self.entry is None:
            return False
        if self.terms.is_rise_fall:
            return self.expiry is not None and self.current.time < self.expiry
        return self.terms.growth_rate is None or self.ticks_passed > 0

    @property
    def bid(self) -> Decimal:
        """What it could be sold for now, account currency; what it was sold for, once it was."""
        if self.sell_price is not None:
            return self.sell_price
        terms = self.terms
        if terms.multiplier is not None:
            return terms.stake + self.multiplier_profit
        if terms.growth_rate is not None:
            return pricing.accumulated(terms.stake, terms.growth_rate, self.ticks_passed)
        entry = self.entry or self.current
        left = pricing.chance(
            terms.direction > 0, self.current.spot, entry.spot, self.current.volatility, self._seconds_left()
        )
        return pricing.rise_fall_bid(terms.payout, left)

    @property
    def multiplier_profit(self) -> Decimal:
        """A multiplier's, at the current spot, commission taken off."""
        terms = self.terms
        if terms.multiplier is None or self.entry is None:
            return ZERO
        return pricing.multiplier_profit(
            terms.direction, terms.stake, terms.multiplier, terms.commission, self.entry.spot, self.current.spot
        )

    @property
    def profit(self) -> Decimal:
        return self.bid - self.terms.stake

    def barrier_at(self, profit: Decimal) -> float | None:
        """The spot at which a multiplier's profit is `profit`."""
        terms = self.terms
        if terms.multiplier is None or self.entry is None:
            return None
        return pricing.multiplier_barrier(
            terms.direction, terms.stake, terms.multiplier, terms.commission, self.entry.spot, profit
        )

    def corridor(self, spot: float) -> tuple[float, float]:
        """An accumulator's barriers around `spot`."""
        return spot * (1 - self.half_width), spot * (1 + self.half_width)

    def _seconds_left(self) -> float:
        if self.expiry is not None:
            return max(0.0, self.expiry - self.current.time)
        return ((self.terms.duration or 0) - self.ticks_passed) * STEP_SECONDS

    def on_tick(self, tick: Tick) -> Outcome | None:
        """Take the next tick in; how the contract ends, where it does."""
        if self.terms.is_rise_fall:
            return self._rise_fall_tick(tick)
        before, self.current = self.current, tick
        if self.terms.growth_rate is not None:
            return self._accumulator_tick(tick, before, self.terms.growth_rate)
        return self._multiplier_tick(tick)

    def _rise_fall_tick(self, tick: Tick) -> Outcome | None:
        before, expiry = self.current, self.expiry
        if expiry is not None and tick.time > expiry and self.entry is not None:
            return self._settle(before)
        self.current = tick
        if self.entry is None:
            self.entry = tick
        else:
            self.ticks_passed += 1
        is_over = self.ticks_passed >= (self.terms.duration or 0) if expiry is None else tick.time >= expiry
        return self._settle(tick) if is_over else None

    def _settle(self, tick: Tick) -> Outcome:
        entry = self.entry or tick
        won = (tick.spot - entry.spot) * self.terms.direction > 0
        return Outcome("won", self.terms.payout, tick) if won else Outcome("lost", ZERO, tick)

    def _multiplier_tick(self, tick: Tick) -> Outcome | None:
        terms, profit = self.terms, self.multiplier_profit
        if profit <= -terms.stake:
            return Outcome("lost", ZERO, tick)
        if terms.stop_loss is not None and profit <= -terms.stop_loss:
            return Outcome("lost", terms.stake + profit, tick)
        if terms.take_profit is not None and profit >= terms.take_profit:
            return Outcome("won", terms.stake + profit, tick)
        return None

    def _accumulator_tick(self, tick: Tick, before: Tick, growth_rate: Decimal) -> Outcome | None:
        if self.entry is None:
            self.entry = tick
            return None
        low, high = self.corridor(before.spot)
        if not low < tick.spot < high:
            return Outcome("lost", ZERO, tick)
        self.ticks_passed += 1
        value = min(self.bid, MAX_PAYOUT)
        is_full = value >= MAX_PAYOUT or self.ticks_passed >= pricing.accumulator_ticks(growth_rate)
        target = self.terms.take_profit
        if is_full or (target is not None and value - self.terms.stake >= target):
            return Outcome("won", cents(value), tick)
        return None

    def close(self, outcome: Outcome, transaction: int, time: float) -> None:
        self.status, self.sell_price, self.exit = outcome.status, outcome.price, outcome.tick
        self.sell_transaction, self.sell_time = transaction, time
