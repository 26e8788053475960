"""From an approved signal to a position at a broker, and back: each order once, whatever becomes of the answers."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from brokers.interface import OrderStatus as Reported
from brokers.interface import Side
from tests.trading.brokerage.conftest import Desk, age
from tests.trading.exits.test_exits import check_books
from tests.trading.factories import make_instrument, publish_quote
from trading.accounts import paper
from trading.brokerage import resolve, sweep
from trading.brokerage.apply import apply_report
from trading.brokerage.closing import check_broker_exit, request_exit, run_exit
from trading.brokerage.reconcile import reconcile_account
from trading.brokerage.submit import submit_order
from trading.exits import closing
from trading.exits.exits import Exit
from trading.market import wall_now
from trading.models import (
    Decision,
    Difference,
    Event,
    ExitReason,
    Fill,
    Order,
    OrderPurpose,
    OrderStatus,
    StopHolder,
    Trade,
    TradeStatus,
)


def balanced(desk: Desk) -> None:
    """Our books are exact, and the broker's: the same cash, the same position."""
    check_books(desk.account.pk)
    assert abs(desk.fresh().balance - desk.broker.cash) < Decimal("0.0000001")
    held = Trade.objects.filter(account=desk.account, status__in=[TradeStatus.OPEN, TradeStatus.CLOSING])
    assert sum(trade.direction_sign * trade.open_quantity for trade in held) == desk.broker.net


def alerts(desk: Desk) -> list[str]:
    events = Event.objects.filter(owner=desk.account.owner, type="error").order_by("number")
    return [event.payload["code"] for event in events]


def test_a_signal_becomes_a_position_with_its_stop_at_the_broker(desk: Desk) -> None:
    desk.signal()
    trade = desk.trade()
    assert trade.status == TradeStatus.OPEN
    assert trade.stop_held == StopHolder.BROKER
    purposes = {order.purpose: order.status for order in trade.orders.all()}
    assert purposes == {"ENTRY": "FILLED", "STOP": "SUBMITTED", "TARGET": "SUBMITTED"}
    entry = trade.orders.get(purpose=OrderPurpose.ENTRY)
    assert desk.broker.sent[0].client_order_id == entry.client_order_id
    assert desk.broker.sent[0].bracket is not None
    balanced(desk)


def test_the_brokers_stop_ends_the_trade_once(desk: Desk) -> None:
    desk.signal()
    trade = desk.trade()
    stop = trade.orders.get(purpose=OrderPurpose.STOP)
    report = desk.broker.fill_leg(stop.broker_order_id, Decimal("99.4"))
    for _ in range(3):
        apply_report(stop.pk, report)
    trade = desk.trade()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.STOP_LOSS)
    assert trade.exit_price == Decimal("99.4")
    assert Fill.objects.filter(order=stop).count() == 1
    assert trade.orders.get(purpose=OrderPurpose.TARGET).status == OrderStatus.CANCELLED
    assert desk.fresh().margin_used == 0
    balanced(desk)


def test_closing_by_hand_cancels_what_rests_at_the_broker(desk: Desk) -> None:
    desk.signal()
    closed = paper.close_by_hand(desk.trade().pk)
    assert (closed.status, closed.exit_reason) == (TradeStatus.CLOSED, ExitReason.MANUAL)
    assert desk.broker.open_orders() == []
    assert [request.reduce_only for request in desk.broker.sent] == [False, True]
    balanced(desk)


def test_incident_1_a_lost_reply_is_looked_up_and_never_sent_again(desk: Desk) -> None:
    desk.broker.script = ["lost_reply"]
    desk.signal()
    order = Order.objects.get(purpose=OrderPurpose.ENTRY)
    assert order.status == OrderStatus.UNKNOWN
    submit_order(order.pk)
    assert len(desk.broker.sent) == 1
    resolve.resolve_order(order.pk)
    trade = desk.trade()
    assert trade.status == TradeStatus.OPEN
    assert trade.stop_held == StopHolder.BROKER
    assert len(desk.broker.sent) == 1
    assert "order_unknown" in alerts(desk)
    balanced(desk)


def test_an_order_that_never_arrived_is_given_up_and_not_sent_again(desk: Desk) -> None:
    desk.broker.script = ["lost"]
    desk.signal()
    order = Order.objects.get(purpose=OrderPurpose.ENTRY)
    assert resolve.resolve_order(order.pk) == OrderStatus.UNKNOWN, "it may still be on its way"
    age(order, 31)
    assert resolve.resolve_order(order.pk) == OrderStatus.REJECTED
    assert desk.trade().status == TradeStatus.FAILED
    assert len(desk.broker.sent) == 1
    assert desk.fresh().margin_used == 0
    balanced(desk)


