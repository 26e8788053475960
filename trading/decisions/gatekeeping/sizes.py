"""Whether the trade's size keeps every limit. A size that the limits cut to nothing is judged by the least that the
market trades, so that the limit in the way says so.
"""

import math

from trading.decisions.gatekeeping.result import GateResult, bounded, limit_of, money, percent, result
from trading.decisions.situation import Exposure, Situation
from trading.decisions.trade_plan import Plan
from trading.rules import gates
from trading.sessions.session_settings import RiskLimits


def ask(now: Situation) -> list[GateResult]:
    return [
        *_size(now.exposure, now.plan, now.risk, now.currency),
        *_exposure(now.exposure, now.plan, now.risk),
        *_means(now.exposure, now.plan, now.currency),
    ]


def _size(now: Exposure, plan: Plan, limits: RiskLimits, currency: str) -> list[GateResult]:
    stake, risk = limit_of(limits.max_stake), limit_of(limits.risk_per_trade_percent)
    put_in = f"{_this(plan)} puts in {money(plan.judged.notional, currency)}"
    return [
        result(
            "position_size",
            gates.position_size(plan.quantity, plan.notional, now.max_notional, now.min_quantity, now.min_notional),
            _position(now, plan, currency),
        ),
        result(
            "max_stake",
            gates.max_stake(plan.judged.notional, stake),
            bounded(put_in, stake, money(stake, currency)),
        ),
        result(
            "risk_per_trade",
            gates.risk_per_trade(now.risk_percent, risk),
            bounded(_risk(now, plan), risk, percent(risk)),
        ),
    ]


def _this(plan: Plan) -> str:
    return "The trade" if plan.quantity > 0.0 or math.isnan(plan.price) else "The smallest order"


def _position(now: Exposure, plan: Plan, currency: str) -> str:
    if plan.unsized:
        return f"There is no size: {plan.unsized}."
    held = f", held down by the limit {plan.capped_by.replace('_', ' ')}" if plan.capped_by else ""
    return (
        f"The size is {plan.quantity:g} ({money(plan.notional, currency)}){held}; at most "
        f"{money(now.max_notional, currency)}, at least {now.min_quantity:g} and {money(now.min_notional, currency)}."
    )


def _risk(now: Exposure, plan: Plan) -> str:
    if math.isinf(now.risk_percent):
        return "Without a stop the loss has no bound"
    return f"{_this(plan)} risks {percent(now.risk_percent)} of the balance"


def _exposure(now: Exposure, plan: Plan, limits: RiskLimits) -> list[GateResult]:
    position, total = limit_of(limits.max_position_percent), limit_of(limits.max_exposure_percent)
    alike = limit_of(limits.max_correlated_percent)
    in_market = f"With it the account has {percent(now.total_percent)} of its balance in the market"
    together = f"With it {percent(now.correlated_percent)} of the balance moves alike across your accounts"
    return [
        result(
            "max_position",
            gates.max_position(now.position_percent, position),
            bounded(f"{_this(plan)} is {percent(now.position_percent)} of the balance", position, percent(position)),
        ),
        result(
            "total_exposure", gates.total_exposure(now.total_percent, total), bounded(in_market, total, percent(total))
        ),
        result(
            "correlated_exposure",
            gates.correlated_exposure(now.correlated_percent, alike),
            bounded(together, alike, percent(alike), "Exposure across your accounts is not limited."),
        ),
    ]


def _means(now: Exposure, plan: Plan, currency: str) -> list[GateResult]:
    needed = plan.judged.margin + plan.judged.commission
    return [
        result(
            "leverage",
            gates.leverage(now.leverage, now.max_leverage),
            f"The leverage is {now.leverage:g}; the limit is {now.max_leverage:g}.",
        ),
        result(
            "free_balance",
            gates.free_balance(now.free_balance, needed),
            f"{money(now.free_balance, currency)} is free; {money(needed, currency)} is needed.",
        ),
    ]
