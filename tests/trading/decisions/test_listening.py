"""Which sessions hear a signal."""

from typing import Any

import pytest

from tests.trading.factories import make_account, make_session, make_signal, make_user
from trading.decisions.listening import listening_sessions
from trading.models import AutoTradingSession, SessionStatus

pytestmark = pytest.mark.django_db


def hears(settings: dict[str, Any], **signal: Any) -> bool:
    session = make_session(make_account(), **settings)
    return listening_sessions(make_signal(session.account.owner, **signal)) == [session]


@pytest.mark.parametrize(
    ("settings", "signal", "heard"),
    [
        ({}, {"timeframe": "1h"}, True),
        ({"timeframes": ["1h"]}, {"timeframe": "1h"}, True),
        ({"timeframes": ["1h"]}, {"timeframe": "1m"}, False),
        ({"timeframes": ["1h"]}, {"timeframe": ""}, False),
        ({"sources": ["WEBHOOK"]}, {}, False),
        ({"sources": ["API"]}, {}, True),
        ({"market_types": ["FUTURES"]}, {}, False),
        ({"symbols": ["XYZ"]}, {}, False),
        ({"venue": "kraken"}, {}, False),
        ({"venue": "kraken"}, {"venue": ""}, True),
        # a strategy's signals are heard on the session's own timeframe, whatever it asks of others'
        ({"strategies": [{"name": "razor"}], "timeframe": "1m"}, {"source": "STRATEGY", "timeframe": "1m"}, False),
    ],
)
def test_filters(settings: dict[str, Any], signal: dict[str, Any], heard: bool) -> None:
    assert hears(settings, **signal) == heard


@pytest.mark.parametrize(("timeframe", "heard"), [("1m", True), ("5m", False)])
def test_its_own_strategies_on_its_own_timeframe(timeframe: str, heard: bool) -> None:
    session = make_session(make_account(), strategies=[{"name": "razor"}], timeframe="1m", timeframes=["5m"])
    key = session.strategy_keys[0]
    signal = make_signal(None, source="STRATEGY", strategy="razor", strategy_key=key, timeframe=timeframe)
    assert (listening_sessions(signal) == [session]) == heard


def test_a_stopped_session_and_a_paper_twin_hear_nothing() -> None:
    owner = make_user()
    session = make_session(make_account(owner), status=SessionStatus.STOPPED)
    twin = make_session(make_account(owner))
    AutoTradingSession.objects.filter(pk=twin.pk).update(shadow_of=session)
    assert listening_sessions(make_signal(owner)) == []


def test_in_the_order_in_which_their_accounts_are_locked() -> None:
    owner = make_user()
    later, earlier = [make_account(owner) for _ in range(2)][::-1]
    sessions = [make_session(account) for account in (later, earlier, later)]
    assert [item.pk for item in listening_sessions(make_signal(owner))] == [
        sessions[1].pk, sessions[0].pk, sessions[2].pk,
    ]  # fmt: skip
