"""A part of a live trade closed: the rest stays open, with legs at the broker as large as it is."""

from dataclasses import replace
from decimal import Decimal

import pytest

from brokers.interface import OrderStatus as Reported
from brokers.interface import Side
from tests.trading.brokerage.conftest import Desk, age
from tests.trading.brokerage.test_orders import alerts, balanced
from trading.brokerage import resolve, sweep
from trading.brokerage.apply import apply_report
from trading.brokerage.closing import ContractNotDivisible, check_broker_exit, request_exit, run_exit
from trading.brokerage.reconcile import reconcile_account
from trading.brokerage.submit import submit_order
from trading.exits import closing
from trading.exits.exits import Exit
from trading.market import wall_now
from trading.models import (
    Event,
    ExitReason,
    Order,
    OrderPurpose,
    OrderStatus,
    StopHolder,
    Trade,
    TradeStatus,
)


def opened(desk: Desk, **values: object) -> Trade:
    desk.signal(**values)
    trade = desk.trade()
    assert trade.status == TradeStatus.OPEN
    return trade


def legs(desk: Desk) -> dict[str, tuple[Decimal, Decimal]]:
    """What rests at the broker: trigger and quantity by kind; and our books say the same."""
    resting = [item for item in desk.broker.open_orders() if item.stop_price is not None and item.quantity is not None]
    found = {item.type.value: (item.stop_price, item.quantity) for item in resting}
    assert len(found) == len(resting)
    ours = Order.objects.filter(purpose__in=["STOP", "TARGET"], status=OrderStatus.SUBMITTED)
    assert {item.type: (item.stop_price, item.quantity) for item in ours} == found
    return found  # type: ignore[return-value]


def test_the_part_goes_and_the_rest_stays_open(desk: Desk) -> None:
    trade = opened(desk)
    margin, whole = trade.margin, trade.quantity
    request_exit(trade.pk, ExitReason.MANUAL, whole / 4)
    trade = desk.trade()
    assert (trade.status, trade.closed_quantity, trade.closing_goal) == (TradeStatus.OPEN, whole / 4, None)
    assert trade.closing_reason == ""
    assert trade.margin == margin * 3 / 4 == desk.fresh().margin_used
    assert trade.exit_price is None
    assert desk.fresh().total_trades == 0
    assert legs(desk) == {"STOP": (Decimal(99), whole * 3 / 4), "TAKE_PROFIT": (Decimal(102), whole * 3 / 4)}
    assert trade.stop_held == StopHolder.BROKER
    balanced(desk)
    request_exit(trade.pk, ExitReason.MANUAL)
    trade = desk.trade()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.MANUAL)
    assert [request.quantity for request in desk.broker.sent] == [whole, whole / 4, whole * 3 / 4]
    assert desk.broker.open_orders() == []
    assert desk.fresh().total_trades == 1
    balanced(desk)


def test_its_end_is_told_once_and_its_parts_as_updates(desk: Desk) -> None:
    trade = opened(desk)
    request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 2)
    kinds = list(Event.objects.filter(type__startswith="trade_").order_by("number").values_list("type", flat=True))
    assert kinds[0] == "trade_executed"
    assert set(kinds[1:]) == {"trade_update"}
    request_exit(trade.pk, ExitReason.MANUAL)
    kinds = list(Event.objects.filter(type="trade_closed").values_list("type", flat=True))
    assert kinds == ["trade_closed"]


def test_all_of_it_or_more_is_a_whole_exit(desk: Desk) -> None:
    trade = opened(desk)
    request_exit(trade.pk, ExitReason.MANUAL, trade.quantity + 1)
    assert desk.trade().status == TradeStatus.CLOSED
    balanced(desk)


def test_less_than_a_lot_is_refused_and_lots_are_kept(desk: Desk) -> None:
    trade = opened(desk)
    with pytest.raises(ValueError, match="less than a lot"):
        request_exit(trade.pk, ExitReason.MANUAL, Decimal("0.0001"))
    request_exit(trade.pk, ExitReason.MANUAL, Decimal("0.12399"))
    assert desk.trade().closed_quantity == Decimal("0.123")
    balanced(desk)


