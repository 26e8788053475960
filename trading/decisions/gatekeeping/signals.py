"""Whether the signal is good enough, and the market in a state to act on it."""

import math

from trading.decisions.gatekeeping.result import GateResult, bounded, limit_of, percent, result, seconds, switch
from trading.decisions.situation import MarketState, SignalState, Situation
from trading.decisions.trade_plan import Plan
from trading.rules import gates
from trading.sessions.session_settings import RiskLimits


def ask(now: Situation) -> list[GateResult]:
    return [*_signal(now.signal, now.plan), *_market(now.market, now.risk)]


def _signal(now: SignalState, plan: Plan) -> list[GateResult]:
    return [
        switch(
            "timeframe_weight",
            gates.timeframe_weight(now.horizon_weight),
            f"{now.horizon} signals weigh {now.horizon_weight:g} in the session.",
            f"The session gives {now.horizon} signals no weight.",
        ),
        result(
            "min_confidence",
            gates.minimum_confidence(plan.confidence, now.min_confidence),
            f"{_confidence(now, plan)}; at least {now.min_confidence:.0%} is asked for.",
        ),
        switch(
            "not_expired",
            gates.not_expired(now.seconds_to_expiry),
            f"The signal expires in {seconds(now.seconds_to_expiry)}.",
            f"The signal expired {seconds(-now.seconds_to_expiry)} ago.",
        ),
        result(
            "stop_valid",
            gates.stop_valid(now.direction, plan.price, plan.stop, plan.target, now.stop_required),
            _stop(now, plan),
        ),
    ]


def _confidence(now: SignalState, plan: Plan) -> str:
    if plan.confidence == now.confidence:
        return f"Confidence is {now.confidence:.0%}"
    return f"Confidence is {now.confidence:.0%}, and {plan.confidence:.0%} with other horizons' signals weighed in"


def _stop(now: SignalState, plan: Plan) -> str:
    if math.isnan(plan.price):
        return "There is no price to hold a stop against."
    if math.isnan(plan.stop):
        return "The trade needs a stop." if now.stop_required else "The session lets trades run without a stop."
    side = "below" if now.direction > 0 else "above"
    return f"The stop {plan.stop:g} must lie {side} the price {plan.price:g}, and the target on the other side."


def _market(now: MarketState, risk: RiskLimits) -> list[GateResult]:
    spread, slippage = limit_of(risk.max_spread_percent), limit_of(risk.max_slippage_percent)
    return [
        result("quote_fresh", gates.quote_fresh(now.quote_age, now.max_quote_age), _age(now)),
        result(
            "spread",
            gates.spread(now.spread_percent, spread),
            bounded(f"The spread is {percent(now.spread_percent)} of the price", spread, percent(spread)),
        ),
        result(
            "slippage",
            gates.slippage(now.slippage_percent, slippage),
            bounded(_moved(now.slippage_percent), slippage, percent(slippage)),
        ),
    ]


def _moved(slippage: float) -> str:
    way = "in favor of" if slippage < 0.0 else "against"
    return f"The price has moved {percent(abs(slippage))} {way} the signal's entry"


def _age(now: MarketState) -> str:
    if not math.isfinite(now.quote_age):
        return "The market has no quote."
    return f"The quote is {now.quote_age:.1f} s old; at most {now.max_quote_age:g} s is accepted."
