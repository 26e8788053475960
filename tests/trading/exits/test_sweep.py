"""The 30-second check of trades with plans, and of levels that were moved meanwhile."""

from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from signals.marketdata.candles import CandleArrays
from tests.trading.exits.test_exits import check_books, open_trade
from tests.trading.factories import make_account, make_session
from tests.trading.planned import EVEN, SPLIT, TRAIL, Streamer, entered_at, open_planned, store, trail
from trading.exits import manage, sweep
from trading.exits.bars import Bar, one_after_another
from trading.models import ExitCheckpoint, Fill, OrderPurpose, Trade, TradeStatus

MINUTE = 60_000


def fresh(trade: Trade) -> Trade:
    return Trade.objects.get(pk=trade.pk)


@pytest.mark.django_db
class TestPlans:
    def test_bars_move_the_stop_in_their_order(self, floor: SimpleNamespace) -> None:
        """The high of a bar moves the stop for the bars after it; its own low is judged by the stop before."""
        trade = open_planned(floor.session, TRAIL, take_profits=["120"])
        start = entered_at(trade, 600)
        store(
            [
                (start, 100, 104, 99.5, 103, 1),  # 104: the stop goes to 102.9
                (start + MINUTE, 103, 103.5, 102.95, 103, 1),
                (start + 2 * MINUTE, 103, 103, 102.5, 102.8, 1),
            ]
        )
        assert sweep.check_open_trades()["closed"] == 1
        closed = fresh(trade)
        assert (closed.exit_reason, closed.exit_price) == ("TRAILING_STOP", Decimal("102.9"))
        assert closed.closed_at is not None
        assert int(closed.closed_at.timestamp() * 1000) == start + 3 * MINUTE
        assert [mover for *_, mover in trail(trade)] == ["ENTRY", "TRAIL"]
        check_books(floor.account.pk)

    def test_several_targets_in_one_bar(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, SPLIT)
        start = entered_at(trade, 600)
        store([(start, 100, 103, 99.5, 102, 1)])
        sweep.check_open_trades()
        fills = Fill.objects.filter(order__trade=trade, order__purpose=OrderPurpose.EXIT).order_by("pk")
        assert list(fills.values_list("quantity", "price")) == [
            (Decimal("0.4"), Decimal(101)),
            (Decimal("0.4"), Decimal(102)),
        ]
        assert (fresh(trade).status, fresh(trade).exit_price) == ("CLOSED", Decimal("101.5"))
        assert check_books(floor.account.pk).total_trades == 1

    def test_a_gap_beyond_two_targets_fills_both_at_the_open(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, SPLIT)
        start = entered_at(trade, 600)
        store([(start, 100, 100.5, 99.5, 100, 1), (start + MINUTE, 105, 105, 104, 104, 1)])
        sweep.check_open_trades()
        fill = Fill.objects.get(order__trade=trade, order__purpose=OrderPurpose.EXIT)
        assert (fill.quantity, fill.price) == (Decimal("0.8"), Decimal(105))

    def test_what_is_left_after_a_target_is_judged_by_the_same_bar(self, floor: SimpleNamespace) -> None:
        """A bar that opens beyond the first target and falls to the stop meets both."""
        trade = open_planned(floor.session, SPLIT)
        start = entered_at(trade, 600)
        store([(start, 101.5, 101.6, 98.5, 99, 1)])
        sweep.check_open_trades()
        fills = Fill.objects.filter(order__trade=trade, order__purpose=OrderPurpose.EXIT).order_by("pk")
        assert [fill.price for fill in fills] == [Decimal("101.5"), Decimal(99)]
        assert fresh(trade).exit_reason == "STOP_LOSS"

    def test_break_even(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, EVEN, take_profits=["120"])
        start = entered_at(trade, 600)
        store([(start, 100, 101.2, 99.9, 101, 1), (start + MINUTE, 101, 101, 99, 99.5, 1)])
        sweep.check_open_trades()
        assert (fresh(trade).exit_reason, fresh(trade).exit_price) == ("BREAK_EVEN", Decimal("100.1"))

    def test_incident_9_looking_again_changes_nothing(self, floor: SimpleNamespace) -> None:
        """A stop that a later bar moved is not held against an earlier one, however often the check is repeated."""
        trade = open_planned(floor.session, TRAIL, take_profits=["120"])
        start = entered_at(trade, 600)
        store([(start, 100, 100.5, 99.4, 100, 1), (start + MINUTE, 100, 105, 100, 104.5, 1)])
        sweep.check_open_trades()
        before = Trade.objects.values().get(pk=trade.pk)
        assert before["status"] == TradeStatus.OPEN
        assert before["stop_loss"] == Decimal("103.9")
        for _ in range(2):  # the checkpoint was lost with a crash
            ExitCheckpoint.objects.all().delete()
            assert sweep.check_open_trades()["closed"] == 0
        assert Trade.objects.values().get(pk=trade.pk) == before

    def test_incident_10_after_an_outage_the_candles_come_before_the_tick(self, floor: SimpleNamespace) -> None:
        """The stop was hit in the outage: the first tick after it, far above, does not move it away from that."""
        trade = open_planned(floor.session, TRAIL, take_profits=["120"])
        start = entered_at(trade, 900)
        store([(start + n * MINUTE, 100, 100.05, 97 if n == 5 else 99.9, 100, 1) for n in range(10)])
        Streamer().tick(103.0, start + 11 * MINUTE)
        closed = fresh(trade)
        assert (closed.status, closed.exit_price) == ("CLOSED", Decimal(99))
        assert closed.closed_at is not None
        assert int(closed.closed_at.timestamp() * 1000) == start + 6 * MINUTE

    def test_trades_to_which_nothing_happens_cost_no_query(self, floor: SimpleNamespace) -> None:
        def asked() -> int:
            ExitCheckpoint.objects.all().delete()
            with CaptureQueriesContext(connection) as seen:
                assert sweep.check_open_trades()["closed"] == 0
            return len(seen)

        trade = open_planned(floor.session, TRAIL, take_profits=["120"])
        start = entered_at(trade, 300)
        store([(start, 100, 100.05, 99.5, 100, 1)])
        asked()
        one = asked()
        for _ in range(3):
            entered_at(open_planned(make_session(make_account()), TRAIL, take_profits=["120"]), 300)
        assert asked() == one


