"""The figures that the gates look at, for one session and the trade that a signal would become.

Money in account currency, prices per unit, percents 0-100, confidences and weights fractions 0-1, ages and times in
seconds. NaN stands for what is not known, or not worked out because no limit asks for it.
"""

from dataclasses import dataclass

from trading.decisions.trade_plan import Plan
from trading.sessions.session_settings import RiskLimits


@dataclass(frozen=True, slots=True)
class Switches:
    """`kill_switch` is the reason that was given when it was engaged, None where it is not."""

    kill_switch: str | None
    account_enabled: bool
    session_status: str
    halted_by: str
    real_money_allowed: bool
    venue_is_the_brokers: bool
    broker_state: str
    broker_healthy: bool
    market_type: str
    auto_trade_spot: bool
    auto_trade_futures: bool


@dataclass(frozen=True, slots=True)
class Hours:
    """`blackout` is the reason of the window that is on, None outside of any."""

    schedule_open: bool
    local_time: str
    calendar: str
    calendar_open: bool
    blackout: str | None


@dataclass(frozen=True, slots=True)
class SignalState:
    horizon: str
    horizon_weight: float
    confidence: float  # its own; the plan's is the one that counts
    min_confidence: float
    seconds_to_expiry: float
    direction: int
    stop_required: bool


@dataclass(frozen=True, slots=True)
class MarketState:
    """`slippage_percent`: how far the price has moved against the signal's entry."""

    quote_age: float
    max_quote_age: float
    spread_percent: float
    slippage_percent: float


@dataclass(frozen=True, slots=True)
class Book:
    """Live trades: of the account, of the session, of the session in the symbol, of the account both ways."""

    open_trades: int
    max_open_trades: int
    session_trades: int
    symbol_trades: int
    same_direction: int
    opposite: int
    nets_positions: bool


@dataclass(frozen=True, slots=True)
class Results:
    """The session's day, its losses in a row, and how far the account's equity is below its peak."""

    trades_today: float
    loss_today: float
    loss_today_percent: float
    drawdown_percent: float
    losses_in_a_row: float
    cool_down_left: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the trade would come to: percents are of the account's balance, with this trade included."""

    max_notional: float
    min_quantity: float
    min_notional: float
    risk_percent: float
    position_percent: float
    total_percent: float
    correlated_percent: float
    leverage: float
    max_leverage: float
    free_balance: float


@dataclass(frozen=True, slots=True)
class Situation:
    switches: Switches
    hours: Hours
    signal: SignalState
    market: MarketState
    book: Book
    results: Results
    exposure: Exposure
    plan: Plan
    risk: RiskLimits
    currency: str
