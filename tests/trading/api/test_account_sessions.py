"""Sessions of accounts in every mode: shown with their account, opened with it, started and stopped."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.brokers.venue import Venue, fake_venue
from tests.clients import check_error, client_of
from tests.trading.api.test_accounts import PATH, demo, make_credential, post
from tests.trading.factories import make_account, make_session, make_signal, make_user, publish_quote
from trading import dispatch
from trading.models import Account, AccountMode, AutoTradingSession, Decision, Event, SessionStatus


@pytest.fixture
def venue() -> Iterator[Venue]:
    with fake_venue() as made:
        yield made


@pytest.fixture
def owner(db: None) -> Any:
    return make_user()


@pytest.fixture
def mine(owner: Any) -> APIClient:
    return client_of(owner)


class TestOpening:
    def test_with_symbols_each_strategy_gets_a_session(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        answer = demo(mine, make_credential(owner), symbols=["BTCUSD", "ETHUSD", "BTCUSD"], timeframe="5m")
        assert answer.status_code == 201
        found = AutoTradingSession.objects.order_by("pk")
        assert [item["name"] for session in found for item in session.strategies] == ["signalist-sma-3c", "razor"]
        for session in found:
            assert (session.venue, session.timeframe, session.status) == ("delta-test", "5m", SessionStatus.RUNNING)
            assert session.symbols == ["BTCUSD", "ETHUSD"]
            assert session.started_at is not None
            assert session.strategy_keys
        assert [item["id"] for item in answer.json()["sessions"]] == [session.pk for session in found]
        assert len(venue.seen) == 1, "one connection for all questions"
        assert len(Event.objects.filter(owner=owner).latest("number").payload["sessions"]) == 2

    def test_real_money_waits_for_a_person(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        keys = make_credential(owner, "live")
        body = post(mine, mode="LIVE", credential=keys.pk, symbols=["BTCUSD"]).json()
        assert [(item["status"], item["timeframe"], item["venue"]) for item in body["sessions"]] == [
            ("STOPPED", "1m", "delta")
        ] * 2
        assert AutoTradingSession.objects.filter(started_at=None).count() == 2

    def test_without_symbols_there_is_none(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        assert demo(mine, make_credential(owner), symbols=[]).json()["sessions"] == []
        assert not AutoTradingSession.objects.exists()

    def test_an_unknown_symbol_opens_nothing(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        error = check_error(demo(mine, make_credential(owner), symbols=["BTCUSD", "MOON"]), 400, "invalid", "symbols")
        assert error["fields"] == {"symbols": ["The venue does not list 'MOON'."]}
        assert not Account.objects.exists()
        assert not AutoTradingSession.objects.exists()


class TestLooking:
    @pytest.mark.parametrize("mode", AccountMode.values)
    def test_an_account_in_any_mode(self, mine: APIClient, owner: Any, mode: str) -> None:
        account = make_account(owner, mode=mode)
        session = make_session(account, name="Mine", symbols=["ABC"])
        body = mine.get(f"{PATH}{account.pk}/").json()
        assert (body["id"], body["mode"], body["last_event_number"]) == (account.pk, mode, 0)
        assert [(item["id"], item["name"], item["symbols"]) for item in body["sessions"]] == [
            (session.pk, "Mine", ["ABC"])
        ]
        mine.patch(f"{PATH}{account.pk}/", {"max_open_trades": 3}, format="json")
        assert mine.get(f"{PATH}{account.pk}/").json()["last_event_number"] == 1

    def test_what_happens_during_the_look_is_news_to_it(
        self, mine: APIClient, owner: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from trading import paper
        from trading.api import accounts as views

        account = make_account(owner)
        original = views.owned_account

        def meanwhile(*given: Any) -> Account:
            paper.update_settings(account.pk, {"max_open_trades": 9})
            return original(*given)

        monkeypatch.setattr(views, "owned_account", meanwhile)
        body = mine.get(f"{PATH}{account.pk}/").json()
        assert (body["max_open_trades"], body["last_event_number"]) == (9, 0)

    def test_in_the_list_without_a_question_for_each(
        self, mine: APIClient, owner: Any, django_assert_num_queries: Any
    ) -> None:
        def asked() -> int:
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(
                connection,
            ) as seen:
                listed = mine.get(PATH).json()["results"]
            assert all(len(item["sessions"]) == 2 for item in listed)
            return len(seen)

        def another() -> None:
            account = make_account(owner, mode=AccountMode.DEMO)
            make_session(account)
            make_session(account)

        another()
        mine.get(PATH)
        few = asked()
        for _ in range(4):
            another()
        assert asked() == few


class TestSwitching:
    @pytest.fixture
    def session(self, owner: Any) -> AutoTradingSession:
        return make_session(make_account(owner, mode=AccountMode.LIVE), status=SessionStatus.STOPPED)

    def switch(self, api: APIClient, session: AutoTradingSession, way: str, account: int | None = None) -> Any:
        return api.post(f"{PATH}{account or session.account_id}/sessions/{session.pk}/{way}/")

    def test_started_and_stopped(self, mine: APIClient, owner: Any, session: AutoTradingSession) -> None:
        started = self.switch(mine, session, "start")
        assert (started.status_code, started.json()["status"]) == (200, "RUNNING")
        session.refresh_from_db()
        assert session.started_at is not None
        assert self.switch(mine, session, "stop").json()["status"] == "STOPPED"
        told = Event.objects.filter(owner=owner, type="status").order_by("number")
        assert [event.payload["sessions"][0]["status"] for event in told] == ["RUNNING", "STOPPED"]

    def test_again_it_changes_nothing(self, mine: APIClient, owner: Any, session: AutoTradingSession) -> None:
        first, again = self.switch(mine, session, "start"), self.switch(mine, session, "start")
        assert first.json() == again.json()
        assert Event.objects.filter(owner=owner).count() == 1

    def test_a_halted_one_starts_again(self, mine: APIClient, session: AutoTradingSession) -> None:
        AutoTradingSession.objects.filter(pk=session.pk).update(status="HALTED", status_reason="Razor raised.")
        body = self.switch(mine, session, "start").json()
        assert (body["status"], body["status_reason"]) == ("RUNNING", "")

    def test_real_money_stays_behind_its_own_switch(
        self, mine: APIClient, owner: Any, session: AutoTradingSession
    ) -> None:
        publish_quote(100.0)
        self.switch(mine, session, "start")
        dispatch.dispatch_signal(make_signal(owner).pk)
        decision = Decision.objects.get()
        assert decision.verdict == "REJECTED"
        assert {gate["name"]: gate["passed"] for gate in decision.gates}["real_money"] is False

    def test_anothers_and_another_accounts_are_not_there(
        self, mine: APIClient, stranger: APIClient, owner: Any, session: AutoTradingSession
    ) -> None:
        check_error(self.switch(stranger, session, "start"), 404, "not_found")
        other = make_account(owner)
        check_error(self.switch(mine, session, "start", other.pk), 404, "not_found")
        assert mine.get(f"{PATH}{session.account_id}/sessions/{session.pk}/start/").status_code == 405
        session.refresh_from_db()
        assert session.status == SessionStatus.STOPPED

    def test_on_paper_too(self, api: APIClient, floor: SimpleNamespace) -> None:
        assert self.switch(api, floor.session, "stop").json()["status"] == "STOPPED"
