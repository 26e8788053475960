"""Which of the brokers' markets are streamed."""

from typing import Any

import pytest
from django.test import override_settings

from tests.trading.factories import make_account, make_credential, make_session
from trading.brokerage.venues import wanted_venues
from trading.models import Account, AccountMode, SessionStatus


@pytest.fixture
def demo(transactional_db: None) -> Account:
    return make_account(mode=AccountMode.DEMO)


def test_the_markets_that_sessions_follow(demo: Account) -> None:
    make_session(demo, venue="deribit-test", symbols=["B", "A"])
    make_session(demo, venue="deribit-test", symbols=["A", "C"], status=SessionStatus.STOPPED)
    assert wanted_venues({demo.pk}) == {"deribit-test": (demo.pk, ("A", "B"))}
    assert wanted_venues(set()) == {}, "another streamer holds the account"


def test_one_account_quotes_for_all_at_its_venue(demo: Account) -> None:
    other = make_account(mode=AccountMode.DEMO)
    make_session(demo, venue="deribit-test", symbols=["A"])
    make_session(other, venue="deribit-test", symbols=["B"])
    assert wanted_venues({other.pk}) == {"deribit-test": (other.pk, ("A", "B"))}
    assert wanted_venues({demo.pk, other.pk}) == {"deribit-test": (demo.pk, ("A", "B"))}


def test_test_and_live_prices_are_apart(demo: Account) -> None:
    live = make_account(demo.owner, mode=AccountMode.LIVE, credential=make_credential(demo.owner, environment="live"))
    make_session(demo, venue="deribit-test", symbols=["A"])
    make_session(live, venue="deribit", symbols=["A"])
    assert set(wanted_venues({demo.pk, live.pk})) == {"deribit", "deribit-test"}


def test_paper_accounts_and_venues_with_a_feed_of_their_own_are_left_out(demo: Account) -> None:
    paper = make_account()
    make_session(paper, venue="sim", symbols=["A"])
    make_session(demo, venue="deribit-test", symbols=["A"])
    with override_settings(VENUES=["deribit-test:A"]):
        assert wanted_venues({demo.pk, paper.pk}) == {}


def test_nothing_is_streamed_for_nobody(demo: Account) -> None:
    session: Any = make_session(demo, venue="deribit-test", symbols=[])
    assert session.symbols == []
    assert wanted_venues({demo.pk}) == {}
