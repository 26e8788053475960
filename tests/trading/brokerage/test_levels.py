"""The broker's legs follow the trade's stop and target; until they do, and when they cannot, we watch."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from brokers.interface import OrderChange, OrderReport, OrderType
from tests.trading.brokerage.conftest import Desk
from tests.trading.brokerage.test_orders import alerts, balanced
from tests.trading.brokerage.test_parts import legs, opened
from trading.brokerage import levels, sweep
from trading.brokerage.apply import apply_report
from trading.brokerage.closing import request_exit
from trading.brokerage.levels import amend_levels
from trading.brokerage.matching import find_order
from trading.brokerage.turns import turn
from trading.exits import closing, manage
from trading.exits.exits import Exit
from trading.market import redis_client, wall_now
from trading.models import ExitReason, Order, OrderPurpose, StopHolder, StopMover, Trade, TradeStatus


def moved(desk: Desk, stop: str | None = "99.5", target: str | None = "102", amend: bool = True) -> Trade:
    """The trade's levels changed in our books, as a move writes them."""
    trade = desk.trade()
    trade.stop_loss = None if stop is None else Decimal(stop)
    trade.take_profit = None if target is None else Decimal(target)
    trade.stop_held, trade.stop_waived = StopHolder.US, stop is None
    trade.save()
    if amend:
        amend_levels(trade.pk)
    return desk.trade()


def test_a_moved_stop_is_moved_at_the_broker(desk: Desk) -> None:
    trade = opened(desk)
    trade = moved(desk)
    assert legs(desk) == {"STOP": (Decimal("99.5"), trade.quantity), "TAKE_PROFIT": (Decimal(102), trade.quantity)}
    assert trade.stop_held == StopHolder.BROKER
    assert [change.take_profit for change in desk.broker.amended] == [None], "the target was left as it is"
    assert amend_levels(trade.pk)
    assert len(desk.broker.amended) == 1, "what fits is not touched"
    balanced(desk)


def test_a_stop_between_two_ticks_stands_for_ours(desk: Desk) -> None:
    opened(desk)
    trade = moved(desk, "99.503")
    assert desk.broker.amended[-1].stop_loss == Decimal("99.5")
    assert trade.stop_held == StopHolder.BROKER
    assert trade.orders.get(purpose=OrderPurpose.STOP, status="SUBMITTED").stop_price == Decimal("99.503")
    assert sweep.sweep_live(wall_now()) == 0


def test_by_hand_over_the_service(desk: Desk) -> None:
    trade = opened(desk)
    manage.modify(trade_id=trade.pk, stop_loss=Decimal("99.2"), take_profit=Decimal("103"))
    assert legs(desk) == {"STOP": (Decimal("99.2"), trade.quantity), "TAKE_PROFIT": (Decimal(103), trade.quantity)}
    assert desk.trade().stop_held == StopHolder.BROKER


def test_a_target_taken_away_goes_at_the_broker_and_comes_back(desk: Desk) -> None:
    opened(desk)
    trade = moved(desk, "99", None)
    assert legs(desk) == {"STOP": (Decimal(99), trade.quantity)}
    trade = moved(desk, "99", "104")
    assert legs(desk)["TAKE_PROFIT"] == (Decimal(104), trade.quantity)


def test_a_stop_that_its_session_waives_is_taken_away(desk: Desk) -> None:
    opened(desk)
    moved(desk, None, "102")
    assert set(legs(desk)) == {"TAKE_PROFIT"}


