"""Asking every gate about one signal, and putting the answers into words. The verdicts are the rule book's."""

import math
from dataclasses import dataclass
from typing import Any

from trading.rules import gates


@dataclass(frozen=True, slots=True)
class Situation:
    """What the gates look at. Money in account currency, prices per unit, fractions 0-1, ages in seconds."""

    account_enabled: bool
    session_running: bool
    session_status: str
    real_money_allowed: bool
    venue_is_the_brokers: bool
    market_type: str
    auto_trade_spot: bool
    auto_trade_futures: bool
    confidence: float
    min_confidence: float
    open_trades: int
    max_open_trades: int
    same_direction_trades: int
    opposite_trades: int
    nets_positions: bool
    quantity: float
    notional: float
    max_notional: float
    min_quantity: float
    min_notional: float
    free_balance: float
    required_balance: float
    quote_age: float
    max_quote_age: float
    seconds_to_expiry: float
    direction: int
    price: float
    stop: float
    target: float
    stop_required: bool


@dataclass(frozen=True, slots=True)
class GateResult:
    name: str
    passed: bool
    figure: float | None
    limit: float | None
    message: str

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "passed": self.passed,
            "figure": self.figure,
            "limit": self.limit,
            "message": self.message,
        }


def _result(name: str, verdict: tuple[bool, float, float], message: str) -> GateResult:
    passed, figure, limit = verdict
    return GateResult(name, bool(passed), _finite(figure), _finite(limit), message)


def _finite(value: float) -> float | None:
    """JSON has no infinity or NaN: a figure that is not known is null."""
    return float(value) if math.isfinite(value) else None


def ask_every_gate(now: Situation) -> list[GateResult]:
    """Each gate's result, in a fixed order, whatever the earlier ones said."""
    return [*_switches(now), *_signal_gates(now), *_portfolio_gates(now), *_size_gates(now), *_market_gates(now)]


def _switches(now: Situation) -> list[GateResult]:
    kind = now.market_type
    return [
        _result(
            "account_enabled",
            gates.account_enabled(now.account_enabled),
            "The account trades automatically." if now.account_enabled else "Auto-trading is off for the account.",
        ),
        _result(
            "session_running",
            gates.session_running(now.session_running),
            "The session is running." if now.session_running else f"The session is {now.session_status.lower()}.",
        ),
        _result(
            "real_money",
            gates.real_money(now.real_money_allowed),
            "The account may trade." if now.real_money_allowed else "Live trading is not switched on for the account.",
        ),
        _result(
            "own_venue",
            gates.own_venue(now.venue_is_the_brokers),
            "The session follows its account's market."
            if now.venue_is_the_brokers
            else "The session follows another market than the one its account trades at.",
        ),
        _result(
            "market_type",
            gates.market_type_allowed(gates.MARKET_TYPE_CODES[kind], now.auto_trade_spot, now.auto_trade_futures),
            f"{kind} signals are traded when their switch is on.",
        ),
    ]


def _signal_gates(now: Situation) -> list[GateResult]:
    return [
        _result(
            "min_confidence",
            gates.minimum_confidence(now.confidence, now.min_confidence),
            f"Confidence {now.confidence:.0%}; at least {now.min_confidence:.0%} is asked for.",
        ),
        _result(
            "not_expired",
            gates.not_expired(now.seconds_to_expiry),
            f"The signal expires in {now.seconds_to_expiry:.0f} s."
            if now.seconds_to_expiry > 0
            else f"The signal expired {-now.seconds_to_expiry:.0f} s ago.",
        ),
        _result(
            "stop_valid",
            gates.stop_valid(now.direction, now.price, now.stop, now.target, now.stop_required),
            _stop_message(now),
        ),
    ]


def _stop_message(now: Situation) -> str:
    if math.isnan(now.stop):
        return "The trade needs a stop." if now.stop_required else "The session lets trades run without a stop."
    side = "below" if now.direction > 0 else "above"
    return f"The stop {now.stop:g} must lie {side} the price {now.price:g}, and the target on the other side."


def _portfolio_gates(now: Situation) -> list[GateResult]:
    return [
        _result(
            "max_open_trades",
            gates.max_open_trades(now.open_trades, now.max_open_trades),
            f"{now.open_trades} trades are open; {now.max_open_trades} are allowed.",
        ),
        _result(
            "not_duplicate",
            gates.not_duplicate(now.same_direction_trades),
            "A trade in this symbol and direction is open already."
            if now.same_direction_trades
            else "No trade in this symbol and direction is open.",
        ),
        _result(
            "no_opposite",
            gates.no_opposite(now.opposite_trades, now.nets_positions),
            "A trade the other way is open, and the broker would set the two off against each other."
            if now.nets_positions and now.opposite_trades
            else "No open trade stands against it.",
        ),
    ]


def _size_gates(now: Situation) -> list[GateResult]:
    return [
        _result(
            "position_size",
            gates.position_size(now.quantity, now.notional, now.max_notional, now.min_quantity, now.min_notional),
            f"Size {now.quantity:g} ({now.notional:.2f}); at most {now.max_notional:.2f}, "
            f"at least {now.min_quantity:g} and {now.min_notional:.2f}.",
        ),
        _result(
            "free_balance",
            gates.free_balance(now.free_balance, now.required_balance),
            f"{now.free_balance:.2f} is free; {now.required_balance:.2f} is needed.",
        ),
    ]


def _market_gates(now: Situation) -> list[GateResult]:
    known = math.isfinite(now.quote_age)
    return [
        _result(
            "quote_fresh",
            gates.quote_fresh(now.quote_age, now.max_quote_age),
            f"The quote is {now.quote_age:.1f} s old; at most {now.max_quote_age:.0f} s is accepted."
            if known
            else "The market has no quote.",
        )
    ]
