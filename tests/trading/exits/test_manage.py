"""Open trades changed by hand, and closed part by part."""

import threading
import time
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clients import twin
from tests.trading.exits.test_exits import check_books, open_trade, quote
from tests.trading.factories import make_account, make_session, make_signal, publish_quote
from tests.trading.planned import EVEN, SPLIT, TRAIL, entered_at, open_planned, quote_of, store, trail
from trading.accounts import paper
from trading.decisions import dispatch
from trading.exits import manage, sweep
from trading.exits.exits import Exit, close_trades
from trading.exits.ticks import close_triggered, move_stops
from trading.fills import average_price
from trading.market import redis_client, wall_now
from trading.models import (
    Account,
    Event,
    ExitReason,
    Fill,
    LevelChange,
    Order,
    OrderPurpose,
    Trade,
    TradeStatus,
)
from trading.models.fields import to_money
from trading.rules.pnl import gross_pnl
from trading.sessions.session_settings import BreakEven, ExitPlan, Target, Trailing
from trading.stream.streaming import quote_fields

pytestmark = pytest.mark.django_db


def fresh(trade: Trade) -> Trade:
    return Trade.objects.select_related("account").get(pk=trade.pk)


def exit_fills(trade: Trade) -> list[Fill]:
    return list(Fill.objects.filter(order__trade=trade, order__purpose=OrderPurpose.EXIT).order_by("pk"))


def check_arithmetic(trade: Trade) -> None:
    """A closed trade's figures, each from its fills."""
    fills = exit_fills(trade)
    entry = Fill.objects.get(order__trade=trade, order__purpose=OrderPurpose.ENTRY)
    assert sum(fill.quantity for fill in fills) == trade.closed_quantity == trade.quantity
    assert trade.exit_price == average_price((fill.quantity, fill.price) for fill in fills)
    assert trade.fees == entry.commission + sum(fill.commission for fill in fills)
    assert trade.slippage == entry.slippage + sum(fill.slippage for fill in fills)
    gross = sum(
        to_money(gross_pnl(trade.direction_sign, float(fill.quantity), float(entry.price), float(fill.price), 1.0))
        for fill in fills
    )
    assert trade.realized_pnl == gross - trade.fees
    assert trade.margin == 0