def test_a_part_filled_in_part_goes_on_until_its_goal(desk: Desk) -> None:
    trade = opened(desk)
    part = trade.quantity / 4
    desk.broker.script = ["half"]
    request_exit(trade.pk, ExitReason.MANUAL, part)
    trade = desk.trade()
    assert (trade.status, trade.closed_quantity) == (TradeStatus.OPEN, part)
    assert [request.quantity for request in desk.broker.sent[1:]] == [part, part / 2]
    balanced(desk)


def test_a_part_that_is_refused_leaves_the_trade_as_it_was(desk: Desk) -> None:
    trade = opened(desk)
    desk.broker.script = ["refuse"]
    request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
    trade = desk.trade()
    assert (trade.status, trade.closing_goal, trade.closed_quantity) == (TradeStatus.OPEN, None, 0)
    assert "exit_refused" in alerts(desk)
    assert legs(desk)["STOP"] == (Decimal(99), trade.quantity)
    balanced(desk)


def test_an_exit_filled_beyond_its_goal_is_booked_and_the_rest_protected(desk: Desk) -> None:
    trade = opened(desk)
    desk.broker.script = ["lost_reply"]
    request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
    order = Order.objects.get(purpose=OrderPurpose.EXIT)
    held = desk.broker._by_client_id(order.client_order_id)
    assert held is not None
    more = desk.broker._execute(Side.SELL, trade.quantity / 4)
    held.report = replace(held.report, executions=(*held.report.executions, more))
    resolve.resolve_order(order.pk)
    trade = desk.trade()
    assert (trade.status, trade.closed_quantity) == (TradeStatus.OPEN, trade.quantity / 2)
    assert "overfilled" in alerts(desk)
    assert legs(desk)["STOP"] == (Decimal(99), trade.open_quantity)
    balanced(desk)


def test_fills_that_come_after_the_part_was_done_leave_the_rest_open(desk: Desk) -> None:
    trade = opened(desk)
    request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
    order = Order.objects.get(purpose=OrderPurpose.EXIT)
    held = desk.broker._by_client_id(order.client_order_id)
    assert held is not None
    more = desk.broker._execute(Side.SELL, trade.quantity / 4)
    held.report = replace(held.report, executions=(*held.report.executions, more))
    apply_report(order.pk, held.report)
    trade = desk.trade()
    assert (trade.status, trade.closed_quantity) == (TradeStatus.OPEN, trade.quantity / 2)
    assert legs(desk)["STOP"] == (Decimal(99), trade.open_quantity)
    balanced(desk)


def test_a_restart_in_between_is_carried_on_from_the_row(desk: Desk) -> None:
    trade = opened(desk)
    desk.broker.script = ["lost"]
    request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
    assert (desk.trade().status, desk.trade().closing_goal) == (TradeStatus.CLOSING, trade.quantity / 4)
    age(Order.objects.get(purpose=OrderPurpose.EXIT), 60)
    sweep.sweep_live(wall_now())
    sweep.sweep_live(wall_now())
    trade = desk.trade()
    assert (trade.status, trade.closed_quantity) == (TradeStatus.OPEN, trade.quantity / 4)
    assert [request.quantity for request in desk.broker.sent[1:]] == [trade.quantity / 4] * 2
    balanced(desk)


def test_one_part_at_a_time(desk: Desk) -> None:
    trade = opened(desk)
    desk.broker.script = ["lost_reply"]
    request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
    assert request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4) is None
    assert len(desk.broker.sent) == 2


