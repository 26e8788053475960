"""Sessions of accounts in every mode: shown with their account, opened with it."""

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.brokers.venue import Venue, fake_venue
from tests.clients import check_error, client_of
from tests.trading.api.test_accounts import PATH, demo, make_credential, post
from tests.trading.factories import make_account, make_session, make_user
from trading.models import Account, AccountMode, AutoTradingSession, Event, SessionStatus


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
        assert len(Event.objects.filter(owner=owner, type="status").latest("number").payload["sessions"]) == 2

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
        latest = mine.get(f"{PATH}{account.pk}/").json()["last_event_number"]
        assert latest == Event.objects.filter(owner=owner).count() > 0

    def test_what_happens_during_the_look_is_news_to_it(
        self, mine: APIClient, owner: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from trading.accounts import paper
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
