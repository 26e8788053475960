"""The kill switch and orders at brokers: none leaves once it is engaged, and what had left is taken back or closed."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.trading.brokerage.conftest import Desk, age
from tests.trading.brokerage.test_orders import balanced
from tests.trading.factories import make_instrument, make_signal, publish_quote
from trading import outbox, queueing
from trading.brokerage import submit
from trading.brokerage.apply import apply_report
from trading.brokerage.submit import submit_order
from trading.decisions.decide import decide
from trading.killswitch import enforcement, killswitch
from trading.market import wall_now
from trading.models import (
    ExitReason,
    KillSwitch,
    Order,
    OrderPurpose,
    OrderStatus,
    Trade,
    TradeStatus,
)


def engage(desk: Desk, **values: Any) -> KillSwitch:
    owner = desk.account.owner_id
    return killswitch.engage(owner_id=owner, actor_id=owner, **values)


def fresh(switch: KillSwitch) -> KillSwitch:
    return KillSwitch.objects.get(pk=switch.pk)


def entry() -> Order:
    return Order.objects.get(purpose=OrderPurpose.ENTRY)


def test_an_entry_that_waits_never_leaves(desk: Desk) -> None:
    desk.broker.script = ["unavailable"]
    desk.signal()
    assert entry().status == OrderStatus.NEW
    switch = engage(desk)
    assert entry().status == OrderStatus.CANCELLED
    assert submit_order(entry().pk) == OrderStatus.CANCELLED
    assert desk.broker.sent == []
    assert desk.trade().status == TradeStatus.CANCELLED
    assert fresh(switch).enforced_at is not None
    balanced(desk)


def test_an_entry_put_back_while_it_was_being_engaged_does_not_leave_either(desk: Desk) -> None:
    desk.broker.script = ["unavailable"]
    desk.signal()
    KillSwitch.objects.create(owner=desk.account.owner, engaged_at=wall_now())
    assert submit_order(entry().pk) == OrderStatus.CANCELLED
    assert desk.broker.sent == []
    assert desk.fresh().margin_used == 0
    balanced(desk)


def test_an_entry_that_rests_at_the_broker_is_cancelled_there(desk: Desk) -> None:
    desk.broker.script = ["rest"]
    desk.signal()
    switch = engage(desk)
    assert desk.broker.open_orders() == []
    assert (entry().status, desk.trade().status) == (OrderStatus.CANCELLED, TradeStatus.CANCELLED)
    assert desk.fresh().margin_used == 0
    assert fresh(switch).enforced_at is not None
    balanced(desk)


def test_an_entry_whose_outcome_is_not_known_is_looked_up_and_its_position_closed(desk: Desk) -> None:
    desk.broker.script = ["lost_reply"]
    desk.signal()
    assert entry().status == OrderStatus.UNKNOWN
    switch = engage(desk, close_positions=True)
    trade = desk.trade()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.KILL_SWITCH)
    assert fresh(switch).enforced_at is not None
    assert desk.broker.open_orders() == []
    balanced(desk)


def test_an_entry_that_never_arrived_holds_the_enforcement_up_until_that_is_sure(desk: Desk) -> None:
    desk.broker.script = ["lost"]
    desk.signal()
    switch = engage(desk)
    assert fresh(switch).enforced_at is None
    age(entry(), 60)
    outbox.sweep_outbox()
    assert fresh(switch).enforced_at is not None
    assert len(desk.broker.sent) == 1


def test_a_fill_that_slips_in_is_closed_too(desk: Desk) -> None:
    desk.broker.script = ["rest"]
    desk.signal()
    desk.broker.down = True
    switch = engage(desk, close_positions=True)
    assert fresh(switch).enforced_at is None
    desk.broker.down = False
    report = desk.broker.fill(entry().client_order_id)
    apply_report(entry().pk, report)
    trade = desk.trade()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.KILL_SWITCH)
    outbox.sweep_outbox()
    assert fresh(switch).enforced_at is not None
    balanced(desk)


def test_what_comes_after_it_was_enforced_is_closed_as_well(desk: Desk) -> None:
    desk.broker.script = ["rest"]
    desk.signal()
    switch, order = engage(desk, close_positions=True), entry()
    assert fresh(switch).enforced_at is not None
    held = desk.broker._by_client_id(order.client_order_id)
    assert held is not None
    apply_report(order.pk, desk.broker.fill(order.client_order_id))  # the cancellation came too late after all
    outbox.sweep_outbox()
    assert desk.broker.net == 0
    assert not Trade.objects.filter(status__in=[TradeStatus.OPEN, TradeStatus.CLOSING]).exists()
    balanced(desk)


def test_exits_leave_while_it_is_engaged(desk: Desk) -> None:
    desk.signal()
    engage(desk)
    desk.broker.price = Decimal("98.9")
    stop = desk.trade().orders.get(purpose=OrderPurpose.STOP)
    apply_report(stop.pk, desk.broker.fill_leg(stop.broker_order_id, Decimal("98.9")))
    assert desk.trade().exit_reason == ExitReason.STOP_LOSS
    balanced(desk)


def test_an_exit_that_is_refused_is_tried_until_the_position_is_closed(desk: Desk) -> None:
    desk.signal()
    desk.broker.script = ["refuse"]
    switch = engage(desk, close_positions=True)
    assert desk.trade().status == TradeStatus.OPEN
    assert fresh(switch).enforced_at is None
    outbox.sweep_outbox()
    assert desk.trade().exit_reason == ExitReason.KILL_SWITCH
    assert fresh(switch).enforced_at is not None
    balanced(desk)


def test_a_part_on_its_way_out_becomes_all_of_it(desk: Desk) -> None:
    from trading.brokerage.closing import request_exit

    desk.signal()
    desk.broker.script = ["unavailable"]
    request_exit(desk.trade().pk, ExitReason.MANUAL, desk.trade().quantity / 2)
    engage(desk, close_positions=True)
    outbox.sweep_outbox()
    assert (desk.trade().status, desk.trade().exit_reason) == (TradeStatus.CLOSED, ExitReason.KILL_SWITCH)
    balanced(desk)


def test_a_killed_sessions_entry_that_fills_later_is_closed_at_once(desk: Desk) -> None:
    desk.broker.script = ["rest"]
    desk.signal()
    desk.broker.down = True
    assert enforcement.enforce_session(desk.session.pk, close_positions=True) == 1
    desk.session.status = "STOPPED"
    desk.session.save()
    desk.broker.down = False
    apply_report(entry().pk, desk.broker.fill(entry().client_order_id))
    trade = desk.trade()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.KILL_SWITCH)
    balanced(desk)


# --- races


def waiting_entries(desk: Desk, count: int) -> list[int]:
    """NEW entries on as many symbols."""
    type(desk.account).objects.filter(pk=desk.account.pk).update(max_open_trades=count, max_position_size="0.02")
    found = []
    for number in range(count):
        symbol = f"S{number}"
        make_instrument(symbol, venue=desk.account.venue, market_type="FUTURES", min_notional=0.1)
        publish_quote(100.0, symbol, venue=desk.account.venue)
        values = {"venue": desk.account.venue, "market_type": "FUTURES", "symbol": symbol}
        signal = make_signal(desk.account.owner, dispatched_at=wall_now(), **values)
        found.append(decide(signal, desk.session.pk).order.pk)
    return found


def sent_ones() -> set[int]:
    """Entries that ever went from NEW to SUBMITTED."""
    sent = Order.objects.filter(purpose=OrderPurpose.ENTRY, submitted_at__isnull=False)
    return set(sent.values_list("pk", flat=True))


def test_with_twenty_submits_racing_none_leaves_once_engage_has_returned(desk: Desk) -> None:
    orders = waiting_entries(desk, 20)
    ready = threading.Barrier(len(orders) + 1)
    gone: list[set[int]] = []

    def send(order_id: int) -> None:
        with queueing.inline():
            ready.wait()
            submit_order(order_id)
        connection.close()

    def kill() -> None:
        ready.wait()
        killswitch.engage(owner_id=desk.account.owner_id, actor_id=None)
        gone.append(sent_ones())
        connection.close()

    threads = [threading.Thread(target=send, args=(pk,)) for pk in orders]
    threads.append(threading.Thread(target=kill))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sent_ones() == gone[0]
    assert not Order.objects.filter(status=OrderStatus.NEW).exists()
    stopped = Order.objects.filter(pk__in=orders, submitted_at=None)
    assert set(stopped.values_list("status", flat=True)) <= {OrderStatus.CANCELLED}
    assert len(desk.broker.sent) == len(gone[0])


def test_engage_waits_for_an_order_that_is_just_leaving(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (order_id,) = waiting_entries(desk, 1)
    inside, go, real = threading.Event(), threading.Event(), submit.request_of

    def slow(*arguments: Any) -> Any:
        """In the order's transaction, after the flag was read."""
        inside.set()
        go.wait(20)
        return real(*arguments)

    monkeypatch.setattr(submit, "request_of", slow)
    gone: list[set[int]] = []

    def send() -> None:
        with queueing.inline():
            submit_order(order_id)
        connection.close()

    def kill() -> None:
        killswitch.engage(owner_id=desk.account.owner_id, actor_id=None)
        gone.append(sent_ones())
        connection.close()

    sender, killer = threading.Thread(target=send), threading.Thread(target=kill)
    sender.start()
    assert inside.wait(20)
    killer.start()
    killer.join(0.5)
    assert killer.is_alive(), "an order was on its way out, and engage() returned"
    go.set()
    sender.join()
    killer.join()
    assert gone == [{order_id}]
    assert sent_ones() == {order_id}
