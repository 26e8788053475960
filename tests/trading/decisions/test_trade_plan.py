"""Sizes by every method within every limit, whatever the figures."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.rules.rounding import step_count
from trading.decisions.trade_plan import Basis, Plan, Record, least_quantity, make_plan
from trading.sessions.session_settings import METHODS, RiskLimits, Sizing

TOLERANCE = 1e-8

positive = st.floats(1e-3, 1e6)
percents = st.floats(0.01, 300.0)


def maybe(values: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.none() | values


limits = st.builds(
    RiskLimits,
    max_stake=maybe(positive),
    risk_per_trade_percent=maybe(percents),
    max_position_percent=maybe(percents),
    max_exposure_percent=maybe(percents),
    max_correlated_percent=maybe(percents),
)
methods = st.builds(
    Sizing, method=st.sampled_from(METHODS), amount=positive, percent=percents, fraction=st.floats(0.0, 1.0),
    minimum=st.integers(0, 30),
)  # fmt: skip
records = st.builds(
    Record, wins=st.integers(0, 50), losses=st.integers(0, 50), average_win=st.floats(1e-4, 1.0),
    average_loss=st.floats(1e-4, 1.0),
)  # fmt: skip


@st.composite
def bases(draw: st.DrawFn) -> Basis:
    price, direction = draw(st.floats(1e-2, 1e5)), draw(st.sampled_from([1, -1]))
    away = draw(st.floats(-0.5, 0.9))
    kind: dict[str, Any] = draw(
        st.sampled_from(
            [{}, {"inverse": True, "contract_size": 10.0}, {"stake_leverage": 100.0}, {"stake_leverage": 0.0}]
        )
    )
    return Basis(
        direction=direction,
        price=price,
        stop=draw(st.sampled_from([math.nan, price * (1.0 - direction * away)])),
        target=math.nan,
        confidence=draw(st.floats(0.0, 1.0)),
        balance=draw(st.floats(0.0, 1e7)),
        max_position_size=draw(st.floats(1e-4, 1.0)),
        leverage=draw(st.floats(1.0, 50.0)),
        commission_rate=draw(st.floats(0.0, 0.01)),
        lot_size=draw(st.sampled_from([1e-8, 1e-3, 0.01, 1.0])),
        min_quantity=draw(st.sampled_from([0.0, 0.01, 1.0])),
        min_notional=draw(st.sampled_from([0.0, 1.0, 100.0])),
        max_quantity=draw(st.sampled_from([0.0, 5.0])),
        risk=draw(limits),
        sizing=draw(methods),
        atr=draw(st.sampled_from([math.nan, 0.0, price / 50.0])),
        record=draw(records),
        exposed=draw(st.floats(0.0, 1e6)),
        correlated=draw(st.floats(0.0, 500.0)),
        **kind,
    )


def share(basis: Basis, percent: float | None) -> float:
    return math.inf if percent is None else basis.balance * percent / 100.0


def within(figure: float, limit: float) -> bool:
    return figure <= limit * (1.0 + TOLERANCE) + 1e-9


@given(bases())
def test_no_size_is_above_any_limit(basis: Basis) -> None:
    plan = make_plan(basis)
    assert plan.quantity >= 0.0
    steps = step_count(plan.quantity, basis.lot_size)
    assert steps == pytest.approx(round(steps), abs=1e-6, rel=1e-12)
    if plan.quantity == 0.0:
        return
    risk = basis.risk
    assert within(plan.notional, basis.balance * basis.max_position_size)
    assert within(plan.notional, math.inf if risk.max_stake is None else risk.max_stake)
    assert within(plan.notional, share(basis, risk.max_position_percent))
    assert within(plan.notional + basis.exposed, share(basis, risk.max_exposure_percent))
    assert within(plan.size.risk, share(basis, risk.risk_per_trade_percent))
    assert within(plan.quantity, basis.max_quantity or math.inf)
    if risk.max_correlated_percent is not None:
        assert within(100.0 * plan.notional / basis.balance + basis.correlated, risk.max_correlated_percent)


@given(
    bases(), st.sampled_from(["max_stake", "max_position_percent", "max_exposure_percent", "risk_per_trade_percent"])
)
def test_a_looser_limit_never_makes_it_smaller(basis: Basis, name: str) -> None:
    tight = getattr(basis.risk, name)
    if tight is None:
        return
    looser = replace(basis, risk=replace(basis.risk, **{name: tight * 2.0}))
    assert make_plan(looser).quantity >= make_plan(basis).quantity


@given(bases())
def test_the_plan_can_be_kept(basis: Basis) -> None:
    """As JSON: no NaN, no infinity; and what the limits are asked about is the size, or the least that there is."""
    plan = make_plan(basis)
    kept = plan.as_json()
    assert all(value is None or isinstance(value, str) or math.isfinite(value) for value in kept.values())
    judged = plan.judged.quantity
    assert judged == plan.quantity > 0.0 or judged == pytest.approx(least_quantity(basis))


@given(bases(), st.sampled_from(["price", "stop", "confidence", "balance", "atr"]))
def test_what_is_not_known_gives_no_nonsense(basis: Basis, name: str) -> None:
    plan: Plan = make_plan(replace(basis, **{name: math.nan}))
    assert plan.quantity >= 0.0
    assert not math.isnan(plan.notional)
    if name in ("price", "balance"):
        assert plan.quantity == 0.0


@given(bases())
def test_the_least_order_is_whole_lots_and_enough(basis: Basis) -> None:
    least = least_quantity(basis)
    assert least >= max(basis.lot_size, basis.min_quantity) * (1.0 - TOLERANCE)
    assert least * basis.value >= basis.min_notional * (1.0 - 1e-6)
    steps = step_count(least, basis.lot_size)
    assert steps == pytest.approx(round(steps), abs=1e-6, rel=1e-12)