class TestUntilItIsConfirmed:
    def test_we_watch_the_new_level_and_act_at_once(self, desk: Desk) -> None:
        opened(desk)
        trade = moved(desk, "99.5", amend=False)
        closing.close([Exit(trade.pk, ExitReason.STOP_LOSS, desk.quote(99.4), 99.4)])
        assert (desk.trade().status, desk.trade().exit_reason) == (TradeStatus.CLOSED, ExitReason.STOP_LOSS)
        assert desk.broker.open_orders() == []
        balanced(desk)

    def test_even_where_nobody_has_said_so(self, desk: Desk) -> None:
        """The books alone tell: the leg rests elsewhere."""
        trade = opened(desk)
        Trade.objects.filter(pk=trade.pk).update(stop_loss=Decimal("99.5"))
        closing.close([Exit(trade.pk, ExitReason.STOP_LOSS, desk.quote(99.4), 99.4)])
        assert desk.trade().status == TradeStatus.CLOSED

    def test_a_target_that_was_moved_nearer_is_taken_by_us(self, desk: Desk) -> None:
        opened(desk)
        trade = moved(desk, "99", "101", amend=False)
        desk.broker.price = Decimal("101.1")
        closing.close([Exit(trade.pk, ExitReason.TAKE_PROFIT, desk.quote(101.1), 101.1)])
        assert desk.trade().exit_reason == ExitReason.TAKE_PROFIT
        balanced(desk)


class TestWhereItFails:
    @pytest.mark.parametrize("fate", ["unavailable", "refuse"])
    def test_the_old_leg_stays_we_watch_and_the_sweeper_tries_again(self, desk: Desk, fate: str) -> None:
        opened(desk)
        desk.broker.amend_script = [fate, fate]
        trade = moved(desk)
        moved(desk)
        assert legs(desk)["STOP"] == (Decimal(99), trade.quantity)
        assert desk.trade().stop_held == StopHolder.US
        assert alerts(desk).count("amend_failed") == 1, "told now and then"
        redis_client().flushdb()
        sweep.sweep_live(wall_now())
        assert legs(desk)["STOP"] == (Decimal("99.5"), trade.quantity)
        assert desk.trade().stop_held == StopHolder.BROKER
        balanced(desk)

    def test_a_lost_reply_is_looked_up(self, desk: Desk) -> None:
        opened(desk)
        desk.broker.amend_script = ["lost_reply"]
        trade = moved(desk)
        assert trade.stop_held == StopHolder.US
        assert amend_levels(trade.pk)
        assert legs(desk)["STOP"] == (Decimal("99.5"), trade.quantity)
        assert len(desk.broker.amended) == 1

    def test_a_broker_that_cannot_be_reached_is_asked_later(self, desk: Desk) -> None:
        opened(desk)
        desk.broker.down = True
        trade = moved(desk)
        assert trade.stop_held == StopHolder.US
        desk.broker.down = False
        assert amend_levels(trade.pk)

    def test_incident_6_a_stop_that_the_price_has_passed_closes_the_position_at_once(self, desk: Desk) -> None:
        opened(desk)
        desk.broker.price = Decimal("99.4")
        Trade.objects.update(stop_moved_by=StopMover.TRAIL)
        trade = moved(desk)
        assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.TRAILING_STOP)
        assert "emergency_exit" in alerts(desk)
        assert desk.broker.open_orders() == []
        balanced(desk)

    def test_a_message_that_was_lost_is_made_good(self, desk: Desk) -> None:
        opened(desk)
        trade = moved(desk, amend=False)
        Trade.objects.filter(pk=trade.pk).update(stop_held=StopHolder.BROKER)
        assert levels.unheld_trades(wall_now()) == [trade.pk]
        redis_client().flushdb()
        sweep.sweep_live(wall_now())
        assert legs(desk)["STOP"] == (Decimal("99.5"), trade.quantity)

    def test_a_leg_of_the_wrong_size_is_found(self, desk: Desk) -> None:
        trade = opened(desk)
        Order.objects.filter(trade=trade, purpose="STOP").update(quantity=trade.quantity / 2)
        stop = next(held for held in desk.broker.orders.values() if held.report.type == OrderType.STOP)
        stop.report = replace(stop.report, quantity=trade.quantity / 2)
        assert levels.unheld_trades(wall_now()) == [trade.pk]
        assert amend_levels(trade.pk)
        assert legs(desk)["STOP"] == (Decimal(99), trade.quantity)