def test_an_exit_that_never_arrived_is_tried_again_under_another_id(desk: Desk) -> None:
    desk.signal()
    desk.broker.script = ["lost"]
    request_exit(desk.trade().pk, ExitReason.MANUAL)
    first = Order.objects.get(purpose=OrderPurpose.EXIT)
    assert first.status == OrderStatus.UNKNOWN
    run_exit(desk.trade().pk)
    assert len(desk.broker.sent) == 2, "one exit in flight excludes another"
    age(first, 31)
    resolve.resolve_order(first.pk)
    assert desk.trade().status == TradeStatus.CLOSED
    ids = [request.client_order_id for request in desk.broker.sent]
    assert len(set(ids)) == len(ids) == 3
    balanced(desk)


@pytest.mark.parametrize("tries", [2, 5])
def test_incident_3_an_order_sent_by_many_workers_at_once_leaves_once(desk: Desk, tries: int) -> None:
    from trading import queueing

    with queueing.inline():
        pass
    desk.broker.script = ["unavailable"]
    desk.signal()
    order = Order.objects.get(purpose=OrderPurpose.ENTRY)
    assert order.status == OrderStatus.NEW

    def send() -> None:
        submit_order(order.pk)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(tries)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.broker.sent) == 1
    assert desk.trade().status == TradeStatus.OPEN
    balanced(desk)


def test_incident_4_a_cancelled_order_keeps_what_it_filled(desk: Desk) -> None:
    desk.broker.script = ["half"]
    desk.signal()
    order, trade = Order.objects.get(purpose=OrderPurpose.ENTRY), desk.trade()
    assert order.status == OrderStatus.CANCELLED
    assert order.filled_quantity == order.quantity / 2 == trade.quantity == desk.broker.net
    assert trade.status == TradeStatus.OPEN
    balanced(desk)


def test_an_exit_filled_in_part_goes_on_with_what_is_left(desk: Desk) -> None:
    desk.signal()
    desk.broker.script = ["half", "half"]
    request_exit(desk.trade().pk, ExitReason.MANUAL)
    trade = desk.trade()
    assert trade.status == TradeStatus.CLOSED
    assert [request.quantity for request in desk.broker.sent[1:]] == [
        trade.quantity,
        trade.quantity / 2,
        trade.quantity / 4,
    ]
    balanced(desk)


def test_incident_5_an_exit_in_flight_excludes_every_other(desk: Desk) -> None:
    desk.signal()
    trade = desk.trade()
    desk.broker.script = ["lost_reply"]
    request_exit(trade.pk, ExitReason.MANUAL)
    assert request_exit(trade.pk, ExitReason.STOP_LOSS) is None
    closing.close([Exit(trade.pk, ExitReason.STOP_LOSS, desk.quote(90.0), 90.0)])
    run_exit(trade.pk)
    assert len(desk.broker.sent) == 2
    resolve.resolve_order(Order.objects.get(purpose=OrderPurpose.EXIT).pk)
    assert desk.trade().status == TradeStatus.CLOSED
    balanced(desk)


@pytest.mark.parametrize("closes_itself", [False, True], ids=["we close", "the adapter has closed"])
def test_incident_6_a_stop_that_cannot_be_placed_closes_the_position_and_says_why(
    desk: Desk, closes_itself: bool
) -> None:
    desk.broker.closes_itself = closes_itself
    desk.broker.script = ["stop_refused"]
    desk.signal()
    trade = desk.trade()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.EMERGENCY)
    message = Event.objects.get(owner=desk.account.owner, type="error", payload__code="emergency_exit").payload[
        "message"
    ]
    assert "PERCENT_PRICE_BY_SIDE" in message
    assert desk.broker.net == 0
    assert len(desk.broker.sent) == (1 if closes_itself else 2)
    balanced(desk)


def test_incident_7_a_stop_that_was_touched_and_did_not_fill_goes_to_the_market(desk: Desk) -> None:
    desk.signal()
    trade = desk.trade()
    closing.close([Exit(trade.pk, ExitReason.STOP_LOSS, desk.quote(98.0), 98.0)])
    trade = desk.trade()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.STOP_LOSS)
    assert "stop_escalated" in alerts(desk)
    assert desk.broker.open_orders() == []
    balanced(desk)