class TestTheStopMeanwhile:
    """The stop is touched, or has filled at the broker, while a part is on its way out."""

    def in_flight(self, desk: Desk, fate: str = "lost_reply", **values: object) -> Trade:
        trade = opened(desk, **values)
        desk.broker.script = [fate]
        request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
        trade = desk.trade()
        assert (trade.status, trade.closing_goal) == (TradeStatus.CLOSING, trade.quantity / 4)
        return trade

    def test_the_brokers_stop_closes_what_the_part_left(self, desk: Desk) -> None:
        trade = self.in_flight(desk)
        stop = trade.orders.get(purpose=OrderPurpose.STOP)
        report = desk.broker.fill_leg(stop.broker_order_id, Decimal(99), Decimal("0.75"))
        apply_report(stop.pk, replace(report, status=Reported.CANCELLED))
        resolve.resolve_order(Order.objects.get(purpose=OrderPurpose.EXIT).pk)
        trade = desk.trade()
        assert (trade.status, desk.broker.net) == (TradeStatus.CLOSED, 0)
        balanced(desk)

    def test_the_brokers_stop_closes_it_all_and_the_part_is_refused(self, desk: Desk) -> None:
        trade = self.in_flight(desk, "unavailable")
        stop = trade.orders.get(purpose=OrderPurpose.STOP)
        apply_report(stop.pk, desk.broker.fill_leg(stop.broker_order_id, Decimal(99)))
        run_exit(trade.pk)
        trade = desk.trade()
        assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.STOP_LOSS)
        exit_ = Order.objects.get(purpose=OrderPurpose.EXIT)
        submit_order(exit_.pk)
        assert desk.broker.net == 0
        balanced(desk)

    def test_a_stop_that_fills_in_part_takes_the_rest_along(self, desk: Desk) -> None:
        trade = self.in_flight(desk)
        stop = trade.orders.get(purpose=OrderPurpose.STOP)
        report = desk.broker.fill_leg(stop.broker_order_id, Decimal(99), Decimal("0.5"))
        apply_report(stop.pk, report)
        assert desk.trade().closing_goal is None
        resolve.resolve_order(Order.objects.get(purpose=OrderPurpose.EXIT).pk)
        run_exit(trade.pk)
        assert desk.trade().status == TradeStatus.CLOSED
        assert desk.broker.net == 0
        balanced(desk)

    def test_a_stop_of_ours_that_is_touched_takes_the_rest_along(self, desk: Desk) -> None:
        desk.broker.holds_stops = False
        trade = self.in_flight(desk)
        closing.close([Exit(trade.pk, ExitReason.STOP_LOSS, desk.quote(98.0), 98.0)])
        assert (desk.trade().status, desk.trade().closing_goal) == (TradeStatus.CLOSING, None)
        resolve.resolve_order(Order.objects.get(purpose=OrderPurpose.EXIT).pk)
        trade = desk.trade()
        assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.STOP_LOSS)
        balanced(desk)

    def test_a_brokers_stop_that_was_touched_and_did_not_fill(self, desk: Desk) -> None:
        trade = self.in_flight(desk)
        check_broker_exit(trade.pk, ExitReason.STOP_LOSS)
        assert desk.trade().closing_goal is None
        resolve.resolve_order(Order.objects.get(purpose=OrderPurpose.EXIT).pk)
        assert desk.trade().status == TradeStatus.CLOSED
        assert desk.broker.open_orders() == []
        balanced(desk)


class TestSpot:
    """Coins that a stop holds are not there to be sold: it goes first, and comes back for what is left."""

    def test_the_stop_is_put_back_for_the_rest(self, desk: Desk) -> None:
        trade = opened(desk, market_type="SPOT")
        request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
        trade = desk.trade()
        assert (trade.status, trade.closed_quantity) == (TradeStatus.OPEN, trade.quantity / 4)
        assert legs(desk) == {
            "STOP": (Decimal(99), trade.open_quantity),
            "TAKE_PROFIT": (Decimal(102), trade.open_quantity),
        }
        assert trade.stop_held == StopHolder.BROKER

    def test_a_refused_part_has_its_stop_put_back(self, desk: Desk) -> None:
        trade = opened(desk, market_type="SPOT")
        desk.broker.script = ["refuse"]
        request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
        assert desk.trade().status == TradeStatus.OPEN
        assert legs(desk)["STOP"] == (Decimal(99), trade.quantity)

    def test_while_it_is_away_the_stop_is_ours_to_watch(self, desk: Desk) -> None:
        trade = opened(desk, market_type="SPOT")
        desk.broker.script = ["lost_reply"]
        request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
        assert desk.trade().stop_held == StopHolder.US
        closing.close([Exit(trade.pk, ExitReason.STOP_LOSS, desk.quote(98.0), 98.0)])
        resolve.resolve_order(Order.objects.get(purpose=OrderPurpose.EXIT).pk)
        assert (desk.trade().status, desk.trade().exit_reason) == (TradeStatus.CLOSED, ExitReason.STOP_LOSS)
        assert desk.broker.net == 0

    def test_a_stop_that_filled_before_it_could_be_taken_away_has_closed_it(self, desk: Desk) -> None:
        trade = opened(desk, market_type="SPOT")
        stop = trade.orders.get(purpose=OrderPurpose.STOP)
        desk.broker.fill_leg(stop.broker_order_id, Decimal(99), tell=False)
        request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 4)
        assert (desk.trade().status, desk.trade().exit_reason) == (TradeStatus.CLOSED, ExitReason.STOP_LOSS)
        assert len(desk.broker.sent) == 1
        assert desk.broker.net == 0


