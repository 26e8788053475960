"""What the streamer's index is told, and when a trade whose trigger fired is armed again."""

import time
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.trading.exits.test_exits import open_trade
from tests.trading.planned import SPLIT, TRAIL, Streamer, open_planned
from trading.exits import manage
from trading.models import Trade, TradeStatus
from trading.stream import trigger_sync
from trading.stream.trigger_feed import as_row
from trading.stream.trigger_index import Hit

pytestmark = pytest.mark.django_db(transaction=True)


def now_ms() -> int:
    return int(time.time() * 1000)


def test_a_plain_trade_has_no_level_to_move_at(floor: SimpleNamespace) -> None:
    row = as_row(open_trade(floor))
    assert (row["stop"], row["target"], row["move"], row["open"]) == (99.0, 102.0, None, True)


def test_a_planned_one_has(floor: SimpleNamespace) -> None:
    row = as_row(open_planned(floor.session, TRAIL, stop_loss=Decimal(98)))
    # It trails at 99 from the entry on; the next step of 0.1 is reached 1 % above 99.1.
    assert (row["stop"], row["move"]) == (99.0, pytest.approx(99.1 / 0.99))


def test_one_whose_exit_is_in_flight_has_none(floor: SimpleNamespace) -> None:
    trade = open_planned(floor.session, TRAIL, take_profits=["120"])
    trade.status = TradeStatus.CLOSING
    assert (as_row(trade)["move"], as_row(trade)["open"]) == (None, False)


class TestArmingAgain:
    def test_a_trade_that_is_being_closed_stays_out(self, floor: SimpleNamespace) -> None:
        streamer, row = Streamer(), as_row(open_trade(floor))
        streamer.sync.apply(row)
        streamer.sync.fired(streamer.index.take("sim", "ABC", 98.0))
        streamer.sync.apply(row)
        assert row["id"] not in streamer.index

    def test_until_its_close_has_failed(self, floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
        streamer, row = Streamer(), as_row(open_trade(floor))
        streamer.sync.apply(row)
        streamer.sync.fired(streamer.index.take("sim", "ABC", 98.0))
        monkeypatch.setattr(trigger_sync, "REARM_SECONDS", 0.0)
        streamer.sync.apply(row)
        assert row["id"] in streamer.index

    def test_what_is_left_after_a_target_is_protected_at_once(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, SPLIT)
        streamer = Streamer()
        assert streamer.tick(101.2, now_ms()) == ["trading.close_triggered"]
        streamer.sync.apply(as_row(Trade.objects.get(pk=trade.pk)))
        assert streamer.index.crossed("sim", "ABC", 98.0) == [Hit(trade.pk, 1, 99.0)]
        assert streamer.index.crossed("sim", "ABC", 102.0) == [Hit(trade.pk, 2, 102.0)]


class TestMoves:
    def test_a_tick_moves_the_stop_and_the_next_level_is_armed(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, TRAIL, take_profits=["120"])
        streamer, start = Streamer(), now_ms() + 1000
        assert streamer.tick(100.05, start) == []
        assert streamer.tick(102.0, start + 100) == ["trading.move_stops"]
        moved = Trade.objects.get(pk=trade.pk)
        assert (moved.stop_loss, moved.stop_moved_by) == (Decimal("100.9"), "TRAIL")
        assert moved.best_price == 102
        assert streamer.tick(102.0, start + 200) == []
        assert streamer.tick(100.8, start + 300) == ["trading.close_triggered"]
        closed = Trade.objects.get(pk=trade.pk)
        assert (closed.exit_reason, closed.exit_price) == ("TRAILING_STOP", Decimal("100.8"))

    def test_a_message_delivered_twice_and_late_moves_nothing_back(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, TRAIL, take_profits=["120"])
        start = now_ms() + 1000
        first, second = Streamer(), Streamer()
        for streamer in (first, second):
            for row in trigger_sync.load_open():
                streamer.sync.apply(row)
        first.tick(103.0, start)
        before = Trade.objects.values().get(pk=trade.pk)
        # The other streamer had not heard of it when it saw an earlier tick.
        assert second.see(101.0, start - 500) == ["trading.move_stops"]
        assert Trade.objects.values().get(pk=trade.pk) == before

    def test_incident_9_a_restart_changes_nothing(self, floor: SimpleNamespace) -> None:
        """What the stop trails behind is in the row: an index that is loaded anew goes on where the old one was."""
        trade = open_planned(floor.session, TRAIL, take_profits=["120"])
        start = now_ms() + 1000
        Streamer().tick(103.0, start)
        before = Trade.objects.values().get(pk=trade.pk)
        restarted = Streamer()
        assert restarted.tick(102.5, start + 100) == []
        assert Trade.objects.values().get(pk=trade.pk) == before

    def test_a_move_by_hand_reaches_the_index(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        streamer = Streamer()
        streamer.tick(100.0, now_ms())
        manage.modify(trade_id=trade.pk, stop_loss=Decimal("99.8"))
        assert streamer.tick(99.7, now_ms() + 1000) == ["trading.close_triggered"]
        closed = Trade.objects.get(pk=trade.pk)
        assert (closed.status, closed.exit_reason) == ("CLOSED", "STOP_LOSS")
