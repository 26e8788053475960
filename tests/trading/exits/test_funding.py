"""Funding on paper: charged at its times, each once, by whoever comes first; part of the trade's result."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.exits.test_exits import check_books, open_trade, quote, store
from tests.trading.factories import make_account, make_session, make_signal, publish_quote
from trading.decisions import dispatch
from trading.exits import funding
from trading.exits.exits import Exit, close_trades
from trading.models import Account, EntryKind, Event, ExitReason, LedgerEntry, Trade, TradeStatus

pytestmark = pytest.mark.django_db
RATE = Decimal("0.001")
HOUR = timedelta(hours=1)


def perpetual(floor: SimpleNamespace, opened: datetime, rate: Decimal = RATE, **signal: Any) -> Trade:
    """An open trade of a perpetual future, entered at `opened`, whose account pays funding every 8 hours."""
    model = {"funding_rate": float(rate), "slippage_bps": 0.0}
    Account.objects.filter(pk=floor.account.pk).update(fill_model=model)
    trade = open_trade(floor, **{"market_type": "FUTURES", "stop_loss": None, "take_profits": [], **signal})
    Trade.objects.filter(pk=trade.pk).update(opened_at=opened)
    trade.refresh_from_db()
    return trade


def last_times(count: int) -> list[datetime]:
    """The last `count` funding times (0, 8 and 16 o'clock UTC) before now, oldest first."""
    now = datetime.now(UTC)
    latest = now.replace(hour=now.hour // 8 * 8, minute=0, second=0, microsecond=0)
    return [latest - number * 8 * HOUR for number in reversed(range(count))]


def entries(trade: Trade) -> list[tuple[datetime, Decimal]]:
    found = LedgerEntry.objects.filter(trade=trade, kind=EntryKind.FUNDING).order_by("sequence")
    return list(found.values_list("market_time", "amount"))


@pytest.mark.parametrize(("direction", "sign"), [("LONG", -1), ("SHORT", 1)])
def test_a_late_run_charges_each_missed_time_once(floor: SimpleNamespace, direction: str, sign: int) -> None:
    times = last_times(3)
    trade = perpetual(floor, times[0] - HOUR, direction=direction)
    publish_quote(110.0)
    before = Account.objects.get(pk=floor.account.pk)
    assert funding.charge_funding() == 1
    each = sign * (trade.quantity * 110 * RATE)
    assert entries(trade) == [(time, each) for time in times]
    pnl = trade.realized_pnl
    trade.refresh_from_db()
    assert (trade.funding, trade.realized_pnl, trade.funded_until) == (3 * each, pnl + 3 * each, times[-1])
    after = check_books(floor.account.pk)
    assert after.balance - before.balance == after.realized_pnl - before.realized_pnl == 3 * each
    kinds = list(Event.objects.order_by("number").values_list("type", flat=True))[-2:]
    assert kinds == ["trade_update", "balance_update"]
    assert Event.objects.filter(type="trade_update").latest("number").payload["funding"] == str((3 * each).normalize())
    assert funding.charge_funding() == 0
    assert len(entries(trade)) == 3


def test_what_was_opened_after_the_time_pays_nothing(floor: SimpleNamespace) -> None:
    [time] = last_times(1)
    trade = perpetual(floor, time)
    assert funding.charge_funding() == 0
    assert funding.charge_funding(now=time + 7 * HOUR) == 0
    publish_quote(100.0, age=-9 * 3600)
    assert funding.charge_funding(now=time + 8 * HOUR) == 1
    assert [at for at, _ in entries(trade)] == [time + 8 * HOUR]


def test_a_rate_that_is_set_later_changes_no_past(floor: SimpleNamespace) -> None:
    trade = perpetual(floor, last_times(2)[0] - HOUR, rate=Decimal(0))
    assert funding.charge_funding() == 0
    Account.objects.filter(pk=floor.account.pk).update(fill_model={"funding_rate": 0.01})
    assert funding.charge_funding() == 0
    assert entries(trade) == []


def test_spot_brokers_and_replays_are_left_alone(floor: SimpleNamespace) -> None:
    trade = perpetual(floor, last_times(1)[0] - HOUR, market_type="SPOT")
    assert funding.charge_funding() == 0
    Trade.objects.filter(pk=trade.pk).update(market_type="FUTURES", venue="replay-1")
    assert funding.charge_funding() == 0
    Trade.objects.filter(pk=trade.pk).update(venue="sim", status=TradeStatus.CLOSING)
    assert funding.charge_funding() == 0
    assert entries(trade) == []


def test_a_silent_market_is_waited_for(floor: SimpleNamespace) -> None:
    trade = perpetual(floor, last_times(1)[0] - HOUR)
    publish_quote(100.0, age=3600)
    assert funding.charge_funding() == 0
    publish_quote(120.0)
    assert funding.charge_funding() == 1
    assert [amount for _, amount in entries(trade)] == [-trade.quantity * 120 * RATE]


def test_an_exit_pays_what_fell_due_before_it_on_all_that_was_open(floor: SimpleNamespace) -> None:
    times = last_times(2)
    trade = perpetual(floor, times[0] - HOUR)
    half = trade.quantity / 2
    close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(110.0), quantity=half)])
    each = -(trade.quantity * 110 * RATE)
    assert entries(trade) == [(time, each) for time in times]
    assert funding.charge_funding() == 0
    close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(110.0))])
    trade.refresh_from_db()
    assert trade.funding == 2 * each
    gross = (Decimal(110) - (trade.entry_price or 0)) * trade.quantity
    assert trade.realized_pnl == gross - trade.fees + trade.funding
    closed = Event.objects.filter(type="trade_closed").latest("number").payload
    assert (Decimal(closed["funding"]), Decimal(closed["realized_pnl"])) == (trade.funding, trade.realized_pnl)
    check_books(floor.account.pk)


