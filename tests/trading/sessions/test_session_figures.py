"""What a session's recent trades say of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.factories import make_account, make_session
from trading.models import AutoTradingSession, Trade, TradeStatus
from trading.sessions.session_figures import (
    ClosedToday,
    Streak,
    closed_today,
    day_so_far,
    losing_streaks,
    recent_returns,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)


def closed(session: AutoTradingSession, pnl: float, at: datetime, **values: Any) -> Trade:
    return Trade.objects.create(
        account=session.account, session=session, venue="sim", symbol="ABC", market_type="SPOT", direction="LONG",
        status=TradeStatus.CLOSED, quantity=2, closed_quantity=2, exit_price=100, stop_loss=90,
        exit_reason="STOP_LOSS", realized_pnl=Decimal(str(pnl)), closed_at=at,
        **{"opened_at": at, "entry_price": 100, **values},
    )  # fmt: skip


class TestClosedToday:
    def test_each_sessions_day_begins_when_its_own_does(self) -> None:
        account = make_account()
        early, late, idle = [make_session(account) for _ in range(3)]
        for session in (early, late):
            closed(session, -3, NOON - timedelta(hours=5))
            closed(session, 1, NOON)
        starts = {early.pk: NOON - timedelta(hours=6), late.pk: NOON - timedelta(hours=1), idle.pk: NOON}
        assert closed_today(starts) == {early.pk: ClosedToday(2, -2.0), late.pk: ClosedToday(1, 1.0)}

    def test_opened_before_is_not_todays(self) -> None:
        session = make_session(make_account())
        closed(session, 4, NOON, opened_at=NOON - timedelta(days=1))
        assert closed_today({session.pk: NOON}) == {session.pk: ClosedToday(0, 4.0)}

    def test_nothing_asked(self) -> None:
        assert closed_today({}) == {}

    def test_the_day_without_any_trade(self) -> None:
        day = day_so_far(NOON, [], None, 0.0, 1000.0)
        assert (day.opened, day.pnl, day.balance_at_start) == (0, 0.0, 1000.0)


class TestStreaks:
    @given(results=st.lists(st.sampled_from([-1, 0, 1]), max_size=12), limit=st.integers(1, 8))
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_the_losses_since_the_last_that_was_none(self, results: list[int], limit: int) -> None:
        session = make_session(make_account(), risk={"max_consecutive_losses": limit})
        for at, pnl in enumerate(results):
            closed(session, pnl, NOON + timedelta(minutes=at))
        losses = 0
        for pnl in results:
            losses = losses + 1 if pnl < 0 else 0
        found = losing_streaks([session])[session.pk]
        last = NOON + timedelta(minutes=len(results) - 1) if results else None
        assert found == Streak(min(losses, limit), last)

    def test_each_session_has_its_own_since_it_was_resumed(self) -> None:
        account = make_account()
        first, second = make_session(account), make_session(account, risk={"max_consecutive_losses": 3})
        for session in (first, second):
            for at in range(4):
                closed(session, -1, NOON + timedelta(minutes=at))
        second.streak_since = NOON + timedelta(minutes=2)
        found = losing_streaks([first, second])
        assert (found[first.pk].losses, found[second.pk].losses) == (4, 2)

    def test_nothing_asked(self) -> None:
        assert losing_streaks([]) == {}


class TestReturns:
    def test_of_the_notional_at_the_entry_latest_first(self) -> None:
        session = make_session(make_account())
        closed(session, 10, NOON)
        closed(session, -4, NOON + timedelta(minutes=1))
        inverse = {"inverse": True, "contract_size": 10, "quantity": 50, "closed_quantity": 50}
        Trade.objects.filter(pk=closed(session, 1, NOON + timedelta(minutes=2)).pk).update(**inverse)
        stake = {"market_type": "CONTRACT", "quantity": 8, "closed_quantity": 8}
        Trade.objects.filter(pk=closed(session, -8, NOON + timedelta(minutes=3)).pk).update(**stake)
        assert recent_returns(session.pk, 10) == pytest.approx([-1.0, 0.2, -0.02, 0.05])
        assert recent_returns(session.pk, 1) == pytest.approx([-1.0])