def test_another_hands_part_leaves_the_rest_open_and_the_stop_as_large_as_it(desk: Desk) -> None:
    trade = opened(desk)
    desk.broker.trade_by_hand(Side.SELL, trade.quantity / 4)
    assert reconcile_account(desk.account.pk) == []
    trade = desk.trade()
    assert (trade.status, trade.closed_quantity) == (TradeStatus.OPEN, trade.quantity / 4)
    assert legs(desk)["STOP"] == (Decimal(99), trade.open_quantity)
    balanced(desk)


def test_after_parts_our_books_are_the_brokers(desk: Desk) -> None:
    trade = opened(desk)
    for _ in range(3):
        request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 8)
        assert reconcile_account(desk.account.pk) == []
    assert desk.broker.net == desk.trade().open_quantity
    balanced(desk)


def test_several_targets_are_ours_to_close_and_the_broker_holds_the_stop_alone(desk: Desk) -> None:
    plan = {"targets": [{"percent": 1, "portion": 0.5}, {"percent": 2, "portion": 0.25}]}
    desk.session.exit_plan = plan
    desk.session.save()
    trade = opened(desk)
    assert desk.broker.sent[0].bracket is not None
    assert desk.broker.sent[0].bracket.take_profit is None
    assert set(legs(desk)) == {"STOP"}
    assert (trade.take_profit, trade.initial_stop) == (Decimal(101), Decimal(99))
    for price, left in ((101.0, Decimal("0.5")), (102.0, Decimal("0.25"))):
        desk.broker.price = Decimal(str(price))
        closing.close([Exit(trade.pk, ExitReason.TAKE_PROFIT, desk.quote(price), price)])
        trade = desk.trade()
        assert trade.status == TradeStatus.OPEN
        assert abs(trade.open_quantity - trade.quantity * left) <= Decimal("0.001")
        assert legs(desk) == {"STOP": (Decimal(99), trade.open_quantity)}
        balanced(desk)
    assert (trade.take_profit, trade.targets_hit) == (None, 2)
    stop = trade.orders.get(purpose=OrderPurpose.STOP, status=OrderStatus.SUBMITTED)
    apply_report(stop.pk, desk.broker.fill_leg(stop.broker_order_id, Decimal(99)))
    assert desk.trade().exit_reason == ExitReason.STOP_LOSS
    balanced(desk)


def test_one_target_for_all_of_it_rests_at_the_broker_where_the_entry_put_it(desk: Desk) -> None:
    desk.session.exit_plan = {"targets": [{"percent": 3, "portion": 1}]}
    desk.session.save()
    opened(desk, take_profits=["103"])
    assert legs(desk)["TAKE_PROFIT"][0] == Decimal(103)


def test_a_contract_is_sold_whole(desk: Desk) -> None:
    trade = opened(desk)
    Trade.objects.filter(pk=trade.pk).update(market_type="CONTRACT")
    with pytest.raises(ContractNotDivisible) as caught:
        request_exit(trade.pk, ExitReason.MANUAL, trade.quantity / 2)
    assert caught.value.code == "contract_not_divisible"
    assert desk.trade().status == TradeStatus.OPEN