@pytest.mark.django_db
class TestLevelsMovedMeanwhile:
    def test_candles_from_before_a_move_say_nothing_about_the_new_stop(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        start = entered_at(trade, 300)
        manage.modify(trade_id=trade.pk, stop_loss=Decimal("99.8"))
        store([(start + n * MINUTE, 100, 100.2, 99.5, 100, 1) for n in range(4)])
        assert sweep.check_open_trades()["closed"] == 0
        moved = fresh(trade).levels_since
        assert moved is not None
        after = int(moved.timestamp() * 1000) // MINUTE * MINUTE + MINUTE
        store([(after, 100, 100.2, 99.5, 100, 1)])
        assert sweep.check_open_trades()["closed"] == 1


STEP = 5_000


def fine(start: int, count: int, price: float = 1.0) -> CandleArrays:
    return CandleArrays.from_rows([(start + n * STEP, price, price, price, price, 1) for n in range(count)])


def minutes(start: int, count: int, price: float = 2.0) -> CandleArrays:
    return CandleArrays.from_rows([(start + n * MINUTE, price, price, price, price, 1) for n in range(count)])


class TestOneAfterAnother:
    """Bars of several timeframes in one order, none twice."""

    def test_whole_minutes_of_fine_bars_are_enough(self) -> None:
        bars = one_after_another([("5s", fine(0, 24)), ("1m", minutes(0, 2))], 0)
        assert [bar.open for bar in bars] == [1.0] * 24

    def test_a_minute_with_a_hole_stands_for_itself(self) -> None:
        holed = CandleArrays.joined([fine(0, 12), fine(MINUTE, 5), fine(2 * MINUTE, 12)])
        bars = one_after_another([("5s", holed), ("1m", minutes(0, 3))], 0)
        assert [bar.open for bar in bars] == [1.0] * 12 + [2.0] + [1.0] * 12
        assert [(bar.start, bar.end) for bar in bars if bar.open == 2.0] == [(MINUTE, 2 * MINUTE)]

    def test_what_has_begun_before_is_taken_for_its_close_where_nothing_finer_tells(self) -> None:
        bars = one_after_another([("1m", minutes(0, 2))], 30_000)
        assert [bar.after(30_000) for bar in bars] == [
            Bar(MINUTE, MINUTE, 2.0, 2.0, 2.0, 2.0),
            Bar(MINUTE, 2 * MINUTE, 2.0, 2.0, 2.0, 2.0),
        ]
        bars = one_after_another([("5s", fine(30_000, 6)), ("1m", minutes(0, 1))], 30_000)
        assert [bar.open for bar in bars] == [1.0] * 6

    def test_they_never_overlap(self) -> None:
        holed = CandleArrays.joined([fine(0, 7), fine(2 * MINUTE, 30)])
        bars = one_after_another([("5s", holed), ("1m", minutes(0, 6)), ("5m", minutes(0, 0))], 0)
        assert all(earlier.end <= later.start for earlier, later in pairwise(bars))
        assert sum(bar.end - bar.start for bar in bars) == 6 * MINUTE

    def test_nothing(self) -> None:
        assert one_after_another([], 0) == []


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        (0, Bar(0, 10, 1, 4, 0.5, 2)),
        (1, Bar(10, 10, 2, 2, 2, 2)),
        (9, Bar(10, 10, 2, 2, 2, 2)),
        (10, None),
        (11, None),
    ],
)
def test_what_of_a_bar_comes_after_a_moment(moment: int, left: Bar | None) -> None:
    assert Bar(0, 10, 1, 4, 0.5, 2).after(moment) == left
