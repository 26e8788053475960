"""The watch over limits: who is halted by what and until when, who is told, and what it costs to look."""

import importlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.clients import open_trade
from tests.trading.factories import make_account, make_session, make_user, publish_quote
from trading.accounts import paper
from trading.market import REPLAY_PREFIX, wall_now
from trading.models import (
    Alert,
    AlertKind,
    AutoTradingSession,
    Event,
    KillSwitch,
    SessionStatus,
    Trade,
    TradeStatus,
)
from trading.sessions import limits, sessions

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def closed(session: AutoTradingSession, pnl: str, at: datetime, count: int = 1) -> None:
    """Trades of the session that ended at `at`, a second apart. The balance is left alone."""
    Trade.objects.bulk_create(
        Trade(
            account=session.account, session=session, venue=session.venue, symbol="ABC", market_type="SPOT",
            direction="LONG", quantity=1, closed_quantity=1, entry_price=100, exit_price=100, exit_reason="MANUAL",
            status=TradeStatus.CLOSED, realized_pnl=Decimal(pnl), opened_at=at - timedelta(minutes=1),
            closed_at=at + timedelta(seconds=number), closed_wall=at,
        )
        for number in range(count)
    )  # fmt: skip


def check(session: AutoTradingSession, now: datetime | None = None) -> AutoTradingSession:
    limits.check_limits(account_id=session.account_id, now=now)
    session.refresh_from_db()
    return session


def halted(session: AutoTradingSession) -> tuple[str, datetime | None]:
    return session.halted_by, session.halted_until