def test_a_stop_that_filled_in_time_is_not_escalated(desk: Desk) -> None:
    desk.signal()
    stop = desk.trade().orders.get(purpose=OrderPurpose.STOP)
    desk.broker.fill_leg(stop.broker_order_id, Decimal("99.4"), tell=False)
    check_broker_exit(desk.trade().pk, ExitReason.STOP_LOSS)
    assert desk.trade().exit_price == Decimal("99.4")
    assert "stop_escalated" not in alerts(desk)
    assert len(desk.broker.sent) == 1
    balanced(desk)


def test_a_target_at_the_broker_is_left_to_wait(desk: Desk) -> None:
    desk.signal()
    closing.close([Exit(desk.trade().pk, ExitReason.TAKE_PROFIT, desk.quote(103.0), 103.0)])
    assert desk.trade().status == TradeStatus.OPEN
    assert len(desk.broker.sent) == 1


def test_where_the_broker_holds_no_stop_we_do(desk: Desk) -> None:
    desk.broker.holds_stops = False
    desk.signal()
    assert desk.trade().stop_held == StopHolder.US
    closing.close([Exit(desk.trade().pk, ExitReason.STOP_LOSS, desk.quote(99.0), 99.0)])
    assert desk.trade().exit_reason == ExitReason.STOP_LOSS
    balanced(desk)


def test_a_refused_entry_frees_its_margin_and_says_why(desk: Desk) -> None:
    desk.broker.script = ["refuse"]
    desk.signal()
    assert desk.trade().status == TradeStatus.FAILED
    assert "does not like it" in Order.objects.get().reason
    assert desk.fresh().margin_used == 0
    assert "order_rejected" in alerts(desk)


def test_a_refused_exit_leaves_the_trade_open_and_its_account_compared(desk: Desk) -> None:
    desk.signal()
    desk.broker.script = ["refuse"]
    request_exit(desk.trade().pk, ExitReason.MANUAL)
    trade = desk.trade()
    assert trade.status == TradeStatus.OPEN
    assert "exit_refused" in alerts(desk)
    assert desk.fresh().reconciled_at is not None
    request_exit(trade.pk, ExitReason.MANUAL)
    assert desk.trade().status == TradeStatus.CLOSED
    balanced(desk)


def test_an_entry_that_could_not_be_sent_in_time_is_dropped(desk: Desk) -> None:
    desk.broker.script = ["unavailable"]
    desk.signal()
    order = Order.objects.get()
    assert order.status == OrderStatus.NEW
    age(order, 31)
    assert submit_order(order.pk) == OrderStatus.REJECTED
    assert desk.broker.sent == []
    assert desk.trade().status == TradeStatus.FAILED


def test_an_exit_that_could_not_be_sent_is_tried_until_it_can(desk: Desk) -> None:
    desk.signal()
    desk.broker.script = ["unavailable", "unavailable"]
    request_exit(desk.trade().pk, ExitReason.MANUAL)
    assert desk.trade().status == TradeStatus.CLOSING
    assert "exit_delayed" in alerts(desk)
    age(Order.objects.get(purpose=OrderPurpose.EXIT), 600)
    sweep.sweep_live(wall_now())
    sweep.sweep_live(wall_now())
    assert desk.trade().status == TradeStatus.CLOSED
    balanced(desk)


def test_a_crash_before_sending_is_found_by_the_sweeper(desk: Desk) -> None:
    """SUBMITTED was written, then the worker died: whether it was sent is for the broker to say."""
    desk.broker.script = ["unavailable"]
    desk.signal()
    order = Order.objects.get()
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.SUBMITTED)
    age(order, 6)
    assert resolve.unresolved_orders(wall_now()) == [order.pk]
    sweep.sweep_live(wall_now())
    assert Order.objects.get().status == OrderStatus.SUBMITTED
    age(order, 31)
    sweep.sweep_live(wall_now())
    assert Order.objects.get().status == OrderStatus.REJECTED
    assert desk.broker.sent == []


