"""The kill switch on paper: what is on its way is taken back, nothing new leaves, and a person lifts it."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from tests.clients import open_trade
from tests.trading.exits.test_exits import check_books
from tests.trading.factories import (
    make_account,
    make_instrument,
    make_session,
    make_signal,
    make_user,
    publish_quote,
)
from trading import outbox, queueing
from trading.decisions import dispatch
from trading.decisions.decide import decide
from trading.execution import execute_order
from trading.killswitch import enforcement, killswitch
from trading.market import redis_client, wall_now
from trading.models import (
    Account,
    Alert,
    Event,
    ExitReason,
    KillSwitch,
    Order,
    OrderStatus,
    Severity,
    Trade,
    TradeStatus,
)

pytestmark = pytest.mark.usefixtures("transactional_db", "inline")


@pytest.fixture
def floor(transactional_db: None) -> SimpleNamespace:
    """As everybody's, in transactions that are committed."""
    account = make_account()
    make_instrument()
    publish_quote(100.0)
    return SimpleNamespace(account=account, owner=account.owner, session=make_session(account))


def approved(floor: SimpleNamespace, session: Any = None, **values: Any) -> Order:
    """An entry that is NEW: decided, and not carried out yet."""
    signal = make_signal(floor.owner, dispatched_at=wall_now(), **values)
    return decide(signal, (session or floor.session).pk).order


def engage(floor: SimpleNamespace, **values: Any) -> KillSwitch:
    return killswitch.engage(owner_id=floor.owner.pk, actor_id=floor.owner.pk, **values)


def test_entries_that_wait_are_taken_back_and_their_margin_is_free(floor: SimpleNamespace) -> None:
    order = approved(floor)
    assert Account.objects.get().margin_used > 0
    engage(floor, reason="the news")
    order.refresh_from_db()
    trade = Trade.objects.get()
    assert (order.status, order.reason) == (OrderStatus.CANCELLED, "The kill switch is engaged.")
    assert (trade.status, trade.margin) == (TradeStatus.CANCELLED, 0)
    assert Account.objects.get().margin_used == 0
    assert Event.objects.filter(type="trade_update", payload__status="CANCELLED").exists()
    check_books(floor.account.pk)


def test_an_order_approved_a_moment_before_does_not_leave(floor: SimpleNamespace) -> None:
    order = approved(floor)
    KillSwitch.objects.create(owner=floor.owner, engaged_at=wall_now())  # as another process has just committed it
    assert execute_order(order.pk) == OrderStatus.CANCELLED
    assert Trade.objects.get().status == TradeStatus.CANCELLED
    check_books(floor.account.pk)


def test_a_session_that_was_stopped_sends_nothing_more(floor: SimpleNamespace) -> None:
    order = approved(floor)
    floor.account.sessions.update(status="STOPPED")
    assert execute_order(order.pk) == OrderStatus.CANCELLED
    order.refresh_from_db()
    assert order.reason == "Its session is stopped."


def test_open_positions_stay_unless_they_are_to_be_closed(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    switch = engage(floor)
    trade.refresh_from_db()
    switch.refresh_from_db()
    assert trade.status == TradeStatus.OPEN
    assert switch.enforced_at is not None
    publish_quote(100.5, age=3600)  # the last quote, however old
    wider = engage(floor, close_positions=True)
    trade.refresh_from_db()
    wider.refresh_from_db()
    assert wider.pk == switch.pk
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.KILL_SWITCH)
    assert wider.enforced_at is not None
    check_books(floor.account.pk)


def test_a_market_that_is_not_quoted_is_closed_once_it_is(floor: SimpleNamespace) -> None:
    open_trade(floor)
    redis_client().flushall()
    switch = engage(floor, close_positions=True)
    switch.refresh_from_db()
    assert switch.enforced_at is None
    assert enforcement.unfinished_switches() == [switch.pk]
    publish_quote(99.5)
    assert outbox.sweep_outbox()["kill_switches"] == 1
    switch.refresh_from_db()
    assert Trade.objects.get().exit_reason == ExitReason.KILL_SWITCH
    assert switch.enforced_at is not None
    assert enforcement.unfinished_switches() == []


def test_it_is_one_switch_however_often_it_is_engaged(floor: SimpleNamespace) -> None:
    first = engage(floor, reason="first")
    again = engage(floor, reason="second")
    assert (first.pk, again.reason) == (again.pk, "first")
    assert KillSwitch.objects.count() == 1
    assert Alert.objects.filter(code="kill_switch_engaged").count() == 1


def test_lifting_lets_entries_leave_again(floor: SimpleNamespace) -> None:
    engage(floor)
    assert killswitch.engaged(floor.owner.pk) is not None
    lifted = killswitch.lift(owner_id=floor.owner.pk, actor_id=floor.owner.pk)
    assert lifted is not None
    assert lifted.lifted_by == floor.owner
    assert killswitch.engaged(floor.owner.pk) is None
    assert killswitch.lift(owner_id=floor.owner.pk, actor_id=floor.owner.pk) is None
    assert open_trade(floor).status == TradeStatus.OPEN
    engage(floor)
    assert KillSwitch.objects.count() == 2, "the past stays"