class TestWhatHalts:
    def told(self, floor: SimpleNamespace, **risk: Any) -> AutoTradingSession:
        session: AutoTradingSession = make_session(floor.account, risk=risk)
        return session

    def test_a_day_of_losses_until_midnight_where_the_session_lives(self, floor: SimpleNamespace) -> None:
        session = make_session(floor.account, risk={"daily_loss_limit": 50.0}, schedule={"time_zone": "Asia/Tokyo"})
        closed(session, "-49.99", NOON)
        assert check(session, NOON).status == SessionStatus.RUNNING
        closed(session, "-0.01", NOON + timedelta(minutes=1))
        check(session, NOON + timedelta(minutes=2))
        assert halted(session) == ("daily_loss_limit", datetime(2026, 3, 10, 15, 0, tzinfo=UTC))
        assert session.status_reason == "The loss of today is $50.00; the limit is $50.00."
        assert session.halted_at is not None

    def test_yesterday_does_not_count(self, floor: SimpleNamespace) -> None:
        session = make_session(floor.account, risk={"daily_loss_limit": 50.0}, schedule={"time_zone": "Asia/Tokyo"})
        closed(session, "-60", datetime(2026, 3, 9, 14, 59, 59, tzinfo=UTC))
        assert check(session, NOON).status == SessionStatus.RUNNING
        closed(session, "-60", datetime(2026, 3, 9, 15, 0, 0, tzinfo=UTC))
        assert check(session, NOON).status == SessionStatus.HALTED

    def test_a_share_of_the_balance_that_the_day_began_with(self, floor: SimpleNamespace) -> None:
        session = self.told(floor, daily_loss_percent=10.0)
        closed(session, "-99", NOON)  # the balance is 1000 now, and was 1099
        assert check(session, NOON).status == SessionStatus.RUNNING
        closed(session, "-12.2", NOON)  # 111.2 of 1111.2
        assert check(session, NOON).halted_by == "daily_loss_percent"

    def test_before_a_reset_does_not_count(self, floor: SimpleNamespace) -> None:
        session = self.told(floor, daily_loss_limit=50.0)
        closed(session, "-60", wall_now())
        paper.reset(floor.account.pk)
        assert check(session).status == SessionStatus.RUNNING
        closed(session, "-60", wall_now())
        assert check(session).status == SessionStatus.HALTED

    def test_open_losses_count_too(self, floor: SimpleNamespace) -> None:
        session = floor.session
        sessions.update_session(session_id=session.pk, changes={"risk": {"daily_loss_limit": 4.0}})
        open_trade(floor)  # 0.8 at 100.01
        publish_quote(95.1)
        assert check(session).status == SessionStatus.RUNNING
        publish_quote(95.0)
        assert check(session).halted_by == "daily_loss_limit"

    def test_losses_in_a_row_for_the_cool_down(self, floor: SimpleNamespace) -> None:
        session = self.told(floor, max_consecutive_losses=3, cool_down_minutes=30.0)
        closed(session, "5", NOON)
        closed(session, "-1", NOON + timedelta(minutes=1), count=2)
        assert check(session, NOON + timedelta(minutes=2)).status == SessionStatus.RUNNING
        closed(session, "-1", NOON + timedelta(minutes=3))
        now = NOON + timedelta(minutes=4)
        check(session, now)
        assert halted(session) == ("max_consecutive_losses", now + timedelta(minutes=30))

    def test_without_a_cool_down_a_person_resumes(self, floor: SimpleNamespace) -> None:
        session = self.told(floor, max_consecutive_losses=1)
        closed(session, "-1", NOON)
        assert halted(check(session, NOON)) == ("max_consecutive_losses", None)

    def test_a_trade_without_loss_ends_the_row(self, floor: SimpleNamespace) -> None:
        session = self.told(floor, max_consecutive_losses=2)
        for minute, pnl in enumerate(["-1", "0", "-1"]):
            closed(session, pnl, NOON + timedelta(minutes=minute))
        assert check(session, NOON + timedelta(hours=1)).status == SessionStatus.RUNNING

    def test_a_fall_from_the_peak_until_a_person_resumes(self, floor: SimpleNamespace) -> None:
        session = self.told(floor, max_drawdown_percent=10.0)
        AutoTradingSession.objects.filter(pk=session.pk).update(peak_equity=Decimal("1111.12"))
        check(session)
        assert halted(session) == ("max_drawdown_percent", None)
        told = Event.objects.get(type="drawdown_limit").payload
        assert told["session"] == session.pk
        assert told["message"] == session.status_reason == "Equity is 10 % below its peak; the limit is 10 %."
        assert (told["equity"], told["peak_equity"]) == (1000.0, 1111.12)

    def test_the_limit_that_holds_longest_is_named(self, floor: SimpleNamespace) -> None:
        session = self.told(floor, daily_loss_limit=1.0, max_consecutive_losses=1, cool_down_minutes=30.0)
        closed(session, "-1", NOON)
        assert check(session, NOON).halted_by == "daily_loss_limit"
        late = make_session(floor.account, risk=session.risk)
        closed(late, "-1", NOON + timedelta(hours=11, minutes=40))
        assert check(late, NOON + timedelta(hours=11, minutes=45)).halted_by == "max_consecutive_losses"

    def test_it_is_told_once(self, floor: SimpleNamespace) -> None:
        session = self.told(floor, max_consecutive_losses=1)
        closed(session, "-1", NOON)
        check(session, NOON)
        seen = Event.objects.count()
        check(session, NOON)
        assert Event.objects.count() == seen
        alert = Alert.objects.get(kind=AlertKind.HALTED)
        assert (alert.code, alert.session_id) == ("halted_max_consecutive_losses", session.pk)
        audit = Event.objects.get(type="audit").payload
        assert (audit["action"], audit["actor"]) == ("session.halted", None)
        assert audit["after"]["halted_by"] == "max_consecutive_losses"

    @pytest.mark.parametrize("status", ["STOPPED", "PAUSED"])
    def test_only_what_runs_is_halted(self, floor: SimpleNamespace, status: str) -> None:
        session = self.told(floor, max_consecutive_losses=1)
        AutoTradingSession.objects.filter(pk=session.pk).update(status=status)
        closed(session, "-1", NOON)
        assert check(session, NOON).status == status

    def test_each_session_by_its_own_results(self, floor: SimpleNamespace) -> None:
        losing, winning = (self.told(floor, daily_loss_limit=10.0, max_consecutive_losses=1) for _ in range(2))
        closed(losing, "-20", NOON)
        closed(winning, "1", NOON)
        assert limits.check_limits(account_id=floor.account.pk, now=NOON) == [losing.pk]