def test_a_fill_that_came_after_the_end_is_closed_at_once(desk: Desk) -> None:
    desk.broker.script = ["half"]
    desk.signal()
    trade, entry = desk.trade(), Order.objects.get(purpose=OrderPurpose.ENTRY)
    request_exit(trade.pk, ExitReason.MANUAL)
    assert desk.trade().status == TradeStatus.CLOSED
    held = desk.broker.orders[entry.broker_order_id]
    late = desk.broker._execute(Side.BUY, entry.quantity - entry.filled_quantity)
    from dataclasses import replace

    held.report = replace(held.report, status=Reported.FILLED, executions=(*held.report.executions, late))
    apply_report(entry.pk, held.report)
    trade = desk.trade()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.LATE_FILL)
    assert desk.fresh().total_trades == 1
    assert desk.broker.net == 0
    balanced(desk)


def test_incident_11_what_filled_in_the_dark_is_found(desk: Desk) -> None:
    desk.signal()
    stop = desk.trade().orders.get(purpose=OrderPurpose.STOP)
    desk.broker.down = True
    assert sweep.sweep_live(wall_now()) == 0
    desk.broker.fill_leg(stop.broker_order_id, Decimal("99.2"), tell=False)
    desk.broker.down = False
    assert reconcile_account(desk.account.pk) == []
    assert desk.trade().exit_reason == ExitReason.STOP_LOSS
    balanced(desk)


def test_a_position_closed_by_another_hand_is_noticed_and_booked(desk: Desk) -> None:
    desk.signal()
    desk.broker.price = Decimal(101)
    desk.broker.trade_by_hand(Side.SELL, desk.broker.net)
    found = reconcile_account(desk.account.pk)
    trade = desk.trade()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.EXTERNAL)
    assert trade.exit_price == 101
    assert found == []
    balanced(desk)


def test_incident_2_a_manual_trade_shows_as_a_difference_until_it_is_gone(desk: Desk) -> None:
    desk.signal()
    held = desk.broker.net
    desk.broker.trade_by_hand(Side.BUY, Decimal(3))
    found = {item.kind: item for item in reconcile_account(desk.account.pk)}
    assert set(found) == {"POSITION", "BALANCE"}
    assert found["POSITION"].ours == f"{held.normalize():f}"
    assert found["POSITION"].theirs == f"{(held + 3).normalize():f}"
    assert alerts(desk).count("difference") == 2
    reconcile_account(desk.account.pk)
    assert alerts(desk).count("difference") == 2, "said once"
    assert desk.trade().quantity == held, "never a silent fix"
    desk.broker.trade_by_hand(Side.SELL, Decimal(3))
    left = {item.kind for item in reconcile_account(desk.account.pk)}
    assert "POSITION" not in left
    assert "difference_resolved" in alerts(desk)
    assert Difference.objects.filter(kind="POSITION", resolved_at__isnull=False).count() == 1


def test_a_stop_that_vanished_is_watched_by_us(desk: Desk) -> None:
    desk.signal()
    trade = desk.trade()
    stop = trade.orders.get(purpose=OrderPurpose.STOP)
    desk.broker.cancel_order("ABC", order_id=stop.broker_order_id)
    Trade.objects.filter(pk=trade.pk).update(opened_wall=wall_now().replace(year=2020))
    assert [item.kind for item in reconcile_account(desk.account.pk)] == ["MISSING_STOP"]
    assert desk.trade().stop_held == StopHolder.US
    closing.close([Exit(trade.pk, ExitReason.STOP_LOSS, desk.quote(99.0), 99.0)])
    assert desk.trade().exit_reason == ExitReason.STOP_LOSS
    balanced(desk)


def test_a_disabled_account_sends_no_entry_and_still_closes(desk: Desk) -> None:
    desk.signal()
    desk.broker.script = ["unavailable"]
    make_instrument("XYZ", venue=desk.session.venue, market_type="FUTURES")
    publish_quote(100.0, "XYZ", venue=desk.session.venue)
    desk.signal(symbol="XYZ")
    waiting = Order.objects.get(status=OrderStatus.NEW)
    type(desk.account).objects.filter(pk=desk.account.pk).update(is_enabled=False)
    assert submit_order(waiting.pk) == OrderStatus.REJECTED
    first = Trade.objects.filter(status=TradeStatus.OPEN).get()
    request_exit(first.pk, ExitReason.MANUAL)
    assert Trade.objects.get(pk=first.pk).status == TradeStatus.CLOSED
    balanced(desk)


def test_a_trade_against_an_open_one_is_refused_where_positions_are_netted(desk: Desk) -> None:
    desk.signal()
    desk.signal(direction="SHORT", stop_loss=Decimal(101), take_profits=["98"])
    refused = Decision.objects.latest("id")
    assert "set the two off" in refused.reason
    assert len(desk.broker.sent) == 1