def test_what_the_candles_closed_before_the_time_pays_nothing(floor: SimpleNamespace) -> None:
    [time] = last_times(1)
    trade = perpetual(floor, time - HOUR, stop_loss=Decimal(99))
    start = int((time - HOUR).timestamp() * 1000)
    store([(start + 60_000 * number, 100, 100.1, 98.0 if number == 30 else 99.5, 100, 1) for number in range(90)])
    publish_quote(100.0)
    assert funding.charge_funding() == 0
    trade.refresh_from_db()
    assert (trade.status, trade.exit_reason, trade.funding) == (TradeStatus.CLOSED, "STOP_LOSS", 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", ["settings", "books"])
def test_an_account_that_cannot_be_charged_keeps_no_other_from_it(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_quote(100.0)
    accounts = [make_account(fill_model={"funding_rate": 0.001}) for _ in range(2)]
    for account in accounts:
        make_session(account)
        dispatch.dispatch_signal(make_signal(account.owner, market_type="FUTURES").pk)
    Trade.objects.update(opened_at=last_times(1)[0] - HOUR)
    first, second = accounts
    if broken == "settings":
        Account.objects.filter(pk=first.pk).update(fill_model={"no such": 1})
    else:
        usual = funding.charge_account

        def charge(account_id: int, *args: Any) -> int:
            if account_id == first.pk:
                raise RuntimeError("broken books")
            return usual(account_id, *args)

        monkeypatch.setattr(funding, "charge_account", charge)
    assert funding.charge_funding() == 1
    assert list(Trade.objects.exclude(funding=0).values_list("account_id", flat=True)) == [second.pk]
    check_books(second.pk)


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_charge_once() -> None:
    account = make_account(fill_model={"funding_rate": 0.001})
    make_session(account)
    publish_quote(100.0)
    dispatch.dispatch_signal(make_signal(account.owner, market_type="FUTURES").pk)
    times = last_times(2)
    Trade.objects.update(opened_at=times[0] - HOUR)
    counts: list[int] = []

    def charge() -> None:
        counts.append(funding.charge_funding())
        connection.close()

    threads = [threading.Thread(target=charge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, 1]
    assert [at for at, _ in entries(Trade.objects.get())] == times
    check_books(account.pk)


steps = st.lists(st.tuples(st.sampled_from(["charge", "part", "wait"]), st.integers(80, 120)), max_size=6)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, rate=st.integers(-100, 100))
def test_the_books_balance_whatever_happens(floor: SimpleNamespace, steps: list[tuple[str, int]], rate: int) -> None:
    publish_quote(100.0)
    trade = perpetual(floor, datetime.now(UTC) - 40 * HOUR, rate=Decimal(rate) / 100_000)
    for action, price in steps:
        publish_quote(float(price))
        if action == "charge":
            funding.charge_funding()
        elif action == "part":
            trade.refresh_from_db()
            close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(price), quantity=round(trade.open_quantity / 2, 3))])
        else:  # the times since then have not been looked at
            Trade.objects.filter(pk=trade.pk, funded_until=None).update(opened_at=datetime.now(UTC) - 60 * HOUR)
        check_books(floor.account.pk)
    close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(100.0))])
    check_books(floor.account.pk)
    trade.refresh_from_db()
    booked = entries(trade)
    assert trade.funding == sum((amount for _, amount in booked), Decimal(0))
    assert len({time for time, _ in booked}) == len(booked)