def test_anothers_switch_is_anothers(floor: SimpleNamespace) -> None:
    stranger = make_user()
    killswitch.engage(owner_id=stranger.pk, actor_id=stranger.pk, close_positions=True)
    assert killswitch.engaged(floor.owner.pk) is None
    assert open_trade(floor).status == TradeStatus.OPEN


def test_the_one_for_everybody_stops_everybody(floor: SimpleNamespace) -> None:
    trade, admin = open_trade(floor), make_user()
    publish_quote(100.0, "DEF")
    order = approved(floor, symbol="DEF")
    killswitch.engage(owner_id=None, actor_id=admin.pk, close_positions=True)
    trade.refresh_from_db()
    order.refresh_from_db()
    assert (trade.exit_reason, order.status) == (ExitReason.KILL_SWITCH, OrderStatus.CANCELLED)
    assert killswitch.engaged(floor.owner.pk) is not None
    own = engage(floor)
    assert killswitch.engaged(floor.owner.pk) == own, "the own one is shown first"
    killswitch.lift(owner_id=floor.owner.pk, actor_id=floor.owner.pk)
    assert killswitch.engaged(floor.owner.pk) is not None
    told = Alert.objects.filter(code="kill_switch_engaged", details__everybody=True)
    assert {alert.owner_id for alert in told} == {floor.owner.pk, admin.pk}


def test_it_is_told_and_kept_on_record(floor: SimpleNamespace) -> None:
    engage(floor, reason="the news")
    alert = Alert.objects.get(owner=floor.owner, kind="KILL_SWITCH")
    assert alert.severity == Severity.CRITICAL
    assert "the news" in alert.message
    killswitch.lift(owner_id=floor.owner.pk, actor_id=floor.owner.pk)
    recorded = Event.objects.filter(owner=floor.owner, type="audit").order_by("number")
    actions = [event.payload["action"] for event in recorded]
    assert actions == ["kill_switch.enforced", "kill_switch.engaged", "kill_switch.lifted"]


def test_inside_a_transaction_it_would_not_be_seen_and_is_refused() -> None:
    user = make_user()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        killswitch.engage(owner_id=user.pk, actor_id=user.pk)
    assert not KillSwitch.objects.exists()


def test_the_gates_refuse_while_it_is_engaged(floor: SimpleNamespace) -> None:
    engage(floor)
    dispatch.dispatch_signal(make_signal(floor.owner).pk)
    assert not Trade.objects.exists()


class TestSession:
    def test_its_own_entries_are_taken_back_and_its_positions_closed(self, floor: SimpleNamespace) -> None:
        other = make_session(floor.account, symbols=["DEF"])
        publish_quote(100.0, "DEF")
        theirs = approved(floor, other, symbol="DEF")
        publish_quote(100.0, "GHI")
        trade, order = open_trade(floor), approved(floor, symbol="GHI")
        left = enforcement.enforce_session(floor.session.pk, close_positions=True)
        trade.refresh_from_db()
        theirs.refresh_from_db()
        assert left == 0
        assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.KILL_SWITCH)
        assert theirs.status == OrderStatus.NEW
        order.refresh_from_db()
        assert order.status == OrderStatus.CANCELLED
        check_books(floor.account.pk)

    def test_its_positions_stay_unless_asked(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        assert enforcement.enforce_session(floor.session.pk) == 0
        trade.refresh_from_db()
        assert trade.status == TradeStatus.OPEN


def test_while_no_worker_can_be_reached_it_is_done_here_until_it_is_done(
    floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    trade = open_trade(floor)
    switch = KillSwitch.objects.create(owner=floor.owner, engaged_at=wall_now(), close_positions=True)
    redis_client().flushall()
    monkeypatch.setattr(queueing, "send", lambda *_, **__: False)
    monkeypatch.setattr(enforcement.time, "sleep", lambda _: publish_quote(99.9))
    thread = threading.Thread(target=enforcement._hand_over, args=(switch.pk,))
    thread.start()
    thread.join()
    switch.refresh_from_db()
    trade.refresh_from_db()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.KILL_SWITCH)
    assert switch.enforced_at is not None


def test_a_worker_that_can_be_reached_is_left_to_it(floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = KillSwitch.objects.create(owner=floor.owner, engaged_at=wall_now())
    queued: list[Any] = []
    monkeypatch.setattr(queueing, "send", lambda *args, **_: queued.append(args) or True)
    enforcement._hand_over(switch.pk)
    switch.refresh_from_db()
    assert queued == [("trading.enforce_kill_switch", switch.pk)]
    assert switch.enforced_at is None
