"""Sessions through their services: what they are told, version by version, and the steps of their life."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.clients import open_trade
from tests.trading.factories import make_account, make_session, make_signal, make_user, publish_quote
from trading import queueing
from trading.accounts import paper
from trading.accounts.account_checks import AccountConflict, InvalidAccount
from trading.audit.actors import acting
from trading.decisions.decide import decide
from trading.market import wall_now
from trading.models import (
    AccountMode,
    Alert,
    AlertKind,
    AlgorithmConfig,
    AutoTradingSession,
    Decision,
    Event,
    KillSwitch,
    SessionStatus,
    Trade,
    TradeStatus,
)
from trading.rules.session_states import PAUSE, RESUME, START, STOP
from trading.sessions import algorithms, limits, sessions
from trading.sessions.algorithms import current_settings, digest_of, new_version
from trading.sessions.session_settings import DEFAULT_WEIGHTS, RiskLimits
from trading.stream.strategy_runs import sessions_on


def audits(owner: Any) -> list[dict[str, Any]]:
    return [event.payload for event in Event.objects.filter(owner=owner, type="audit").order_by("number")]


def versions(session: AutoTradingSession) -> list[int]:
    return list(session.algorithms.order_by("version").values_list("version", flat=True))


class TestVersions:
    def test_made_with_the_first_run_and_with_every_change_from_then_on(self, floor: SimpleNamespace) -> None:
        session = make_session(floor.account, status=SessionStatus.STOPPED)
        sessions.update_session(session_id=session.pk, changes={"symbols": ["ABC"]})
        assert versions(session) == [], "a draft is no version"
        sessions.start(session_id=session.pk)
        assert versions(session) == [1]
        sessions.update_session(session_id=session.pk, changes={"risk": {"max_trades_per_day": 3}})
        sessions.stop(session_id=session.pk)
        sessions.update_session(session_id=session.pk, changes={"risk": {"max_trades_per_day": 4}})
        assert versions(session) == [1, 2, 3]
        session.refresh_from_db()
        assert session.algorithm is not None
        assert session.algorithm.config["risk"]["max_trades_per_day"] == 4

    def test_equal_settings_are_one_version(self, floor: SimpleNamespace) -> None:
        session = floor.session
        same: tuple[dict[str, Any], ...] = (
            {"risk": {}},
            {"risk": {"max_stake": None}},
            {"min_confidence": None},
            {"default_stop_percent": Decimal("0.500")},
            {"timeframe_weights": dict(DEFAULT_WEIGHTS)},
            {"name": "Another name"},
        )
        for changes in same:
            sessions.update_session(session_id=session.pk, changes=changes)
        assert versions(session) == [1]
        sessions.update_session(session_id=session.pk, changes={"default_stop_percent": Decimal("0.6")})
        sessions.update_session(session_id=session.pk, changes={"default_stop_percent": Decimal("0.5")})
        session.refresh_from_db()
        assert versions(session) == [1, 2]
        assert session.algorithm.version == 1, "who goes back goes back to its version"

    def test_a_number_is_a_number_however_it_is_written(self) -> None:
        one = {"risk": {"max_trades_per_day": 5, "max_stake": 1e22}, "symbols": ["1"], "allow_unprotected": True}
        other = {"allow_unprotected": True, "symbols": ["1"], "risk": {"max_stake": 10**22, "max_trades_per_day": 5.0}}
        assert digest_of(one) == digest_of(other)
        assert digest_of(one) != digest_of({**one, "allow_unprotected": False})
        assert digest_of(one) != digest_of({**one, "symbols": [1]})

    def test_they_spell_out_every_setting(self, floor: SimpleNamespace) -> None:
        config = floor.session.algorithm.config
        assert set(config) == set(algorithms.SETTINGS)
        assert config["risk"] == {**dict.fromkeys(RiskLimits.__dataclass_fields__), "cool_down_minutes": 0.0}
        assert config["sizing"]["method"] == "CONFIDENCE"
        assert config["default_stop_percent"] == "0.5"

    def test_they_read_back_as_what_was_in_force(self, floor: SimpleNamespace) -> None:
        told = {
            "risk": {"max_drawdown_percent": 20.0},
            "exit_plan": {"trailing": {"kind": "ATR", "value": 2.0}, "targets": [{"percent": 1.0, "portion": 0.5}]},
            "schedule": {"days": [0, 4], "blackouts": [{"start": "2026-01-01T00:00:00+00:00", "end": "2026-01-02"}]},
        }
        session = sessions.update_session(session_id=floor.session.pk, changes=told)
        assert session.algorithm is not None
        assert type(current_settings(session)).read(session.algorithm.config) == current_settings(session)

    def test_who_made_it(self, floor: SimpleNamespace) -> None:
        with acting(floor.owner.pk, "api"):
            sessions.update_session(session_id=floor.session.pk, changes={"symbols": ["ABC"]})
        assert AlgorithmConfig.objects.latest("version").created_by == floor.owner

    @pytest.mark.parametrize("change", ["update", "delete"])
    def test_they_are_final(self, floor: SimpleNamespace, change: str) -> None:
        row = AlgorithmConfig.objects.filter(session=floor.session)
        AutoTradingSession.objects.update(algorithm=None)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            row.update(version=9) if change == "update" else row._raw_delete("default")  # type: ignore[attr-defined]
        assert versions(floor.session) == [1]

    def test_each_decision_names_its_own(self, floor: SimpleNamespace) -> None:
        first = decide(make_signal(floor.owner), floor.session.pk)
        sessions.update_session(session_id=floor.session.pk, changes={"risk": {"max_trades_per_day": 1}})
        second = decide(make_signal(floor.owner), floor.session.pk)
        assert [item.algorithm.version for item in (first, second) if item.algorithm] == [1, 2]

    def test_one_that_ran_before_there_were_any_is_given_one(self, floor: SimpleNamespace) -> None:
        old = AutoTradingSession.objects.create(account=floor.account, name="Old", status=SessionStatus.RUNNING)
        limits.watch_sessions()
        assert versions(old) == [1]
        old.refresh_from_db()
        assert new_version(old).version == 1


class TestTelling:
    def test_only_known_settings(self, floor: SimpleNamespace) -> None:
        with pytest.raises(ValueError, match="status"):
            sessions.update_session(session_id=floor.session.pk, changes={"status": "STOPPED"})
        with pytest.raises(ValueError, match="peak"):
            make_session(floor.account, peak_equity=1)

    def test_a_change_is_told_and_kept_in_the_audit(self, floor: SimpleNamespace) -> None:
        sessions.update_session(session_id=floor.session.pk, changes={"symbols": ["ABC"], "timeframe": "5s"})
        told = Event.objects.filter(type="status").latest("number").payload["sessions"]
        assert told[0]["symbols"] == ["ABC"]
        assert audits(floor.owner)[-1]["action"] == "session.changed"
        assert audits(floor.owner)[-1]["before"] == {"symbols": []}
        assert audits(floor.owner)[-1]["after"] == {"symbols": ["ABC"]}

    def test_strategies_are_heard_by_their_keys(self, floor: SimpleNamespace) -> None:
        session = sessions.update_session(session_id=floor.session.pk, changes={"strategies": [{"name": "razor"}]})
        assert session.strategies[0]["params"]
        assert [key.partition(":")[0] for key in session.strategy_keys] == ["razor"]

    def test_a_broker_accounts_sessions_follow_its_market(self, db: None) -> None:
        account = make_account(mode=AccountMode.DEMO)
        session = sessions.add_session(account_id=account.pk, values={"name": "One"})
        assert session.venue == account.venue
        with pytest.raises(InvalidAccount) as refused:
            sessions.update_session(session_id=session.pk, changes={"venue": "sim"})
        assert set(refused.value.fields) == {"venue"}

    def test_one_name_once_in_an_account(self, floor: SimpleNamespace) -> None:
        made = sessions.add_session(account_id=floor.account.pk, values={"name": "One"})
        for act in (
            lambda: sessions.add_session(account_id=floor.account.pk, values={"name": "One"}),
            lambda: sessions.update_session(session_id=floor.session.pk, changes={"name": "One"}),
        ):
            with pytest.raises(InvalidAccount):
                act()
        sessions.update_session(session_id=made.pk, changes={"name": "One"})

    def test_the_demo_is_within_limits(self, floor: SimpleNamespace) -> None:
        account = make_account()
        sessions.create_default_sessions(account)
        for session in account.sessions.all():
            assert current_settings(session).risk == RiskLimits(
                max_drawdown_percent=20.0, max_consecutive_losses=5, cool_down_minutes=30.0
            )
        assert current_settings(floor.session).risk == RiskLimits(), "what a program makes has none"


class TestDeleting:
    def test_one_that_has_never_run(self, floor: SimpleNamespace) -> None:
        session = sessions.add_session(account_id=floor.account.pk, values={"name": "Gone", "symbols": ["ABC"]})
        sessions.delete_session(session_id=session.pk)
        assert not AutoTradingSession.objects.filter(name="Gone").exists()
        assert audits(floor.owner)[-1]["action"] == "session.deleted"
        assert audits(floor.owner)[-1]["before"]["symbols"] == ["ABC"]

    def test_no_other(self, floor: SimpleNamespace) -> None:
        with pytest.raises(AccountConflict) as refused:
            sessions.delete_session(session_id=floor.session.pk)
        assert refused.value.code == "session_not_stopped"
        sessions.stop(session_id=floor.session.pk)
        with pytest.raises(AccountConflict) as refused:
            sessions.delete_session(session_id=floor.session.pk)
        assert refused.value.code == "session_has_history"
        assert AutoTradingSession.objects.filter(pk=floor.session.pk).exists()


class TestSteps:
    def test_each_is_told_and_kept_with_who_did_it(self, floor: SimpleNamespace) -> None:
        with acting(floor.owner.pk, "web"):
            sessions.pause(session_id=floor.session.pk, reason="Lunch")
        told = audits(floor.owner)[-1]
        assert told["actor"] == {"id": floor.owner.pk, "username": floor.owner.username}
        assert (told["action"], told["via"], told["subject"]) == (
            "session.paused",
            "web",
            f"session {floor.session.pk}",
        )
        assert (told["before"]["status"], told["after"]["status"]) == ("RUNNING", "PAUSED")
        assert told["after"]["status_reason"] == "Lunch"
        status = Event.objects.filter(type="status").latest("number").payload
        assert status["sessions"][0]["status"] == "PAUSED"
        assert not Alert.objects.exists(), "a person knows what he does"

    @pytest.mark.parametrize(
        ("first", "again"), [("stop", "stop"), ("pause", "pause"), ("start", "start"), ("kill", "kill")]
    )
    def test_again_it_changes_nothing(self, floor: SimpleNamespace, first: str, again: str) -> None:
        getattr(sessions, first)(session_id=floor.session.pk)
        seen, row = Event.objects.count(), AutoTradingSession.objects.values().get(pk=floor.session.pk)
        getattr(sessions, again)(session_id=floor.session.pk)
        assert Event.objects.count() == seen
        assert AutoTradingSession.objects.values().get(pk=floor.session.pk) == row

    def test_started_it_counts_from_now(self, floor: SimpleNamespace) -> None:
        session = make_session(floor.account, status=SessionStatus.STOPPED)
        AutoTradingSession.objects.filter(pk=session.pk).update(peak_equity=Decimal(5000))
        before = wall_now()
        started = sessions.start(session_id=session.pk)
        assert started.peak_equity == 1000
        assert started.streak_since is not None
        assert started.started_at is not None
        assert started.streak_since >= before
        assert started.started_at >= before

    def test_the_peak_it_counts_from_holds_what_is_open(self, floor: SimpleNamespace) -> None:
        open_trade(floor)
        publish_quote(101.5)
        sessions.pause(session_id=floor.session.pk)
        resumed = sessions.resume(session_id=floor.session.pk)
        assert float(resumed.peak_equity) == pytest.approx(1000 - 0.040004 + 0.8 * 1.49, abs=1e-6)

    def test_a_stopped_session_hears_nothing_and_a_paused_one_says_why_not(self, floor: SimpleNamespace) -> None:
        from trading.decisions.dispatch import dispatch_signal

        sessions.pause(session_id=floor.session.pk)
        dispatch_signal(make_signal(floor.owner).pk)
        assert Decision.objects.get().reason == "The session is paused."
        sessions.stop(session_id=floor.session.pk)
        dispatch_signal(make_signal(floor.owner).pk)
        assert Decision.objects.count() == 1

    def test_strategies_run_for_all_but_stopped_ones(self, floor: SimpleNamespace) -> None:
        def heard() -> bool:
            return floor.session in sessions_on("sim", "ABC", floor.session.timeframe)

        assert heard()
        sessions.pause(session_id=floor.session.pk)
        assert heard(), "its decisions say why nothing is traded"
        sessions.kill(session_id=floor.session.pk)
        assert heard()
        sessions.stop(session_id=floor.session.pk)
        assert not heard()

    def test_a_halt_names_its_limit_in_the_row(self, floor: SimpleNamespace) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            AutoTradingSession.objects.filter(pk=floor.session.pk).update(status="HALTED")
        with pytest.raises(IntegrityError), transaction.atomic():
            AutoTradingSession.objects.filter(pk=floor.session.pk).update(halted_by="max_drawdown_percent")

    def test_a_paused_one_that_is_halted_does_not_run_again_by_itself(self, floor: SimpleNamespace) -> None:
        sessions.pause(session_id=floor.session.pk)
        assert sessions.halt(session_id=floor.session.pk, limit="x", reason="Why.", until=wall_now())
        floor.session.refresh_from_db()
        assert floor.session.halted_until is None
        assert sessions.halt(session_id=floor.session.pk, limit="y", reason="Again.") is False
        floor.session.refresh_from_db()
        assert floor.session.halted_by == "x"


class TestTheKillSwitch:
    @pytest.mark.parametrize("everybodys", [False, True])
    def test_nothing_starts_while_it_is_engaged(self, floor: SimpleNamespace, everybodys: bool) -> None:
        sessions.pause(session_id=floor.session.pk)
        KillSwitch.objects.create(owner=None if everybodys else floor.owner, engaged_at=wall_now(), reason="Odd fills")
        for step in (
            lambda: sessions.start(session_id=floor.session.pk),
            lambda: sessions.resume(session_id=floor.session.pk),
            lambda: sessions.take_all(owner_id=floor.owner.pk, action=START),
            lambda: paper.start(
                owner_id=floor.owner.pk, account=floor.account, initial_balance=Decimal(1000), settings={}
            ),
        ):
            with pytest.raises(AccountConflict, match="Odd fills") as refused:
                step()
            assert refused.value.code == "kill_switch_engaged"
        sessions.stop(session_id=floor.session.pk)

    def test_anothers_stops_nobody_else(self, floor: SimpleNamespace) -> None:
        KillSwitch.objects.create(owner=make_user(), engaged_at=wall_now())
        sessions.pause(session_id=floor.session.pk)
        assert sessions.resume(session_id=floor.session.pk).status == SessionStatus.RUNNING


class TestKilling:
    def test_it_halts_until_a_person_resumes(self, floor: SimpleNamespace) -> None:
        killed = sessions.kill(session_id=floor.session.pk, reason="Odd fills")
        assert (killed.status, killed.halted_by, killed.halted_until) == ("HALTED", "kill_switch", None)
        alert = Alert.objects.get()
        assert (alert.kind, alert.code) == (AlertKind.KILL_SWITCH, "session_killed")
        assert "Odd fills" in alert.message
        assert sessions.resume(session_id=floor.session.pk).status == SessionStatus.RUNNING

    def test_again_it_keeps_its_reason(self, floor: SimpleNamespace) -> None:
        sessions.kill(session_id=floor.session.pk, reason="Odd fills")
        assert sessions.kill(session_id=floor.session.pk).status_reason == "Odd fills"
        assert Alert.objects.count() == 1

    def test_a_cool_down_is_over_then(self, floor: SimpleNamespace) -> None:
        sessions.halt(session_id=floor.session.pk, limit="max_consecutive_losses", reason="Lost.", until=wall_now())
        killed = sessions.kill(session_id=floor.session.pk)
        assert (killed.halted_by, killed.halted_until) == ("kill_switch", None)

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("status", ["RUNNING", "STOPPED"])
    @pytest.mark.parametrize("close", [False, True])
    def test_its_positions_are_closed_where_asked(
        self, floor: SimpleNamespace, inline: None, status: str, close: bool
    ) -> None:
        trade = open_trade(floor)
        if status == "STOPPED":
            sessions.stop(session_id=floor.session.pk)
        sessions.kill(session_id=floor.session.pk, close_positions=close)
        trade.refresh_from_db()
        assert trade.status == (TradeStatus.CLOSED if close else TradeStatus.OPEN)
        assert trade.exit_reason == ("KILL_SWITCH" if close else "")

    def test_it_is_carried_out_after_a_crash(self, floor: SimpleNamespace) -> None:
        """The message is lost: the watch finds what is left, until nothing is."""
        trade = open_trade(floor)
        sessions.kill(session_id=floor.session.pk, close_positions=True)
        trade.refresh_from_db()
        assert trade.status == TradeStatus.OPEN
        with queueing.inline():
            assert limits.watch_sessions()["killed"] == 1
        trade.refresh_from_db()
        assert trade.status == TradeStatus.CLOSED
        assert limits.watch_sessions()["killed"] == 0

    def test_and_not_once_it_was_resumed(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        sessions.kill(session_id=floor.session.pk, close_positions=True)
        sessions.resume(session_id=floor.session.pk)
        assert limits.watch_sessions()["killed"] == 0
        assert sessions.enforce_kill(floor.session.pk) == 0
        trade.refresh_from_db()
        assert trade.status == TradeStatus.OPEN

    @pytest.mark.django_db(transaction=True)
    def test_without_a_worker_it_is_done_here(self, floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
        open_trade(floor)
        monkeypatch.setattr(queueing, "send", lambda *given, **more: False)
        sessions.kill(session_id=floor.session.pk, close_positions=True)
        assert Trade.objects.get().status == TradeStatus.CLOSED


class TestAllAtOnce:
    def names(self, found: Any) -> list[str]:
        changed, _ = found
        return sorted(session.name for session in changed)

    def test_each_step_means_those_that_it_leads_on(self, floor: SimpleNamespace) -> None:
        other = make_account(floor.owner)
        running = make_session(other, name="running")
        stopped = make_session(other, name="stopped", status=SessionStatus.STOPPED)
        halted = make_session(floor.account, name="halted")
        sessions.halt(session_id=halted.pk, limit="max_drawdown_percent", reason="Fell.")
        stranger = make_session(make_account())
        own = floor.session.name

        def take(action: str, account: int | None = None) -> list[str]:
            return self.names(sessions.take_all(owner_id=floor.owner.pk, action=action, account_id=account))

        assert take(PAUSE, other.pk) == ["running"]
        assert take(PAUSE) == [own]
        assert take(RESUME) == sorted([own, "running"])
        changed, refused = sessions.take_all(owner_id=floor.owner.pk, action=START)
        assert [item.pk for item in changed] == [stopped.pk]
        assert [(item.session, item.code) for item in refused] == [(halted.pk, "session_halted")]
        assert take(STOP) == sorted([own, "halted", "running", "stopped"])
        assert take(STOP) == []
        running.refresh_from_db()
        stranger.refresh_from_db()
        assert (running.status, stranger.status) == (SessionStatus.STOPPED, SessionStatus.RUNNING)

    def test_one_that_may_not_holds_up_no_other(self, floor: SimpleNamespace) -> None:
        lost = make_session(floor.account, risk={"daily_loss_limit": 1.0}, status=SessionStatus.STOPPED)
        fine = make_session(floor.account, status=SessionStatus.STOPPED)
        Trade.objects.create(
            account=floor.account, session=lost, venue="sim", symbol="ABC", market_type="SPOT", direction="LONG",
            quantity=1, closed_quantity=1, entry_price=100, exit_price=99, exit_reason="STOP_LOSS", realized_pnl=-2,
            status=TradeStatus.CLOSED, opened_at=wall_now(), closed_at=wall_now(),
        )  # fmt: skip
        changed, refused = sessions.take_all(owner_id=floor.owner.pk, action=START)
        assert [item.pk for item in changed] == [fine.pk]
        assert [(item.session, item.code) for item in refused] == [(lost.pk, "limit_reached")]

    def test_the_owner_is_told_once_an_account(self, floor: SimpleNamespace) -> None:
        make_session(floor.account)
        sessions.take_all(owner_id=floor.owner.pk, action=PAUSE)
        assert Event.objects.filter(type="status").count() == 1
        assert [item["action"] for item in audits(floor.owner)] == ["session.paused"] * 2
