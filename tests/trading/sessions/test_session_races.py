"""Steps of one session taken by several at once: one of them counts, and the books agree."""

import threading
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tests.trading.factories import make_session
from trading.accounts.account_checks import AccountConflict
from trading.market import wall_now
from trading.models import Alert, AlertKind, AutoTradingSession, Event, SessionStatus, Trade, TradeStatus
from trading.sessions import limits, sessions

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def race(work: Callable[[int], Any]) -> list[Any]:
    found: list[Any] = [None] * AT_ONCE
    gate = threading.Barrier(AT_ONCE)

    def one(number: int) -> None:
        gate.wait()
        try:
            found[number] = work(number)
        except AccountConflict as error:
            found[number] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_halted_by_many_it_is_halted_once(floor: SimpleNamespace) -> None:
    session = make_session(floor.account, risk={"max_consecutive_losses": 1, "cool_down_minutes": 30.0})
    Trade.objects.create(
        account=floor.account, session=session, venue="sim", symbol="ABC", market_type="SPOT", direction="LONG",
        quantity=1, closed_quantity=1, entry_price=100, exit_price=99, exit_reason="STOP_LOSS", realized_pnl=-1,
        status=TradeStatus.CLOSED, opened_at=wall_now(), closed_at=wall_now(),
    )  # fmt: skip
    found = race(lambda number: limits.check_limits(account_id=floor.account.pk))
    assert sum(map(len, found)) == 1
    assert Alert.objects.filter(kind=AlertKind.HALTED).count() == 1
    session.refresh_from_db()
    until = session.halted_until
    woken = race(lambda number: limits.resume_due(now=until))
    assert sum(map(len, woken)) == 1
    assert Alert.objects.filter(kind=AlertKind.RESUMED).count() == 1


def test_every_way_at_once_ends_in_one_state_and_the_audit_knows_it(floor: SimpleNamespace) -> None:
    steps = (sessions.pause, sessions.resume, sessions.stop, sessions.start, sessions.kill)
    race(lambda number: steps[number % len(steps)](session_id=floor.session.pk))
    session = AutoTradingSession.objects.get(pk=floor.session.pk)
    assert (session.status == SessionStatus.HALTED) == (session.halted_by == "kill_switch")
    changes = [item.payload for item in Event.objects.filter(type="audit").order_by("number")]
    moves = [item for item in changes if "status" in item["after"]]
    for earlier, later in pairwise(moves):
        assert later["before"]["status"] == earlier["after"]["status"], "each follows on the one before"
    assert (moves[-1]["after"]["status"] if moves else "RUNNING") == session.status


def test_one_draft_is_started_into_one_version(floor: SimpleNamespace) -> None:
    session = make_session(floor.account, status=SessionStatus.STOPPED)
    race(lambda number: sessions.start(session_id=session.pk))
    assert session.algorithms.count() == 1
    race(lambda number: sessions.update_session(session_id=session.pk, changes={"risk": {"max_stake": 5.0 + number}}))
    assert sorted(session.algorithms.values_list("version", flat=True)) == list(range(1, AT_ONCE + 2))