class TestAReplay:
    def test_is_left_to_itself(self, floor: SimpleNamespace) -> None:
        venue = f"{REPLAY_PREFIX}1"
        session = make_session(floor.account, venue=venue, risk={"max_consecutive_losses": 1, "cool_down_minutes": 5.0})
        closed(session, "-1", NOON)
        assert limits.check_limits(account_id=floor.account.pk) == []
        assert limits.watch_sessions()["halted"] == 0
        assert limits.check_limits(account_id=floor.account.pk, now=NOON, venue=venue) == [session.pk]
        assert limits.watch_sessions()["resumed"] == 0, "its cool-down is over in its own time"
        assert limits.resume_due(now=NOON + timedelta(minutes=4), venue=venue) == []
        assert limits.resume_due(now=NOON + timedelta(minutes=5), venue=venue) == [session.pk]


class TestResuming:
    @pytest.fixture
    def cooling(self, floor: SimpleNamespace) -> AutoTradingSession:
        session = make_session(floor.account, risk={"max_consecutive_losses": 1, "cool_down_minutes": 30.0})
        closed(session, "-1", wall_now())
        return check(session)

    def test_by_itself_when_the_time_has_come(self, cooling: AutoTradingSession) -> None:
        until = cooling.halted_until
        assert until is not None
        assert limits.resume_due(now=until - timedelta(seconds=1)) == []
        assert limits.resume_due(now=until) == [cooling.pk]
        assert limits.resume_due(now=until) == []
        cooling.refresh_from_db()
        assert (cooling.status, cooling.halted_by, cooling.status_reason) == ("RUNNING", "", "")
        assert Alert.objects.filter(kind=AlertKind.RESUMED).count() == 1
        assert check(cooling).status == SessionStatus.RUNNING, "the losses before count no more"

    def test_a_restart_in_between_changes_nothing(self, cooling: AutoTradingSession) -> None:
        """What the watch knows is in the database: fresh code finds the halt, its end and nothing before it."""
        until = cooling.halted_until
        assert until is not None
        fresh = importlib.reload(limits)
        assert fresh.watch_sessions(until - timedelta(seconds=1)) == {"resumed": 0, "halted": 0, "killed": 0}
        fresh = importlib.reload(limits)
        assert fresh.watch_sessions(until) == {"resumed": 1, "halted": 0, "killed": 0}
        cooling.refresh_from_db()
        assert (cooling.status, cooling.streak_since is not None) == ("RUNNING", True)

    def test_a_fall_is_not_forgiven_by_waiting(self, cooling: AutoTradingSession) -> None:
        AutoTradingSession.objects.filter(pk=cooling.pk).update(peak_equity=Decimal(5000))
        limits.resume_due(now=wall_now() + timedelta(hours=1))
        cooling.refresh_from_db()
        assert cooling.peak_equity == 5000
        AutoTradingSession.objects.filter(pk=cooling.pk).update(status="PAUSED")
        sessions.resume(session_id=cooling.pk)
        cooling.refresh_from_db()
        assert cooling.peak_equity == 1000, "but by a person"

    def test_not_under_a_kill_switch(self, cooling: AutoTradingSession) -> None:
        switch = KillSwitch.objects.create(owner=cooling.account.owner, engaged_at=wall_now())
        later = wall_now() + timedelta(hours=1)
        assert limits.resume_due(now=later) == []
        switch.lifted_at = wall_now()
        switch.save()
        assert limits.resume_due(now=later) == [cooling.pk]

    def test_one_that_was_killed_meanwhile_stays(self, cooling: AutoTradingSession) -> None:
        sessions.kill(session_id=cooling.pk)
        assert limits.resume_due(now=wall_now() + timedelta(hours=1)) == []

    def test_the_watch_does_it_and_looks_at_once_whether_a_limit_is_in_the_way(
        self, cooling: AutoTradingSession
    ) -> None:
        AutoTradingSession.objects.filter(pk=cooling.pk).update(
            risk={"max_drawdown_percent": 10.0}, peak_equity=Decimal(2000)
        )
        assert limits.watch_sessions(wall_now() + timedelta(hours=1)) == {"resumed": 1, "halted": 1, "killed": 0}
        cooling.refresh_from_db()
        assert cooling.halted_by == "max_drawdown_percent"


