"""Closing trades."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokers.interface import Quote
from signals.marketdata.candles import CandleArrays
from signals.marketdata.window import CandleWindow
from tests.clients import twin
from tests.trading.factories import make_account, make_session, make_signal, publish_quote
from trading.accounts import paper
from trading.decisions import dispatch
from trading.exits import sweep
from trading.exits.exits import Exit, close_trades
from trading.market import redis_client
from trading.models import (
    Account,
    Event,
    ExitCheckpoint,
    ExitReason,
    Fill,
    LedgerEntry,
    Order,
    OrderPurpose,
    OrderStatus,
    Trade,
    TradeStatus,
)


def open_trade(floor: SimpleNamespace, **values: object) -> Trade:
    dispatch.dispatch_signal(make_signal(floor.owner, **values).pk)
    return Trade.objects.latest("id")


def quote(price: float) -> Quote:
    return Quote("sim", "ABC", price, price, price, time.time(), time.time())


def store(rows: Sequence[tuple[float, ...]], timeframe: str = "1m", symbol: str = "ABC") -> None:
    CandleWindow(redis_client()).append_arrays("sim", symbol, timeframe, CandleArrays.from_rows(rows))


def check_books(account_id: int) -> Account:
    """The account's figures, each recomputed from the rows."""
    account = Account.objects.get(pk=account_id)
    entries = list(LedgerEntry.objects.filter(account=account).order_by("sequence"))
    assert account.balance == sum((entry.amount for entry in entries), Decimal(0))
    trades = Trade.objects.filter(account=account)
    closed = [trade for trade in trades if trade.status == TradeStatus.CLOSED]
    assert account.realized_pnl == sum((trade.realized_pnl for trade in trades), Decimal(0))
    assert account.balance == account.initial_balance + account.realized_pnl
    assert account.fees_paid == sum((trade.fees for trade in trades), Decimal(0))
    live = [trade for trade in trades if trade.status in (TradeStatus.PENDING, TradeStatus.OPEN, TradeStatus.CLOSING)]
    assert account.margin_used == sum((trade.margin for trade in live), Decimal(0))
    assert account.total_trades == len(closed)
    assert account.winning_trades == sum(trade.realized_pnl > 0 for trade in closed)
    assert account.losing_trades == sum(trade.realized_pnl < 0 for trade in closed)
    return account


def test_a_target_fills_at_its_level(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    assert [t.pk for t in close_trades([Exit(trade.pk, ExitReason.TAKE_PROFIT, quote(102.0), 102.0)])] == [trade.pk]
    trade.refresh_from_db()
    assert (trade.status, trade.exit_price, trade.exit_reason) == (TradeStatus.CLOSED, Decimal(102), "TAKE_PROFIT")
    gross = (Decimal(102) - Decimal("100.01")) * Decimal("0.8")
    assert trade.realized_pnl == gross - trade.fees
    assert check_books(floor.account.pk).winning_trades == 1
    kinds = list(Event.objects.order_by("number").values_list("type", flat=True))[-2:]
    assert kinds == ["trade_closed", "balance_update"]


def test_a_stop_fills_worse_than_its_level(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    close_trades([Exit(trade.pk, ExitReason.STOP_LOSS, quote(99.0), 99.0)])
    trade.refresh_from_db()
    assert trade.exit_price == Decimal("98.99")
    assert trade.slippage > 0
    check_books(floor.account.pk)


def test_incident_5_a_trade_is_closed_once(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    assert close_trades([Exit(trade.pk, ExitReason.STOP_LOSS, quote(99.0), 99.0)])
    assert close_trades([Exit(trade.pk, ExitReason.TAKE_PROFIT, quote(102.0), 102.0)]) == []
    assert Order.objects.filter(purpose=OrderPurpose.EXIT).count() == 1


@pytest.mark.parametrize("status", [TradeStatus.CLOSING, TradeStatus.PENDING, TradeStatus.FAILED])
def test_incident_5_an_exit_in_flight_excludes_every_other(floor: SimpleNamespace, status: str) -> None:
    trade = twin(open_trade(floor), status)
    assert close_trades([Exit(trade.pk, ExitReason.STOP_LOSS, quote(99.0), 99.0)]) == []


def test_incident_5_the_database_refuses_a_second_exit_order(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(100.0))])
    order = Order.objects.get(purpose=OrderPurpose.EXIT)
    order.status = OrderStatus.SUBMITTED
    order.save()
    order.pk, order.client_order_id = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        order.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_incident_5_racing_exits_sell_once() -> None:
    account = make_account()
    make_session(account)
    publish_quote(100.0)
    dispatch.dispatch_signal(make_signal(account.owner).pk)
    trade = Trade.objects.get()
    closed: list[int] = []

    def close(reason: ExitReason, price: float) -> None:
        closed.extend(item.pk for item in close_trades([Exit(trade.pk, reason, quote(price), price)]))
        connection.close()

    racers = [(ExitReason.STOP_LOSS, 99.0), (ExitReason.TAKE_PROFIT, 102.0), (ExitReason.MANUAL, 100.0)] * 2
    threads = [threading.Thread(target=close, args=racer) for racer in racers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert closed == [trade.pk]
    assert Fill.objects.filter(order__purpose=OrderPurpose.EXIT).count() == 1
    check_books(account.pk)


def test_a_partial_exit_chases_the_rest(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    Account.objects.filter(pk=floor.account.pk).update(fill_model={"partial_fill_probability": 1.0})
    close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(100.0))])
    fills = list(Fill.objects.filter(order__purpose=OrderPurpose.EXIT))
    assert len(fills) == 2
    assert sum(fill.quantity for fill in fills) == trade.quantity
    check_books(floor.account.pk)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prices=st.lists(st.floats(min_value=50, max_value=200), min_size=1, max_size=6), short=st.booleans())
