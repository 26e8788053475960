"""What a session was told, as frozen values: limits, sizing, exit plan, schedule. Percents are 0-100, None is "none".

Stored as JSON on the session and, version by version, in its AlgorithmConfig; missing keys take the defaults here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

INTRADAY, SWING, MONTHLY, LEAPS = "INTRADAY", "SWING", "MONTHLY", "LEAPS"
DEFAULT_WEIGHTS: Mapping[str, float] = {INTRADAY: 0.3, SWING: 0.4, MONTHLY: 0.2, LEAPS: 0.1}


@dataclass(frozen=True, slots=True)
class _FromJson:
    @classmethod
    def read(cls, given: Mapping[str, Any] | None) -> Self:
        """From stored JSON, which was validated when it was written; keys that are not known are passed over."""
        names = {item.name for item in fields(cls)}
        return cls(**{name: value for name, value in (given or {}).items() if name in names})


@dataclass(frozen=True, slots=True)
class RiskLimits(_FromJson):
    """Limits of a session. Amounts in account currency; notionals are price * size * contract size, or a stake.

    Percents of equity, position and exposure are of the account's balance; a day is a calendar day in the schedule's
    time zone. `cool_down_minutes` 0: losses in a row halt the session until a person resumes it.
    """

    max_trades_per_day: int | None = None
    daily_loss_limit: float | None = None
    daily_loss_percent: float | None = None
    max_stake: float | None = None
    risk_per_trade_percent: float | None = None
    max_position_percent: float | None = None
    max_exposure_percent: float | None = None
    max_open_trades: int | None = None
    max_open_per_symbol: int | None = None
    max_drawdown_percent: float | None = None
    max_consecutive_losses: int | None = None
    cool_down_minutes: float = 0.0
    max_leverage: float | None = None
    max_correlated_percent: float | None = None
    max_spread_percent: float | None = None
    max_slippage_percent: float | None = None
    max_quote_age_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Sizing(_FromJson):
    """How large a trade is to be, before the limits cap it. One of METHODS; each reads the figures that it names.

    CONFIDENCE: account.max_position_size * confidence of the balance. FIXED: `amount` (notional). PERCENT: `percent` of
    the balance. RISK: the loss at the stop is `percent` of the balance. VOLATILITY: one ATR (of `atr_period` candles)
    against the trade loses `percent` of the balance. KELLY: the loss at the stop is `fraction` of Kelly's share from
    the session's last `sample` trades, `percent` of the balance at most and while they are fewer than `minimum`.
    """

    method: str = "CONFIDENCE"
    amount: float = 100.0
    percent: float = 1.0
    atr_period: int = 14
    fraction: float = 0.5
    sample: int = 100
    minimum: int = 20


METHODS = ("CONFIDENCE", "FIXED", "PERCENT", "RISK", "VOLATILITY", "KELLY")


@dataclass(frozen=True, slots=True)
class Trailing(_FromJson):
    """PERCENT: `value` percent of the best price; DISTANCE: price units; ATR: `value` ATRs as at the entry.

    It starts when the profit has reached `activation_percent` of the entry, and moves the stop in steps of
    `step_percent` of its distance (0: with every new best price).
    """

    kind: str = "PERCENT"
    value: float = 1.0
    activation_percent: float = 0.0
    step_percent: float = 10.0
    atr_period: int = 14


@dataclass(frozen=True, slots=True)
class BreakEven(_FromJson):
    """At `trigger_percent` profit (of the entry) the stop goes to the entry, and `offset_percent` beyond it."""

    trigger_percent: float = 1.0
    offset_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Target(_FromJson):
    """At `percent` profit (of the entry) `portion` (fraction 0-1) of the quantity is closed."""

    percent: float = 1.0
    portion: float = 1.0


@dataclass(frozen=True, slots=True)
class ExitPlan:
    """How trades are managed to their exit, besides the stop. Portions that sum to less than 1 leave the rest to the
    stop; no targets: the signal's own first one, or the session's default.
    """

    trailing: Trailing | None = None
    break_even: BreakEven | None = None
    targets: tuple[Target, ...] = ()
    time_exit_minutes: float | None = None

    @classmethod
    def read(cls, given: Mapping[str, Any] | None) -> "ExitPlan":
        given = given or {}
        return cls(
            trailing=Trailing.read(given["trailing"]) if given.get("trailing") else None,
            break_even=BreakEven.read(given["break_even"]) if given.get("break_even") else None,
            targets=tuple(Target.read(item) for item in given.get("targets") or ()),
            time_exit_minutes=given.get("time_exit_minutes"),
        )


@dataclass(frozen=True, slots=True)
class Blackout(_FromJson):
    """No entries from `start` until `end` (ISO 8601 with an offset): news, a maintenance, a holiday of one's own."""

    start: str = ""
    end: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When entries are allowed. Days are 0 (Monday) to 6, none: every day; times "HH:MM" local, an `end` at or before
    `start` is on the next day; `calendar` an exchange's code as exchange_calendars knows it ("XNYS"), "" for none.
    """

    time_zone: str = "UTC"
    days: tuple[int, ...] = ()
    start: str | None = None
    end: str | None = None
    calendar: str = ""
    blackouts: tuple[Blackout, ...] = ()

    @classmethod
    def read(cls, given: Mapping[str, Any] | None) -> "Schedule":
        given = given or {}
        return cls(
            time_zone=given.get("time_zone") or "UTC",
            days=tuple(given.get("days") or ()),
            start=given.get("start"),
            end=given.get("end"),
            calendar=given.get("calendar") or "",
            blackouts=tuple(Blackout.read(item) for item in given.get("blackouts") or ()),
        )


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """All of it. `timeframe_weights` are fractions by horizon (INTRADAY, SWING, MONTHLY, LEAPS)."""

    risk: RiskLimits = field(default_factory=RiskLimits)
    sizing: Sizing = field(default_factory=Sizing)
    exit_plan: ExitPlan = field(default_factory=ExitPlan)
    schedule: Schedule = field(default_factory=Schedule)
    timeframe_weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "SessionSettings":
        """From an AlgorithmConfig's `config`, or a mapping of the session's own JSON fields."""
        return cls(
            risk=RiskLimits.read(given.get("risk")),
            sizing=Sizing.read(given.get("sizing")),
            exit_plan=ExitPlan.read(given.get("exit_plan")),
            schedule=Schedule.read(given.get("schedule")),
            timeframe_weights={**DEFAULT_WEIGHTS, **(given.get("timeframe_weights") or {})},
        )
