"""/api/sessions/: made, told, looked at, started, stopped, killed and removed."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.test import APIClient

from tests.clients import check_error, client_of, open_trade
from tests.trading.factories import make_account, make_session, make_signal, publish_quote
from trading.accounts import accounts, paper
from trading.decisions import dispatch
from trading.market import wall_now
from trading.models import (
    AccountMode,
    AutoTradingSession,
    Decision,
    Event,
    KillSwitch,
    SessionStatus,
    Trade,
    TradeStatus,
)
from trading.sessions import sessions

PATH = "/api/sessions/"


def send(api: APIClient, method: str, path: str, body: Any = None, **more: Any) -> Any:
    return getattr(api, method)(path, body if body is not None else {}, format="json", **more)


def at(session: AutoTradingSession, rest: str = "") -> str:
    return f"{PATH}{session.pk}/{rest}"


class TestMaking:
    def test_a_stopped_one_with_what_it_is_told(self, api: APIClient, floor: SimpleNamespace) -> None:
        body = {
            "account": floor.account.pk,
            "name": "Mine",
            "strategies": [{"name": "razor"}],
            "symbols": ["ABC"],
            "risk": {"max_drawdown_percent": 20},
            "schedule": {"time_zone": "Europe/Berlin"},
            "min_confidence": "0.8",
        }
        made = send(api, "post", PATH, body)
        assert made.status_code == 201
        told = made.json()
        assert (told["status"], told["venue"], told["timeframe"]) == ("STOPPED", "sim", "1m")
        assert (told["risk"], told["schedule"]) == (body["risk"], body["schedule"])
        assert (told["min_confidence"], told["default_stop_percent"]) == ("0.8", "0.5")
        assert told["algorithm_version"] is None
        assert (told["halted_by"], told["halted_at"], told["halted_until"], told["shadow"]) == ("", None, None, None)
        session = AutoTradingSession.objects.get(pk=told["id"])
        assert session.strategy_keys
        status = Event.objects.filter(type="status").latest("number").payload
        assert [item["name"] for item in status["sessions"]] == [floor.session.name, "Mine"]

    def test_once_for_a_key(self, api: APIClient, floor: SimpleNamespace) -> None:
        body = {"account": floor.account.pk, "name": "Mine"}
        first, again = (send(api, "post", PATH, body, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
        assert first.json() == again.json()
        assert AutoTradingSession.objects.filter(name="Mine").count() == 1
        check_error(send(api, "post", PATH, body), 400, "invalid", "name")

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"name": None}, "name"),
            ({"venue": "replay-1"}, "venue"),
            ({"status": "RUNNING"}, "status"),
            ({"risk": {"daily_loss_percent": 101}}, "risk.daily_loss_percent"),
            ({"exit_plan": {"targets": [{"percent": 0}]}}, "exit_plan.targets.0.percent"),
            ({"account": None}, "account"),
        ],
    )
    def test_what_is_wrong_is_named(
        self, api: APIClient, floor: SimpleNamespace, change: dict[str, Any], place: str
    ) -> None:
        body = {"account": floor.account.pk, "name": "Mine", **change}
        check_error(send(api, "post", PATH, body), 400, "invalid", place)
        assert not AutoTradingSession.objects.filter(name="Mine").exists()

    def test_only_on_an_account_of_ones_own(self, stranger: APIClient, floor: SimpleNamespace) -> None:
        check_error(send(stranger, "post", PATH, {"account": floor.account.pk, "name": "x"}), 404, "not_found")


class TestListing:
    def test_ones_own_by_account_and_status(
        self, api: APIClient, stranger: APIClient, floor: SimpleNamespace, django_assert_max_num_queries: Any
    ) -> None:
        other = make_account(floor.owner)
        for number in range(5):
            make_session(other, name=f"S{number}", status=SessionStatus.STOPPED if number else SessionStatus.RUNNING)
        with django_assert_max_num_queries(6):
            assert api.get(PATH).json()["count"] == 6
        assert api.get(f"{PATH}?account={other.pk}").json()["count"] == 5
        assert api.get(f"{PATH}?account={other.pk}&status=RUNNING").json()["count"] == 1
        assert stranger.get(PATH).json()["count"] == 0
        check_error(api.get(f"{PATH}?status=ASLEEP"), 400, "invalid", "status")

    def test_closed_accounts_are_left_out(self, api: APIClient, floor: SimpleNamespace) -> None:
        accounts.close(account_id=floor.account.pk)
        assert api.get(PATH).json()["count"] == 0


class TestLooking:
    def test_limits_as_they_fill(self, api: APIClient, floor: SimpleNamespace) -> None:
        told = {
            "max_trades_per_day": 4,
            "daily_loss_limit": 8,
            "daily_loss_percent": 5,
            "max_open_trades": 2,
            "max_open_per_symbol": 1,
            "max_exposure_percent": 100,
            "max_drawdown_percent": 20,
            "max_consecutive_losses": 5,
            "max_leverage": 2,
            "max_stake": 500,
        }
        send(api, "patch", at(floor.session), {"risk": told})
        open_trade(floor)
        publish_quote(95.0)
        uses = {item["name"]: item for item in api.get(at(floor.session)).json()["limits"]}
        assert set(uses) == set(told) - {"max_stake"}, "what counts up; a stake is asked of each trade by itself"
        assert uses["max_trades_per_day"] == {
            "name": "max_trades_per_day",
            "figure": 1.0,
            "limit": 4.0,
            "percent": 25.0,
            "message": "1 trade opened today; the limit is 4.",
        }
        assert uses["daily_loss_limit"]["figure"] == pytest.approx(0.8 * 5.01 + 0.0400, abs=1e-3)
        assert uses["max_exposure_percent"]["figure"] == pytest.approx(8.0, abs=0.01)
        assert uses["max_drawdown_percent"]["percent"] == pytest.approx(5 * uses["max_drawdown_percent"]["figure"])
        for name in ("max_open_trades", "max_open_per_symbol", "max_leverage"):
            assert uses[name]["figure"] == 1

    def test_results_and_hours(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        publish_quote(101.0)
        paper.close_by_hand(trade.pk)
        told = api.get(at(floor.session)).json()
        assert told["performance"]["trades"] == 1
        assert told["performance"]["win_rate_percent"] == 100.0
        assert (told["schedule_open"], told["next_open"]) == (True, None)
        today = wall_now().weekday()
        send(api, "patch", at(floor.session), {"schedule": {"days": [(today + 3) % 7]}})
        shut = api.get(at(floor.session)).json()
        assert shut["schedule_open"] is False
        midnight = wall_now().replace(hour=0, minute=0, second=0, microsecond=0)
        assert shut["next_open"] == f"{midnight + timedelta(days=3):%Y-%m-%dT00:00:00Z}"

    def test_today(self, api: APIClient, floor: SimpleNamespace) -> None:
        nothing = api.get(at(floor.session)).json()["today"]
        assert nothing == {"trades": 0, "pnl": "0.00", "pnl_formatted": "$0.00"}
        trade = open_trade(floor)
        publish_quote(95.0)
        opened = api.get(at(floor.session)).json()["today"]
        paper.close_by_hand(trade.pk)
        closed = api.get(at(floor.session)).json()
        assert (opened["trades"], closed["today"]["trades"]) == (1, 1)
        assert float(opened["pnl"]) < 0
        assert closed["today"]["pnl"] == closed["performance"]["total_pnl"]
        assert closed["today"]["pnl_formatted"] == closed["performance"]["total_pnl_formatted"]

    def test_performance_by_itself(self, api: APIClient, floor: SimpleNamespace) -> None:
        for number, pnl in enumerate(["10", "-4", "-8", "3", "-1", "20"]):
            Trade.objects.create(
                account=floor.account, session=floor.session, venue="sim", symbol="ABC", market_type="SPOT",
                direction="LONG", quantity=1, closed_quantity=1, entry_price=100, exit_price=100, exit_reason="MANUAL",
                status=TradeStatus.CLOSED, realized_pnl=Decimal(pnl), opened_at=wall_now(),
                closed_at=wall_now() + timedelta(seconds=number),
            )  # fmt: skip
        told = api.get(at(floor.session, "performance/")).json()
        assert (told["trades"], told["total_pnl"], told["profit_factor"]) == (6, "20.00", 2.538)
        assert (told["max_drawdown"], told["max_drawdown_formatted"]) == ("12.00", "$12.00")
        empty = api.get(at(make_session(floor.account), "performance/")).json()
        assert (empty["trades"], empty["max_drawdown"], empty["profit_factor"]) == (0, "0.00", None)

    def test_a_fall_from_the_start_counts(self, api: APIClient, floor: SimpleNamespace) -> None:
        Trade.objects.create(
            account=floor.account, session=floor.session, venue="sim", symbol="ABC", market_type="SPOT",
            direction="LONG", quantity=1, closed_quantity=1, entry_price=100, exit_price=93, exit_reason="MANUAL",
            status=TradeStatus.CLOSED, realized_pnl=-7, opened_at=wall_now(), closed_at=wall_now(),
        )  # fmt: skip
        assert api.get(at(floor.session, "performance/")).json()["max_drawdown"] == "7.00"

    def test_every_version_of_what_it_was_told(self, api: APIClient, floor: SimpleNamespace) -> None:
        send(api, "patch", at(floor.session), {"risk": {"max_stake": 50}})
        told = api.get(at(floor.session, "algorithms/")).json()
        assert [item["version"] for item in told["results"]] == [2, 1]
        latest = told["results"][0]
        assert (latest["created_by"], latest["config"]["risk"]["max_stake"]) == (floor.owner.username, 50.0)
        assert told["results"][1]["created_by"] is None
        assert api.get(at(floor.session)).json()["algorithm_version"] == 2


class TestTelling:
    def test_what_is_given_and_nothing_else(self, api: APIClient, floor: SimpleNamespace) -> None:
        send(api, "patch", at(floor.session), {"risk": {"max_stake": 50, "max_open_trades": 1}})
        changed = send(api, "patch", at(floor.session), {"name": "New", "risk": {"max_open_trades": 2}})
        assert changed.status_code == 200
        assert changed.json()["risk"] == {"max_open_trades": 2}, "an object is told as a whole"
        assert (changed.json()["name"], changed.json()["status"]) == ("New", "RUNNING")
        check_error(send(api, "patch", at(floor.session), {"sizing": {"x": 1}}), 400, "invalid", "sizing.x")

    def test_the_next_decision_goes_by_it(self, api: APIClient, floor: SimpleNamespace) -> None:
        send(api, "patch", at(floor.session), {"min_confidence": "0.9", "symbols": ["ABC"]})
        dispatch.dispatch_signal(make_signal(floor.owner, confidence=Decimal("0.85")).pk)
        assert "90%" in Decision.objects.get().reason.replace(" ", "")
        dispatch.dispatch_signal(make_signal(floor.owner, symbol="XYZ").pk)
        assert Decision.objects.count() == 1

    def test_a_closed_accounts_stays(self, api: APIClient, floor: SimpleNamespace) -> None:
        accounts.close(account_id=floor.account.pk)
        check_error(send(api, "patch", at(floor.session), {"name": "New"}), 409, "account_closed")
        check_error(send(api, "post", at(floor.session, "start/")), 409, "account_closed")


class TestSteps:
    def step(self, api: APIClient, session: AutoTradingSession, step: str, **body: Any) -> Any:
        return send(api, "post", at(session, f"{step}/"), body)

    @pytest.mark.parametrize("mode", AccountMode.values)
    def test_the_whole_way_round(self, api: APIClient, floor: SimpleNamespace, mode: str) -> None:
        session = make_session(make_account(floor.owner, mode=mode), status=SessionStatus.STOPPED)
        for step, status in [
            ("start", "RUNNING"),
            ("pause", "PAUSED"),
            ("resume", "RUNNING"),
            ("kill", "HALTED"),
            ("stop", "STOPPED"),
            ("start", "RUNNING"),
        ]:
            answer = self.step(api, session, step, reason=f"To {step}")
            assert (answer.status_code, answer.json()["status"]) == (200, status)
            assert answer.json()["status_reason"] == f"To {step}"
        session.refresh_from_db()
        assert session.started_at is not None

    @pytest.mark.parametrize(
        ("status", "step", "code"),
        [
            ("STOPPED", "pause", "session_not_running"),
            ("STOPPED", "resume", "session_not_running"),
            ("HALTED", "start", "session_halted"),
            ("HALTED", "pause", "session_halted"),
        ],
    )
    def test_where_it_does_not_lead(
        self, api: APIClient, floor: SimpleNamespace, status: str, step: str, code: str
    ) -> None:
        by = "max_drawdown_percent" if status == "HALTED" else ""
        AutoTradingSession.objects.filter(pk=floor.session.pk).update(status=status, halted_by=by)
        check_error(self.step(api, floor.session, step), 409, code)
        floor.session.refresh_from_db()
        assert floor.session.status == status

    def test_not_under_the_kill_switch(self, api: APIClient, floor: SimpleNamespace) -> None:
        self.step(api, floor.session, "stop")
        KillSwitch.objects.create(owner=floor.owner, engaged_at=wall_now())
        check_error(self.step(api, floor.session, "start"), 409, "kill_switch_engaged")

    def test_again_it_changes_nothing(self, api: APIClient, floor: SimpleNamespace) -> None:
        first, again = self.step(api, floor.session, "stop"), self.step(api, floor.session, "stop")
        assert first.json() == again.json()
        assert Event.objects.filter(type="status").count() == 1

    def test_a_key_is_answered_as_it_was_first(self, api: APIClient, floor: SimpleNamespace) -> None:
        stopped = send(api, "post", at(floor.session, "stop/"), HTTP_IDEMPOTENCY_KEY="k")
        sessions.start(session_id=floor.session.pk)
        assert send(api, "post", at(floor.session, "stop/"), HTTP_IDEMPOTENCY_KEY="k").json() == stopped.json()
        floor.session.refresh_from_db()
        assert floor.session.status == SessionStatus.RUNNING

    def test_killed_with_its_positions(self, api: APIClient, floor: SimpleNamespace) -> None:
        answer = self.step(api, floor.session, "kill", close_positions=True)
        assert answer.json()["halted_by"] == "kill_switch"
        floor.session.refresh_from_db()
        assert floor.session.kill_closes_positions is True
        check_error(self.step(api, floor.session, "kill", close_positions="maybe"), 400, "invalid", "close_positions")
        check_error(self.step(api, floor.session, "stop", close_positions=True), 400, "invalid", "close_positions")

    def test_real_money_stays_behind_its_own_switch(self, api: APIClient, floor: SimpleNamespace) -> None:
        session = make_session(make_account(floor.owner, mode=AccountMode.LIVE), status=SessionStatus.STOPPED)
        publish_quote(100.0)
        self.step(api, session, "start")
        dispatch.dispatch_signal(make_signal(floor.owner).pk)
        gates = Decision.objects.get(session=session).gates
        assert {gate["name"]: gate["passed"] for gate in gates}["real_money"] is False

    @pytest.mark.parametrize(
        ("method", "rest"),
        [
            ("get", ""),
            ("patch", ""),
            ("delete", ""),
            ("post", "start/"),
            ("post", "stop/"),
            ("post", "pause/"),
            ("post", "resume/"),
            ("post", "kill/"),
            ("get", "algorithms/"),
            ("get", "performance/"),
        ],
    )
    def test_anothers_is_not_there(self, stranger: APIClient, floor: SimpleNamespace, method: str, rest: str) -> None:
        before = AutoTradingSession.objects.values().get(pk=floor.session.pk)
        check_error(send(stranger, method, at(floor.session, rest)), 404, "not_found")
        check_error(send(client_of(floor.owner), method, f"{PATH}999999/{rest}"), 404, "not_found")
        assert AutoTradingSession.objects.values().get(pk=floor.session.pk) == before


class TestWhileRedisIsDown:
    @pytest.fixture(params=AccountMode.values)
    def session(
        self, floor: SimpleNamespace, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> AutoTradingSession:
        open_trade(floor)
        at_a_broker = make_session(make_account(floor.owner, mode=AccountMode.LIVE))
        nobody = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
        monkeypatch.setattr("trading.market.redis_client", lambda: nobody)
        chosen: AutoTradingSession = floor.session if request.param == AccountMode.PAPER else at_a_broker
        return chosen

    def test_each_step_is_taken_all_the_same(self, api: APIClient, session: AutoTradingSession) -> None:
        for step, status in [
            ("pause", "PAUSED"),
            ("resume", "RUNNING"),
            ("kill", "HALTED"),
            ("stop", "STOPPED"),
            ("start", "RUNNING"),
        ]:
            answer = send(api, "post", at(session, f"{step}/"))
            assert (answer.status_code, answer.json()["status"]) == (200, status)

    def test_what_is_not_known_is_null(self, api: APIClient, session: AutoTradingSession) -> None:
        send(api, "patch", at(session), {"risk": {"max_drawdown_percent": 20, "max_trades_per_day": 5}})
        uses = {item["name"]: item["figure"] for item in api.get(at(session)).json()["limits"]}
        trades = uses.pop("max_trades_per_day")
        assert trades in (0, 1)
        assert uses == {"max_drawdown_percent": None if trades else 0}


class TestRemoving:
    def test_one_that_has_never_run(self, api: APIClient, floor: SimpleNamespace) -> None:
        made = send(api, "post", PATH, {"account": floor.account.pk, "name": "Gone"}).json()
        assert api.delete(f"{PATH}{made['id']}/").status_code == 204
        check_error(api.get(f"{PATH}{made['id']}/"), 404, "not_found")

    def test_no_other(self, api: APIClient, floor: SimpleNamespace) -> None:
        check_error(api.delete(at(floor.session)), 409, "session_not_stopped")
        sessions.stop(session_id=floor.session.pk)
        check_error(api.delete(at(floor.session)), 409, "session_has_history")