def test_the_books_balance_whatever_happens(floor: SimpleNamespace, prices: list[float], short: bool) -> None:
    levels: dict[str, Any] = {"direction": "SHORT", "stop_loss": None, "take_profits": []} if short else {}
    for price in prices:
        publish_quote(100.0)
        trade = open_trade(floor, **levels)
        close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(round(price, 2)))])
        check_books(floor.account.pk)


class TestSweep:
    """check_and_close_paper_trades: candles since the last check."""

    def age(self, trade: Trade, minutes: float) -> int:
        """Pretend that the trade was opened a while ago, at the start of a minute; returns that minute (epoch ms)."""
        opened = (datetime.now(UTC) - timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        Trade.objects.filter(pk=trade.pk).update(opened_at=opened)
        return int(opened.timestamp() * 1000)

    def test_a_touch_between_two_looks_is_found(self, floor: SimpleNamespace) -> None:
        start = self.age(open_trade(floor), 5)
        store([(start, 100, 100.5, 98.5, 100.2, 1), (start + 60_000, 100.2, 100.4, 100.0, 100.1, 1)])
        assert sweep.check_open_trades() == {"checked": 1, "closed": 1, "symbols": ["sim:ABC"]}
        trade = Trade.objects.get()
        assert trade.exit_reason == "STOP_LOSS"
        assert trade.exit_price == Decimal("98.99")
        check_books(floor.account.pk)

    def test_stop_first_when_a_candle_holds_both(self, floor: SimpleNamespace) -> None:
        start = self.age(open_trade(floor), 5)
        store([(start, 100, 103, 98, 101, 1)])
        sweep.check_open_trades()
        assert Trade.objects.get().exit_reason == "STOP_LOSS"

    def test_a_gap_fills_at_the_open(self, floor: SimpleNamespace) -> None:
        start = self.age(open_trade(floor), 5)
        store([(start, 100, 100.2, 99.8, 100, 1), (start + 60_000, 104, 105, 103, 104, 1)])
        sweep.check_open_trades()
        trade = Trade.objects.get()
        assert (trade.exit_reason, trade.exit_price) == ("TAKE_PROFIT", Decimal(104))

    def test_incident_9_a_restart_changes_no_trade(self, floor: SimpleNamespace) -> None:
        """Candles from before the entry, and the part of its candle before it, close nothing."""
        start = self.age(open_trade(floor), 5)
        Trade.objects.update(opened_at=datetime.fromtimestamp((start + 30_000) / 1000, UTC))
        store(
            [
                (start - 60_000, 100, 120, 80, 100, 1),
                (start, 100, 110, 90, 100, 1),
                (start + 60_000, 100, 101, 99.5, 100, 1),
            ]
        )
        before = list(Trade.objects.values())
        for _ in range(3):
            assert sweep.check_open_trades()["closed"] == 0
        assert list(Trade.objects.values()) == before

    def test_incident_10_an_outage_is_made_good(self, floor: SimpleNamespace) -> None:
        """The fine candles have a hole where the outage was; the minutes that came back from the exchange fill it."""
        start = self.age(open_trade(floor), 20)
        fine = [(start + n * 5000, 100, 100.1, 99.9, 100, 1) for n in range(12)]
        fine += [(start + 900_000 + n * 5000, 100, 100.1, 99.9, 100, 1) for n in range(12)]
        store(fine, "5s")
        minutes = [(start + n * 60_000, 100, 100.1, 98.0 if n == 7 else 99.9, 100, 1) for n in range(16)]
        store(minutes, "1m")
        assert sweep.check_open_trades()["closed"] == 1
        trade = Trade.objects.get()
        assert trade.exit_reason == "STOP_LOSS"
        assert trade.closed_at is not None
        assert abs(trade.closed_at.timestamp() * 1000 - (start + 8 * 60_000)) < 1000

    def test_the_checkpoint_moves_and_skips_nothing(self, floor: SimpleNamespace) -> None:
        start = self.age(open_trade(floor), 10)
        store([(start + n * 60_000, 100, 100.1, 99.9, 100, 1) for n in range(5)])
        sweep.check_open_trades()
        reached = ExitCheckpoint.objects.get().checked_until
        assert reached == datetime.fromtimestamp((start + 300_000) / 1000, UTC)
        store([(start + 300_000, 100, 100.1, 98, 100, 1)])
        assert sweep.check_open_trades()["closed"] == 1


def test_incident_16_a_second_click_gets_the_answer_that_the_trade_is_closed(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    paper.close_by_hand(trade.pk)
    with pytest.raises(paper.TradeNotOpen):
        paper.close_by_hand(trade.pk)


def test_a_silent_market_cannot_be_closed_by_hand(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    redis_client().flushall()
    with pytest.raises(paper.NoQuote):
        paper.close_by_hand(trade.pk)


def test_reset_starts_over_and_keeps_the_past(floor: SimpleNamespace) -> None:
    open_trade(floor)
    account = paper.reset(floor.account.pk, Decimal(2500))
    assert (account.balance, account.initial_balance, account.margin_used) == (Decimal(2500), Decimal(2500), Decimal(0))
    assert account.total_trades == account.winning_trades == account.losing_trades == 0
    assert Trade.objects.get().exit_reason == "RESET"
    entries = LedgerEntry.objects.filter(account=account).order_by("sequence")
    assert [entry.kind for entry in entries] == ["DEPOSIT", "COMMISSION", "TRADE_PNL", "COMMISSION", "RESET"]
    assert sum((entry.amount for entry in entries), Decimal(0)) == Decimal(2500)
