"""Twenty workers race for what a limit leaves: exactly one gets it. On PostgreSQL each is a connection of its own at
work at the same moment; SQLite lets them in one after the other.
"""

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from signals.models import Signal
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, make_user, publish_quote
from trading.decisions import dispatch
from trading.decisions.decide import decide
from trading.decisions.holdings import read_holdings
from trading.feed import events
from trading.models import Account, AutoTradingSession, Decision, Event, Order, Trade, TradeStatus, Verdict

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 20


def race(work: Sequence[Callable[[], Any]]) -> None:
    """Run all at once, each in a thread with a connection of its own; what goes wrong in one is raised here."""
    gathered, wrong = threading.Barrier(len(work)), []

    def run(one: Callable[[], Any]) -> None:
        try:
            gathered.wait()
            one()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def signals(owner: Any, **values: Any) -> list[Signal]:
    """One signal a worker, each in a market of its own: no gate but the limit stands between them."""
    found = []
    for number in range(WORKERS):
        make_instrument(f"M{number}")
        publish_quote(100.0, f"M{number}")
        found.append(make_signal(owner, symbol=f"M{number}", **values))
    return found


def race_in(sessions: Sequence[AutoTradingSession], given: Sequence[Signal]) -> list[Decision]:
    """Each signal decided on by a worker of its own, the sessions taking turns."""
    race([lambda at=at: decide(given[at], sessions[at % len(sessions)].pk) for at in range(len(given))])  # type: ignore[misc]
    return list(Decision.objects.filter(verdict=Verdict.APPROVED))


def margin_fits(account: Account) -> bool:
    account.refresh_from_db()
    return account.margin_used == sum(Trade.objects.filter(account=account).live().values_list("margin", flat=True))


LAST_SLOT: list[tuple[str, dict[str, Any]]] = [
    ("max_trades_per_day", {"max_trades_per_day": 1}),
    ("max_open_trades", {"max_open_trades": 1}),
    ("max_exposure_percent", {"max_exposure_percent": 10}),
    ("max_correlated_percent", {"max_correlated_percent": 10}),
]


@pytest.mark.parametrize("risk", [risk for _, risk in LAST_SLOT], ids=[name for name, _ in LAST_SLOT])
def test_a_sessions_last_slot_has_one_winner(risk: dict[str, Any]) -> None:
    account = make_account(max_open_trades=100)
    session = make_session(account, risk=risk, sizing={"method": "PERCENT", "percent": 10})
    won = race_in([session], signals(account.owner))
    assert len(won) == 1
    assert Decision.objects.count() == WORKERS
    assert Trade.objects.live().count() == Order.objects.count() == 1
    assert margin_fits(account)


def test_an_accounts_last_slot_has_one_winner_among_its_sessions() -> None:
    account = make_account(max_open_trades=1)
    sessions = [make_session(account) for _ in range(WORKERS)]
    assert len(race_in(sessions, signals(account.owner))) == 1
    assert margin_fits(account)


def test_exposure_is_the_accounts_whichever_session_adds_to_it() -> None:
    account = make_account(max_open_trades=100)
    sizing = {"method": "PERCENT", "percent": 10}
    sessions = [make_session(account, risk={"max_exposure_percent": 35}, sizing=sizing) for _ in range(WORKERS)]
    won = race_in(sessions, signals(account.owner))
    # three of ten percent, and what is left for a fourth
    assert sorted(float(item.notional) for item in won) == pytest.approx([50.0, 100.0, 100.0, 100.0])
    held = read_holdings({account.pk: Account.objects.get(pk=account.pk)})[account.pk]
    assert sum(item.notional for item in held) <= 350.0 * (1 + 1e-9)


def test_a_limit_across_accounts_holds_across_accounts() -> None:
    """Each account has a lock of its own; a session with such a limit takes them all."""
    owner = make_user()
    sessions = [
        make_session(
            make_account(owner, max_open_trades=100),
            risk={"max_correlated_percent": 25},
            sizing={"method": "PERCENT", "percent": 10},
        )
        for _ in range(WORKERS)
    ]
    won = race_in(sessions, signals(owner))
    assert sorted(float(item.notional) for item in won) == pytest.approx([50.0, 100.0, 100.0])
    assert {item.account_id for item in won} <= {session.account_id for session in sessions}


def test_accounts_without_the_limit_move_only_between_those_that_have_it() -> None:
    """No two of them deadlock, and what the unlimited ones add counts for the limited."""
    owner = make_user()
    limited = [
        make_session(
            make_account(owner), risk={"max_correlated_percent": 1}, sizing={"method": "PERCENT", "percent": 1}
        )
        for _ in range(WORKERS // 2)
    ]
    free = [make_session(make_account(owner)) for _ in range(WORKERS // 2)]
    race_in([session for pair in zip(limited, free, strict=True) for session in pair], signals(owner))
    approved = set(Decision.objects.filter(verdict=Verdict.APPROVED).values_list("session", flat=True))
    assert approved >= {session.pk for session in free}
    assert len(approved & {session.pk for session in limited}) <= 1


def test_sessions_that_decide_together_race_with_each_other_and_keep_the_limits() -> None:
    """Each worker dispatches a signal of its own to all sessions of four accounts at once."""
    owner = make_user()
    accounts = [make_account(owner, max_open_trades=2) for _ in range(4)]
    for account in accounts:
        for _ in range(3):
            make_session(account, risk={"max_trades_per_day": 1})
    given = signals(owner)
    race([lambda pk=signal.pk: dispatch.dispatch_signal(pk) for signal in given])  # type: ignore[misc]
    assert Decision.objects.count() == WORKERS * 12
    for account in accounts:
        assert Decision.objects.filter(account=account, verdict=Verdict.APPROVED).count() == 2
        assert Trade.objects.filter(account=account, status=TradeStatus.OPEN).count() == 2
        assert margin_fits(account)
    for session in AutoTradingSession.objects.all():
        assert session.trades.count() <= 1
    # and the log has every number once, in order
    numbers = list(Event.objects.filter(owner=owner).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert events.latest_number(owner.pk) == len(numbers)


def test_the_same_signal_by_twenty_workers_is_decided_once_a_session() -> None:
    account = make_account(balance="10000")
    for number in range(3):
        make_session(account, symbols=["ABC"], name=f"S{number}")
    make_instrument()
    publish_quote(100.0)
    signal = make_signal(account.owner)
    race([lambda: dispatch.dispatch_signal(signal.pk)] * WORKERS)
    assert Decision.objects.count() == 3
    assert Decision.objects.filter(verdict=Verdict.APPROVED).count() == 1
    assert Trade.objects.get().status == TradeStatus.OPEN
    account.refresh_from_db()
    assert account.balance == Decimal(10000) - Trade.objects.get().fees