class TestClosingAPart:
    def test_half_of_it(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        margin = trade.margin
        publish_quote(101.0)
        part = manage.close_part(trade_id=trade.pk, percent=Decimal(50))
        assert (part.status, part.closed_quantity, part.exit_price) == (TradeStatus.OPEN, Decimal("0.4"), None)
        assert part.margin == margin / 2
        account = check_books(floor.account.pk)
        assert account.total_trades == 0, "it is counted at its end"
        assert account.balance == account.initial_balance + part.realized_pnl
        kinds = list(Event.objects.order_by("number").values_list("type", flat=True))[-3:]
        assert kinds == ["trade_update", "balance_update", "audit"]

    def test_the_rest_of_it(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        publish_quote(101.0)
        manage.close_part(trade_id=trade.pk, quantity=Decimal("0.3"))
        publish_quote(99.5)
        closed = manage.close_part(trade_id=trade.pk)
        assert (closed.status, closed.exit_reason) == (TradeStatus.CLOSED, ExitReason.MANUAL)
        check_arithmetic(closed)
        assert check_books(floor.account.pk).total_trades == 1
        assert Order.objects.filter(trade=trade, purpose=OrderPurpose.EXIT).count() == 2

    @pytest.mark.parametrize(
        ("asked", "closed"),
        [
            ({"percent": Decimal("33.333")}, "0.266"),
            ({"quantity": Decimal("0.2999")}, "0.299"),
            ({"percent": Decimal(100)}, "0.8"),
            ({"quantity": Decimal("0.8")}, "0.8"),
            ({}, "0.8"),
        ],
    )
    def test_down_to_the_lot(self, floor: SimpleNamespace, asked: dict[str, Any], closed: str) -> None:
        trade = manage.close_part(trade_id=open_trade(floor).pk, **asked)
        assert trade.closed_quantity == Decimal(closed)

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"quantity": Decimal("0.9")}, "quantity"),
            ({"quantity": Decimal("0.0009")}, "quantity"),
            ({"percent": Decimal("0.1")}, "percent"),
            ({"quantity": Decimal("0.7999")}, ""),
        ],
    )
    def test_what_cannot_be_closed_is_named(self, floor: SimpleNamespace, asked: dict[str, Any], field: str) -> None:
        trade = open_trade(floor)
        if not field:  # a lot more stays open
            assert manage.close_part(trade_id=trade.pk, **asked).open_quantity == Decimal("0.001")
            return
        with pytest.raises(manage.InvalidChange) as caught:
            manage.close_part(trade_id=trade.pk, **asked)
        assert list(caught.value.fields) == [field]
        assert fresh(trade).closed_quantity == 0

    def test_no_rest_that_is_too_little_to_sell(self, floor: SimpleNamespace) -> None:
        from tests.trading.factories import make_instrument

        trade = open_trade(floor)
        make_instrument(min_quantity=0.5)
        with pytest.raises(manage.InvalidChange, match=r"0\.3 would stay open"):
            manage.close_part(trade_id=trade.pk, quantity=Decimal("0.5"))

    def test_it_only_reduces(self, floor: SimpleNamespace) -> None:
        """An exit for more than is open, after another hand was first, closes what is there and turns nothing round."""
        trade = open_trade(floor)
        close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(100.0), quantity=Decimal("0.7"))])
        close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(100.0), quantity=Decimal("0.7"))])
        ended = fresh(trade)
        assert (ended.status, ended.closed_quantity) == (TradeStatus.CLOSED, Decimal("0.8"))
        assert all(order.reduce_only for order in Order.objects.filter(purpose=OrderPurpose.EXIT))
        check_arithmetic(ended)

    def test_a_silent_market(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        redis_client().flushall()
        with pytest.raises(paper.NoQuote):
            manage.close_part(trade_id=trade.pk, percent=Decimal(50))

    def test_a_contract_is_sold_whole(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        Trade.objects.filter(pk=trade.pk).update(market_type="CONTRACT")
        with pytest.raises(manage.ContractNotDivisible):
            manage.close_part(trade_id=trade.pk, percent=Decimal(50))


@pytest.mark.parametrize("status", [TradeStatus.CLOSING, TradeStatus.PENDING, TradeStatus.FAILED])
def test_incident_5_an_exit_in_flight_excludes_a_partial_close_and_any_move(
    floor: SimpleNamespace, status: TradeStatus
) -> None:
    trade = twin(open_planned(floor.session, TRAIL | SPLIT), status)
    before = Trade.objects.values().get(pk=trade.pk)
    with pytest.raises(paper.TradeNotOpen):
        manage.close_part(trade_id=trade.pk, percent=Decimal(50))
    with pytest.raises(paper.TradeNotOpen):
        manage.modify(trade_id=trade.pk, stop_loss=Decimal(98))
    tick = quote_of(110.0, int(time.time() * 1000))
    fields = quote_fields(tick)
    move_stops([trade.pk], fields)
    close_triggered([(trade.pk, "TAKE_PROFIT", 110.0)], fields)
    assert Trade.objects.values().get(pk=trade.pk) == before
    assert not Order.objects.filter(purpose=OrderPurpose.EXIT).exists()
    assert not LevelChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_incident_5_racing_parts_never_close_more_than_there_is() -> None:
    account = make_account()
    make_session(account)
    publish_quote(100.0)
    dispatch.dispatch_signal(make_signal(account.owner).pk)
    trade = Trade.objects.get()

    def close() -> None:
        try:
            manage.close_part(trade_id=trade.pk, quantity=Decimal("0.3"))
        except (manage.InvalidChange, paper.TradeNotOpen):
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=close) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fresh(trade).closed_quantity == Decimal("0.6"), "0.2 are less than 0.3"
    check_books(account.pk)


@pytest.mark.django_db(transaction=True)
def test_incident_5_a_target_told_by_tick_and_candles_at_once_is_taken_once() -> None:
    account = make_account()
    trade = open_planned(make_session(account), SPLIT | TRAIL)
    start = entered_at(trade, 300)
    store([(start, 100, 101.5, 99.9, 101, 1)])
    fields = quote_fields(quote_of(101.5, int(time.time() * 1000)))

    def run(look: Any) -> None:
        try:
            look()
        finally:
            connection.close()

    looks = [partial(close_triggered, [(trade.pk, "TAKE_PROFIT", 101.5)], fields), sweep.check_open_trades] * 3
    threads = [threading.Thread(target=run, args=(look,)) for look in looks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = fresh(trade)
    assert (ended.targets_hit, ended.closed_quantity) == (1, ended.quantity / 2)
    assert len(exit_fills(trade)) == 1
    assert [mover for *_, mover in trail(trade)].count("TARGET") == 1
    check_books(account.pk)


def test_a_stop_that_was_moved_away_meanwhile_is_not_acted_on(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    manage.modify(trade_id=trade.pk, stop_loss=Decimal(95))
    assert close_trades([Exit(trade.pk, ExitReason.STOP_LOSS, quote(99.0), 99.0)]) == []
    assert close_trades([Exit(trade.pk, ExitReason.TAKE_PROFIT, quote(101.0), 101.0)]) == []
    assert close_trades([Exit(trade.pk, ExitReason.STOP_LOSS, quote(94.0), 94.0)]) != []


class TestMovingLevels:
    def test_both_are_moved_and_told(self, floor: SimpleNamespace) -> None:
        trade = manage.modify(
            trade_id=open_trade(floor).pk, stop_loss=Decimal("98.504"), take_profit=Decimal("104.996")
        )
        assert (trade.stop_loss, trade.take_profit) == (Decimal("98.5"), Decimal(105)), "to the tick"
        assert (trade.stop_moved_by, trade.initial_stop) == ("MANUAL", Decimal(99))
        assert trail(trade) == [
            (Decimal(99), Decimal(102), "ENTRY"),
            (Decimal("98.5"), Decimal(105), "MANUAL"),
        ]
        told = Event.objects.filter(type="trade_update").latest("number").payload
        assert (told["stop_loss"], told["stop_moved_by"]) == ("98.5", "MANUAL")
        audit = Event.objects.filter(type="audit").latest("number").payload
        assert audit["action"] == "trade.modified"
        assert Decimal(audit["before"]["stop_loss"]) == 99
        assert Decimal(audit["after"]["stop_loss"]) == Decimal("98.5")

    @pytest.mark.parametrize(
        ("change", "field", "said"),
        [
            ({"stop_loss": Decimal(100)}, "stop_loss", "below the current price, 100"),
            ({"stop_loss": Decimal("100.004")}, "stop_loss", "below"),
            ({"stop_loss": None}, "stop_loss", "cannot be removed"),
            ({"take_profit": Decimal(100)}, "take_profit", "above the current price"),
            ({"exit_plan": {"time_exit_minutes": 1.0}}, "time_exit_minutes", "longer"),
            ({"exit_plan": {"targets": (Target(0.0001, 1.0),)}}, "targets", "passed"),
            ({"exit_plan": {"targets": (Target(1, 1),)}, "take_profit": Decimal(105)}, "take_profit", "not both"),
            ({"exit_plan": {"trailing": Trailing("ATR", 3.0)}}, "trailing", "too few candles"),
        ],
    )
    def test_what_cannot_be_is_named(
        self, floor: SimpleNamespace, change: dict[str, Any], field: str, said: str
    ) -> None:
        trade = open_trade(floor)
        entered_at(trade, 300)
        publish_quote(100.0 if "targets" not in change.get("exit_plan", {}) else 100.2)
        before = Trade.objects.values().get(pk=trade.pk)
        with pytest.raises(manage.InvalidChange, match=said) as caught:
            manage.modify(trade_id=trade.pk, **change)
        assert list(caught.value.fields) == [field]
        assert Trade.objects.values().get(pk=trade.pk) == before

    def test_short_ones_the_other_way_round(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor, direction="SHORT", stop_loss=Decimal(101), take_profits=["98"])
        assert manage.modify(trade_id=trade.pk, stop_loss=Decimal("100.5")).stop_loss == Decimal("100.5")
        with pytest.raises(manage.InvalidChange, match="above the current price"):
            manage.modify(trade_id=trade.pk, stop_loss=Decimal(99))

    def test_a_stop_may_go_where_the_session_allows_it(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        Trade.objects.filter(pk=trade.pk).update(stop_waived=True)
        assert manage.modify(trade_id=trade.pk, stop_loss=None).stop_loss is None

    def test_a_target_may_go(self, floor: SimpleNamespace) -> None:
        assert manage.modify(trade_id=open_trade(floor).pk, take_profit=None).take_profit is None

    def test_what_the_candles_tell_comes_first(self, floor: SimpleNamespace) -> None:
        """The stop was hit in a minute that nobody saw: it cannot be moved away from that any more."""
        trade = open_trade(floor)
        start = entered_at(trade, 300)
        store([(start, 100, 100.5, 98.0, 100, 1)])
        with pytest.raises(paper.TradeNotOpen, match="closed"):
            manage.modify(trade_id=trade.pk, stop_loss=Decimal(95))
        assert fresh(trade).exit_reason == ExitReason.STOP_LOSS


class TestPlansByHand:
    def test_a_stop_trails_from_here_on(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        publish_quote(102.0)
        plan = ExitPlan(trailing=Trailing("PERCENT", 1.0, step_percent=0.0))
        changed = manage.set_plan(trade_id=trade.pk, plan=plan)
        assert (changed.stop_loss, changed.stop_moved_by) == (Decimal("100.98"), "TRAIL")
        assert [mover for *_, mover in trail(trade)] == ["ENTRY", "MANUAL", "TRAIL"]
        assert changed.best_price == Decimal(102)

    def test_break_even_at_once_when_the_profit_is_there(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, {})
        publish_quote(101.5)
        changed = manage.modify(trade_id=trade.pk, exit_plan={"break_even": BreakEven(1.0, 0.1)})
        assert (changed.stop_loss, changed.stop_moved_by) == (Decimal("100.1"), "BREAK_EVEN")

    def test_at_a_loss_it_waits_for_the_entry_price(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        publish_quote(99.2)
        changed = manage.modify(trade_id=trade.pk, exit_plan={"trailing": Trailing("PERCENT", 0.5)})
        assert (changed.stop_loss, changed.best_price) == (Decimal(99), Decimal("99.2"))

    def test_a_trailing_stop_is_not_loosened_beside_its_plan(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, TRAIL, stop_loss=Decimal(98))
        with pytest.raises(manage.InvalidChange, match="trailing would move it to 99") as caught:
            manage.modify(trade_id=trade.pk, stop_loss=Decimal(98))
        assert list(caught.value.fields) == ["stop_loss"]
        changed = manage.modify(trade_id=trade.pk, stop_loss=Decimal(98), exit_plan={"trailing": None})
        assert (changed.stop_loss, changed.best_price) == (Decimal(98), None)

    def test_parts_that_are_left_out_stay(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, TRAIL | EVEN | SPLIT)
        changed = manage.modify(trade_id=trade.pk, exit_plan={"time_exit_minutes": 90.0})
        plan = ExitPlan.read(changed.exit_plan)
        assert (plan.trailing is None, plan.break_even is None, len(plan.targets)) == (False, False, 2)
        assert changed.time_exit_at is not None
        assert changed.best_price == trade.best_price
        changed = manage.modify(trade_id=trade.pk, exit_plan={"targets": (), "time_exit_minutes": None})
        assert (changed.take_profit, changed.time_exit_at) == (None, None)

    def test_the_next_target_moved_by_hand(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, SPLIT)
        changed = manage.modify(trade_id=trade.pk, take_profit=Decimal("101.5"))
        assert [item["price"] for item in changed.exit_plan["targets"]] == [101.5, 102.0]
        assert changed.exit_plan["targets"][0]["percent"] == 1.5
        changed = manage.modify(trade_id=trade.pk, take_profit=None)
        assert (changed.exit_plan["targets"], changed.take_profit) == ([], None)

    def test_new_targets_begin_anew(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, SPLIT)
        close_trades([Exit(trade.pk, ExitReason.TAKE_PROFIT, quote(101.0), 101.0)])
        changed = manage.modify(trade_id=trade.pk, exit_plan={"targets": (Target(3.0, 0.25), Target(4.0, 0.5))})
        assert (changed.targets_hit, changed.take_profit) == (0, Decimal(103))


class TestAtAContract:
    def test_one_without_levels_has_none_to_move(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        Trade.objects.filter(pk=trade.pk).update(market_type="CONTRACT")
        with pytest.raises(manage.InvalidChange, match="stake is its risk") as caught:
            manage.modify(trade_id=trade.pk, exit_plan={"trailing": Trailing()})
        assert list(caught.value.fields) == ["trailing"]


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["percent", "quantity", "stop", "target", "tick", "tick", "tick"]), st.floats(0.0, 1.0)),
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS, short=st.booleans(), partial=st.sampled_from([0.0, 0.5]))
def test_the_books_balance_however_a_trade_is_taken_apart(
    floor: SimpleNamespace, actions: list[tuple[str, float]], short: bool, partial: float
) -> None:
    """Any sequence of partial closes, stop moves, target hits and a final close."""
    side: dict[str, Any] = {"direction": "SHORT", "stop_loss": Decimal(103)} if short else {"stop_loss": Decimal(97)}
    trade = open_planned(floor.session, TRAIL | EVEN | SPLIT, **side)
    Account.objects.filter(pk=floor.account.pk).update(
        fill_model={"slippage_bps": 2.0, "partial_fill_probability": partial}
    )
    sign, moment, price = trade.direction_sign, int(time.time() * 1000), 100.0
    for name, share in actions:
        moment += 1000
        if fresh(trade).status != TradeStatus.OPEN:
            break
        try:
            if name == "percent":
                manage.close_part(trade_id=trade.pk, percent=Decimal(str(round(share * 100, 3))))
            elif name == "quantity":
                manage.close_part(trade_id=trade.pk, quantity=Decimal(str(round(share, 4))))
            elif name == "stop":
                manage.modify(trade_id=trade.pk, stop_loss=Decimal(str(price - sign * (0.2 + share))))
            elif name == "target":
                manage.modify(trade_id=trade.pk, take_profit=Decimal(str(price + sign * (0.2 + share))))
            else:
                price = round(price * (1 + (share - 0.4) * 0.02 * sign), 2)
                publish_quote(price)
                tick = quote_of(price, moment)
                fields = quote_fields(tick)
                reasons = (("STOP_LOSS", trade.pk), ("TAKE_PROFIT", trade.pk))
                for reason, pk in reasons:
                    close_triggered([(pk, reason, price)], fields)
                move_stops([trade.pk], fields)
        except (manage.InvalidChange, paper.TradeNotOpen):
            pass
        check_books(floor.account.pk)
    if fresh(trade).status == TradeStatus.OPEN:
        manage.close_part(trade_id=trade.pk)
    ended = fresh(trade)
    assert ended.status == TradeStatus.CLOSED
    check_arithmetic(ended)
    assert check_books(floor.account.pk).margin_used == 0


def test_a_time_of_its_own(floor: SimpleNamespace) -> None:
    """`levels_since` is when the change was made, by the market's clock: candles from before say nothing about it."""
    trade = open_trade(floor)
    entered_at(trade, 300)
    changed = manage.modify(trade_id=trade.pk, stop_loss=Decimal("99.5"))
    assert changed.levels_since is not None
    assert abs((wall_now() - changed.levels_since).total_seconds()) < 20
