"""Other horizons' signals in the confidence of one."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from signals.models import SignalStatus
from tests.trading.factories import make_account, make_session, make_signal, make_user
from trading.decisions.confluence import words_on
from trading.decisions.decide import decide
from trading.decisions.listening import hears_several_horizons
from trading.market import wall_now
from trading.models import AutoTradingSession, Decision, Verdict

pytestmark = pytest.mark.django_db

Floor = SimpleNamespace
SWING: dict[str, Any] = {"timeframe": "1d", "confidence": Decimal("0.9")}


def decided(floor: Floor, **values: Any) -> Decision:
    """On a signal of 0.75 for an intraday trade."""
    return decide(make_signal(floor.owner, timeframe="5m", confidence=Decimal("0.75"), **values), floor.session.pk)


def test_a_longer_signal_the_same_way_strengthens(floor: Floor) -> None:
    make_signal(floor.owner, **SWING)
    # (0.3 * 0.75 + 0.4 * 0.9) / 0.7
    assert decided(floor).plan["confidence"] == pytest.approx(0.585 / 0.7)


def test_one_the_other_way_weakens_and_the_gate_says_so(floor: Floor) -> None:
    make_signal(floor.owner, direction="SHORT", **SWING)
    decision = decided(floor)
    assert decision.plan["confidence"] == 0.0
    said = next(item for item in decision.gates if item["name"] == "min_confidence")
    assert (said["passed"], said["figure"]) == (False, 0.0)
    assert said["message"] == (
        "Confidence is 75%, and 0% with other horizons' signals weighed in; at least 70% is asked for."
    )


def test_weights_are_the_sessions(floor: Floor) -> None:
    make_signal(floor.owner, direction="SHORT", **SWING)
    AutoTradingSession.objects.update(timeframe_weights={"SWING": 0, "INTRADAY": 1})
    assert decided(floor).plan["confidence"] == 0.75


def test_of_one_horizon_the_latest_counts(floor: Floor) -> None:
    now = wall_now()
    make_signal(floor.owner, **SWING, market_time=now - timedelta(minutes=2))
    make_signal(floor.owner, timeframe="1d", confidence=Decimal("0.6"), market_time=now - timedelta(minutes=1))
    assert decided(floor).plan["confidence"] == pytest.approx((0.3 * 0.75 + 0.4 * 0.6) / 0.7)


@pytest.mark.parametrize(
    "other",
    [
        {"symbol": "XYZ"},
        {"venue": "elsewhere"},
        {"expires_at": wall_now() - timedelta(seconds=1)},
        {"market_time": wall_now() + timedelta(hours=1)},
        {"status": SignalStatus.CANCELLED},
        {"timeframe": "1h"},  # the same horizon
        {"source": "STRATEGY", "strategy_key": "another"},
    ],
)
def test_what_is_not_heard_does_not_count(floor: Floor, other: dict[str, Any]) -> None:
    make_signal(floor.owner, **{**SWING, "direction": "SHORT", **other})
    assert decided(floor).plan["confidence"] == 0.75


def test_another_users_signals_do_not_count_and_the_houses_do(floor: Floor) -> None:
    make_signal(make_user(), **SWING)
    assert decided(floor).plan["confidence"] == 0.75
    make_signal(None, **SWING)
    assert decided(floor, symbol="ABC").plan["confidence"] > 0.75


def test_another_sessions_strategy_counts_where_its_timeframe_is_asked_for(floor: Floor) -> None:
    AutoTradingSession.objects.update(timeframes=["5m", "1d"])
    make_signal(None, **SWING, source="STRATEGY", strategy_key="of another session")
    assert decided(floor).plan["confidence"] > 0.75


def test_signals_of_any_market_count_by_symbol(floor: Floor) -> None:
    make_signal(floor.owner, **SWING, venue="")
    assert [word.horizon for word in words_on("sim", "ABC", wall_now())] == [1]


@pytest.mark.parametrize(
    ("settings", "several"),
    [
        ({}, True),
        ({"timeframes": ["1m", "1h"]}, False),
        ({"timeframes": ["1m", "4h"]}, True),
        ({"timeframes": ["4h"], "timeframe": "1d"}, False),
        ({"sources": ["STRATEGY"]}, False),
        ({"sources": ["STRATEGY", "API"]}, True),
    ],
)
def test_only_sessions_that_hear_several_horizons_ask(floor: Floor, settings: dict[str, Any], several: bool) -> None:
    session = make_session(make_account(floor.owner), **settings)
    assert hears_several_horizons(session) == several
    with CaptureQueriesContext(connection) as asked:
        decide(make_signal(floor.owner, timeframe="1m"), session.pk)
    assert any('FROM "signals_signal"' in query["sql"] for query in asked) == several


def test_a_signal_without_a_timeframe_has_the_sessions_horizon(floor: Floor) -> None:
    session = make_session(make_account(floor.owner), timeframe="1d", timeframe_weights={"INTRADAY": 0})
    assert decide(make_signal(floor.owner), session.pk).verdict == Verdict.APPROVED
