"""Orders that outlive their place in our books, and what they do to trades that come after."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from brokers.adapters.ccxt.client_ids import leg_id, parse_leg
from brokers.interface import OrderStatus as Reported
from tests.trading.brokerage.conftest import Desk
from tests.trading.brokerage.test_levels import moved
from tests.trading.brokerage.test_orders import alerts, balanced
from tests.trading.brokerage.test_parts import legs, opened
from trading.brokerage.apply import apply_report
from trading.brokerage.closing import request_exit
from trading.brokerage.levels import amend_levels
from trading.brokerage.matching import find_order
from trading.brokerage.reconcile import reconcile_account
from trading.market import wall_now
from trading.models import ExitReason, Order, OrderPurpose, OrderStatus, StopHolder, Trade, TradeStatus


def leg(trade: Trade, purpose: OrderPurpose = OrderPurpose.STOP) -> Order:
    return trade.orders.filter(purpose=purpose).latest("pk")


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.REJECTED])
def test_an_order_that_is_over_in_our_books_and_rests_at_the_broker_is_taken_away(desk: Desk, status: str) -> None:
    """A trade that is open has its stop again right after."""
    trade = opened(desk)
    stray = leg(trade)
    Order.objects.filter(pk=stray.pk).update(status=status, updated_at=wall_now() - timedelta(minutes=1))
    reconcile_account(desk.account.pk)
    assert set(legs(desk)) == {"STOP", "TAKE_PROFIT"}
    assert leg(trade).pk != stray.pk, "the one that rests is another"
    assert desk.broker.orders[stray.broker_order_id].report.status == Reported.CANCELLED
    assert Order.objects.get(pk=stray.pk).status == status
    assert desk.trade().stop_held == StopHolder.BROKER


def test_one_that_our_books_ended_a_moment_ago_is_left_to_who_ended_it(desk: Desk) -> None:
    trade = opened(desk)
    Order.objects.filter(pk=leg(trade).pk).update(status="CANCELLED", updated_at=wall_now() + timedelta(seconds=5))
    reconcile_account(desk.account.pk)
    assert len(desk.broker.open_orders()) == 2


def test_late_news_of_a_replaced_stop_leaves_the_one_that_rests(desk: Desk) -> None:
    opened(desk)
    trade = moved(desk, "98")
    first = desk.broker.orders[leg(trade).broker_order_id].report
    trade = moved(desk, "97")
    latest = leg(trade)
    Order.objects.filter(client_order_id=first.client_order_id).delete()
    found = find_order(desk.account, first)
    assert found is not None
    assert (found.status, leg(trade).pk) == (OrderStatus.CANCELLED, found.pk)
    latest.refresh_from_db()
    assert latest.status == OrderStatus.SUBMITTED, "it rests there still"


@pytest.mark.parametrize("ended", [Reported.REJECTED, Reported.CANCELLED])
def test_a_newer_stop_that_the_broker_refused_leaves_the_one_that_rests(desk: Desk, ended: Reported) -> None:
    """Else the next comparison would cancel the stop that protects the trade."""
    opened(desk)
    trade = moved(desk, "98")
    resting = leg(trade)
    told = parse_leg(resting.client_order_id)
    assert told is not None
    entry = trade.orders.get(purpose=OrderPurpose.ENTRY)
    name = leg_id(entry.client_order_id, told.role, told.generation + 1)
    known = desk.broker.orders[resting.broker_order_id].report
    newer = replace(known, order_id="b-refused", client_order_id=name, status=ended, executions=())
    found = find_order(desk.account, newer)
    assert found is not None
    apply_report(found.pk, newer)
    resting.refresh_from_db()
    assert (resting.status, Order.objects.get(pk=found.pk).status) == (OrderStatus.SUBMITTED, OrderStatus.CANCELLED)
    reconcile_account(desk.account.pk)
    assert len(desk.broker.open_orders()) == 2, "the stop and the target rest there still"


def test_a_target_that_has_filled_unseen_is_not_placed_again(desk: Desk) -> None:
    """Whoever moves the stop sees it first."""
    trade = opened(desk)
    desk.broker.fill_leg(leg(trade, OrderPurpose.TARGET).broker_order_id, Decimal(102))
    Trade.objects.filter(pk=trade.pk).update(stop_loss=Decimal("99.2"))
    assert not amend_levels(trade.pk)
    closed = Trade.objects.get(pk=trade.pk)
    assert (closed.status, closed.exit_reason) == (TradeStatus.CLOSED, ExitReason.TAKE_PROFIT)
    assert desk.broker.amended == []
    assert desk.broker.open_orders() == []
    balanced(desk)


class TestALegThatOutlivesItsTrade:
    def outlived(self, desk: Desk) -> tuple[Trade, str]:
        """The trade is closed, and its stop, by a mishap, rests there still."""
        trade = opened(desk)
        stop = leg(trade)
        told = desk.broker.orders[stop.broker_order_id].report
        request_exit(trade.pk, ExitReason.MANUAL)
        desk.broker.orders[stop.broker_order_id].report = told
        return Trade.objects.get(pk=trade.pk), stop.broker_order_id

    def test_the_trade_that_it_closes_has_ended(self, desk: Desk) -> None:
        old, stop_id = self.outlived(desk)
        newer = opened(desk)
        report = desk.broker.fill_leg(stop_id, Decimal(99))
        apply_report(leg(old).pk, report)
        apply_report(leg(old).pk, report)
        closed = Trade.objects.get(pk=newer.pk)
        assert (closed.status, closed.exit_reason) == (TradeStatus.CLOSED, ExitReason.EXTERNAL)
        assert closed.exit_price == Decimal(99)
        assert closed.orders.get(purpose=OrderPurpose.EXTERNAL).fills.get().commission == 0, "the old trade has paid"
        balanced(desk)
        assert desk.fresh().total_trades == 2
        assert alerts(desk).count("overclosed") == 1, "a person is told that one trade ended another"
        assert reconcile_account(desk.account.pk) == []
        assert desk.broker.open_orders() == [], "the newer trade's legs went with it"

    def test_where_none_is_open_the_position_is_told_to_be_reversed(self, desk: Desk) -> None:
        old, stop_id = self.outlived(desk)
        apply_report(leg(old).pk, desk.broker.fill_leg(stop_id, Decimal(99)))
        assert "overclosed" in alerts(desk)

    def test_while_more_of_its_own_entry_may_have_filled_nothing_is_passed_on(self, desk: Desk) -> None:
        old, stop_id = self.outlived(desk)
        newer = opened(desk)
        old.orders.filter(purpose=OrderPurpose.ENTRY).update(status=OrderStatus.UNKNOWN)
        apply_report(leg(old).pk, desk.broker.fill_leg(stop_id, Decimal(99)))
        assert Trade.objects.get(pk=newer.pk).status == TradeStatus.OPEN
        assert "overclosed" in alerts(desk)