class TestNear:
    def test_told_at_80_percent_and_again_only_after_70(self, floor: SimpleNamespace) -> None:
        session = make_session(floor.account, risk={"max_drawdown_percent": 10.0})

        def at(peak: str) -> int:
            AutoTradingSession.objects.filter(pk=session.pk).update(peak_equity=Decimal(peak))
            check(session)
            return Alert.objects.filter(kind=AlertKind.DRAWDOWN_NEAR).count()

        assert at("1085") == 0  # 7.8 %
        assert at("1087") == 1  # 8.004 %
        Alert.objects.update(read_at=wall_now())
        assert at("1087") == 1, "who has read it knows"
        assert at("1085") == 1
        assert at("1087") == 1, "it hovers"
        assert at("1070") == 1  # 6.5 %
        assert at("1087") == 2
        alert = Alert.objects.latest("id")
        assert alert.details["limit"] == "max_drawdown_percent"
        assert "80 % of a limit" in alert.message
        assert session.status == SessionStatus.RUNNING

    def test_each_limit_by_itself(self, floor: SimpleNamespace) -> None:
        session = make_session(floor.account, risk={"max_consecutive_losses": 5, "daily_loss_limit": 10.0})
        closed(session, "-2", NOON, count=4)
        check(session, NOON + timedelta(minutes=1))
        assert session.near_limits == ["daily_loss_limit", "max_consecutive_losses"]
        assert Alert.objects.filter(kind=AlertKind.LIMIT_NEAR).count() == 2

    def test_resumed_it_is_told_anew(self, floor: SimpleNamespace) -> None:
        session = make_session(floor.account, risk={"max_consecutive_losses": 5})
        closed(session, "-2", wall_now(), count=4)
        check(session)
        sessions.pause(session_id=session.pk)
        sessions.resume(session_id=session.pk)
        session.refresh_from_db()
        assert session.near_limits == []


class TestTheCost:
    def queries(self) -> int:
        with CaptureQueriesContext(connection) as seen:
            limits.watch_sessions()
        return len(seen)

    def many(self, count: int) -> None:
        owner = make_user()
        for _ in range(count):
            session = make_session(
                make_account(owner),
                risk={"max_drawdown_percent": 10.0, "daily_loss_limit": 50.0, "max_consecutive_losses": 5},
            )
            closed(session, "1", wall_now(), count=3)

    def test_does_not_grow_with_the_sessions_nor_with_their_past(self, db: None) -> None:
        self.many(1)
        few = self.queries()
        self.many(30)
        closed(AutoTradingSession.objects.latest("id"), "1", NOON, count=500)
        assert self.queries() == few
        assert few <= 12

    def test_one_account_that_fails_holds_up_no_other(
        self, floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = make_session(make_account(), risk={"max_consecutive_losses": 1})
        second = make_session(make_account(), risk={"max_consecutive_losses": 1})
        for session in (first, second):
            closed(session, "-1", wall_now())
        original = limits._act

        def failing(account_id: int, *given: Any) -> list[int]:
            if account_id == first.account_id:
                raise ValueError
            return original(account_id, *given)

        monkeypatch.setattr(limits, "_act", failing)
        assert limits.watch_sessions()["halted"] == 1
        second.refresh_from_db()
        assert second.status == SessionStatus.HALTED