class TestAtOnce:
    def test_one_at_a_time_and_whoever_is_at_it_looks_again(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        trade, real = opened(desk), desk.broker.amend_order
        monkeypatch.setattr(desk.broker, "amend_order", lambda *arguments: between(*arguments))

        def between(order: OrderReport, change: OrderChange, instrument: Any) -> OrderReport:
            """While the broker is being told, the stop moves on, and its message finds us at work."""
            monkeypatch.setattr(desk.broker, "amend_order", real)
            Trade.objects.filter(pk=trade.pk).update(stop_loss=Decimal("99.7"))
            assert not amend_levels(trade.pk)
            return real(order, change, instrument)

        moved(desk)
        assert legs(desk)["STOP"] == (Decimal("99.7"), trade.quantity)
        assert desk.trade().stop_held == StopHolder.BROKER

    def test_a_turn_that_was_never_given_back_runs_out(self) -> None:
        with turn("a") as ours, turn("a") as again:
            assert (ours, again) == (True, False)
        with turn("a") as ours:
            assert ours
        assert redis_client().keys("*turn:a*") == []

    def test_an_exit_that_came_in_between_leaves_no_stop_behind(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trade, real = opened(desk), desk.broker.amend_order

        def between(order: OrderReport, change: OrderChange, instrument: Any) -> OrderReport:
            request_exit(trade.pk, ExitReason.MANUAL)
            return real(order, change, instrument)

        monkeypatch.setattr(desk.broker, "amend_order", between)
        moved(desk)
        assert desk.trade().status == TradeStatus.CLOSED
        assert desk.broker.open_orders() == [], "it would act on the next position"
        assert not Order.objects.filter(status="SUBMITTED").exists()
        balanced(desk)


@pytest.mark.parametrize("first", ["its own", "another"])
def test_a_triggered_stop_told_under_another_order_id_is_booked_once(desk: Desk, first: str) -> None:
    """As Binance's algo orders, which become others when they trigger, under the same client order id."""
    opened(desk)
    trade = moved(desk)
    stop = trade.orders.get(purpose=OrderPurpose.STOP, status="SUBMITTED")
    own = desk.broker.fill_leg(stop.broker_order_id, Decimal("99.5"), tell=False)
    assert own.client_order_id == stop.client_order_id
    told = [own, replace(own, order_id="1001")]
    for report in told if first == "its own" else reversed(told):
        order = find_order(desk.account, report)
        assert order == stop
        apply_report(stop.pk, report)
    assert desk.trade().exit_reason == ExitReason.STOP_LOSS
    balanced(desk)


def test_an_execution_told_of_two_orders_counts_once(desk: Desk) -> None:
    trade = opened(desk)
    stop, target = (trade.orders.get(purpose=purpose) for purpose in (OrderPurpose.STOP, OrderPurpose.TARGET))
    report = desk.broker.fill_leg(stop.broker_order_id, Decimal(99), tell=False)
    apply_report(stop.pk, report)
    apply_report(target.pk, replace(report, order_id=target.broker_order_id))
    balanced(desk)


def test_where_the_broker_holds_no_stops_a_move_is_ours_alone(desk: Desk) -> None:
    desk.broker.holds_stops = False
    opened(desk)
    trade = moved(desk)
    assert trade.stop_held == StopHolder.US
    assert desk.broker.amended == []
    assert alerts(desk) == []


def test_an_entry_that_fills_further_takes_its_legs_along(desk: Desk) -> None:
    desk.broker.script = ["half"]
    trade = opened(desk)
    entry = Order.objects.get(purpose=OrderPurpose.ENTRY)
    held = desk.broker.orders[entry.broker_order_id]
    late = desk.broker._execute(held.request.side, entry.quantity - entry.filled_quantity)  # type: ignore[union-attr]
    held.report = replace(held.report, executions=(*held.report.executions, late))
    apply_report(entry.pk, held.report)
    redis_client().flushdb()
    sweep.sweep_live(wall_now())
    trade = desk.trade()
    assert legs(desk)["STOP"] == (Decimal(99), trade.quantity)
    assert trade.quantity == entry.quantity
    balanced(desk)


def test_a_plan_of_parts_given_later_takes_the_brokers_target_away(desk: Desk) -> None:
    trade = opened(desk)
    from trading.sessions.session_settings import ExitPlan, Target

    manage.set_plan(trade_id=trade.pk, plan=ExitPlan(targets=(Target(1, 0.5), Target(2, 0.5))))
    assert set(legs(desk)) == {"STOP"}
    assert desk.trade().take_profit == Decimal(101)
