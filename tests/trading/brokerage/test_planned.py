"""Exit plans of live trades: we watch and decide, the broker's legs follow."""

import time
from decimal import Decimal
from typing import Any

import pytest

from tests.trading.brokerage.conftest import Desk
from tests.trading.brokerage.test_orders import balanced
from tests.trading.brokerage.test_parts import legs
from tests.trading.planned import EVEN, SPLIT, TRAIL, trail
from trading.exits.ticks import close_triggered, move_stops
from trading.exits.timed_exits import close_timed_out
from trading.models import AutoTradingSession, ExitReason, Order, OrderPurpose, StopHolder, Trade, TradeStatus
from trading.stream.streaming import quote_fields


def opened(desk: Desk, plan: dict[str, Any], **values: Any) -> Trade:
    AutoTradingSession.objects.filter(pk=desk.session.pk).update(exit_plan=plan)
    desk.signal(**values)
    trade = desk.trade()
    assert trade.status == TradeStatus.OPEN
    return trade


def tick(desk: Desk, price: float) -> dict[str, Any]:
    desk.broker.price = Decimal(str(price))
    return quote_fields(desk.quote(price)) | {"time": time.time() + 1}


def test_targets_that_close_a_portion_are_ours_to_watch(desk: Desk) -> None:
    trade = opened(desk, SPLIT)
    assert legs(desk) == {"STOP": (Decimal(99), trade.quantity)}
    assert trade.take_profit == Decimal(101)


def test_each_target_closes_its_portion_and_the_last_one_rests_at_the_broker(desk: Desk) -> None:
    trade = opened(desk, SPLIT)
    close_triggered([(trade.pk, "TAKE_PROFIT", 101.0)], tick(desk, 101.0))
    half = desk.trade()
    assert (half.status, half.closed_quantity, half.targets_hit) == (TradeStatus.OPEN, trade.quantity / 2, 1)
    assert half.take_profit == Decimal(102)
    assert legs(desk) == {
        "STOP": (Decimal(99), trade.quantity / 2),
        "TAKE_PROFIT": (Decimal(102), trade.quantity / 2),
    }
    assert [mover for *_, mover in trail(trade)] == ["ENTRY", "TARGET"]
    balanced(desk)


def test_a_target_is_taken_once_however_often_it_is_told(desk: Desk) -> None:
    trade = opened(desk, SPLIT)
    for _ in range(3):
        close_triggered([(trade.pk, "TAKE_PROFIT", 101.0)], tick(desk, 101.0))
    assert desk.trade().closed_quantity == trade.quantity / 2
    assert Order.objects.filter(purpose=OrderPurpose.EXIT).count() == 1
    balanced(desk)


def test_a_tick_moves_the_stop_at_the_broker(desk: Desk) -> None:
    trade = opened(desk, TRAIL, take_profits=["120"])
    move_stops([trade.pk], tick(desk, 103.0))
    moved = desk.trade()
    assert (moved.stop_loss, moved.stop_moved_by, moved.stop_held) == (Decimal("101.9"), "TRAIL", StopHolder.BROKER)
    assert legs(desk)["STOP"] == (Decimal("101.9"), trade.quantity)


def test_the_brokers_own_fill_of_it_is_called_by_what_moved_it(desk: Desk) -> None:
    trade = opened(desk, EVEN, take_profits=["120"])
    move_stops([trade.pk], tick(desk, 101.5))
    assert desk.trade().stop_moved_by == "BREAK_EVEN"
    desk.broker.holds_stops = False  # from here on it is ours
    Trade.objects.filter(pk=trade.pk).update(stop_held=StopHolder.US)
    close_triggered([(trade.pk, "STOP_LOSS", 100.1)], tick(desk, 100.1))
    assert desk.trade().exit_reason == ExitReason.BREAK_EVEN
    balanced(desk)


def test_incident_5_while_a_part_is_on_its_way_no_other_part_and_no_move(desk: Desk) -> None:
    trade = opened(desk, SPLIT | TRAIL)
    desk.broker.script = ["lost"]
    close_triggered([(trade.pk, "TAKE_PROFIT", 101.0)], tick(desk, 101.0))
    waiting = Trade.objects.values().get(pk=trade.pk)
    assert (waiting["status"], waiting["targets_hit"]) == (TradeStatus.CLOSING, 1)
    close_triggered([(trade.pk, "TAKE_PROFIT", 102.0)], tick(desk, 102.0))
    move_stops([trade.pk], tick(desk, 102.0))
    assert Trade.objects.values().get(pk=trade.pk) == waiting
    assert Order.objects.filter(purpose=OrderPurpose.EXIT).count() == 1


@pytest.mark.parametrize("quoted", [True, False])
def test_its_time_is_up_whether_or_not_quotes_reach_us(desk: Desk, quoted: bool) -> None:
    from trading.market import redis_client, wall_now

    trade = opened(desk, {"time_exit_minutes": 60})
    Trade.objects.filter(pk=trade.pk).update(time_exit_at=wall_now())
    if not quoted:
        redis_client().flushall()
    assert close_timed_out() == 1
    assert (desk.trade().status, desk.trade().exit_reason) == (TradeStatus.CLOSED, ExitReason.TIME)
    balanced(desk)
