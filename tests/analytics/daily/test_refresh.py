"""Daily results equal a sum over all trades, whatever was done to these, in whatever order the task ran."""

import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.daily.refresh import catch_up, mark_all, refresh_daily
from analytics.models import DailyCourse, DailyEquity, DailyPerformance, StalePerformance
from analytics.tasks.daily import refresh_daily as task
from tests.analytics.closed_trades import START, make_many, make_trade
from tests.trading.factories import make_account, make_session, make_signal
from trading.accounts import paper
from trading.exits import journal
from trading.models import Account, EquityPoint, Trade

_SUMS = ("trades", "wins", "losses", "pnl", "profit", "loss", "fees", "slippage", "funding", "mae", "mfe", "excursions")


def day_of(trade: Trade) -> date:
    assert trade.closed_at is not None
    return (trade.closed_at - timedelta(milliseconds=1)).date()


def brute_force() -> dict[tuple[Any, ...], dict[str, Any]]:
    found: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(lambda: dict.fromkeys(_SUMS, Decimal(0)))
    for trade in Trade.objects.filter(status="CLOSED", closed_at__isnull=False).select_related("account", "signal"):
        reset = trade.account.reset_at
        since = reset is None or (trade.closed_wall is not None and trade.closed_wall > reset)
        source = trade.signal.source if trade.signal else ""
        row = found[trade.account_id, trade.session_id, day_of(trade), trade.symbol, trade.strategy, source, since]
        pnl = trade.realized_pnl
        for name, value in {
            "trades": 1,
            "wins": pnl > 0,
            "losses": pnl < 0,
            "pnl": pnl,
            "profit": max(pnl, Decimal(0)),
            "loss": min(pnl, Decimal(0)),
            "fees": trade.fees,
            "slippage": trade.slippage,
            "funding": trade.funding,
            "mae": trade.mae or 0,
            "mfe": trade.mfe or 0,
            "excursions": trade.mae is not None,
        }.items():
            row[name] += value
    return dict(found)


def kept() -> dict[tuple[Any, ...], dict[str, Any]]:
    return {
        (row.account_id, row.session_id, row.day, row.symbol, row.strategy, row.source, row.since_reset): {
            name: getattr(row, name) for name in _SUMS
        }
        for row in DailyPerformance.objects.all()
    }


def check() -> None:
    rows = brute_force()
    assert kept() == rows
    counts: dict[tuple[Any, ...], int] = defaultdict(int)
    for (account, session, day, symbol, strategy, source, since_reset), sums in rows.items():
        kinds = [(None, "", ""), (None, "symbol", symbol), (None, "strategy", strategy), (None, "source", source)]
        for kind in kinds + ([(session, "", "")] if session else []):
            counts[account, *kind, day, since_reset] += sums["trades"]
    fields = ("account", "session", "facet", "key", "day", "since_reset", "trades")
    assert {tuple(row[:-1]): row[-1] for row in DailyCourse.objects.values_list(*fields)} == counts
    assert set(DailyEquity.objects.values_list("account", "day", "equity")) == extremes()


def extremes() -> set[tuple[int, date, Decimal]]:
    """The lowest and the highest equity of each day that is over."""
    days: dict[tuple[int, date], list[Decimal]] = defaultdict(list)
    for point in EquityPoint.objects.select_related("account"):
        day = (point.time - timedelta(milliseconds=1)).date()
        reset = point.account.reset_at
        if day < datetime.now(UTC).date() and (reset is None or point.time >= reset):
            days[point.account_id, day].append(point.equity)
    return {(*key, equity) for key, equities in days.items() for equity in (min(equities), max(equities))}


def _reopen(trade: Trade) -> None:
    """As a late fill does it."""
    end = {"exit_price": None, "exit_reason": "", "closed_at": None, "closed_wall": None}
    Trade.objects.filter(pk=trade.pk).update(status="CLOSING", closing_reason="LATE_FILL", **end)


def _close_elsewhere(trade: Trade) -> None:
    closed = START + timedelta(days=trade.pk % 3, hours=5)
    values = {"exit_price": 99, "exit_reason": "STOP_LOSS", "realized_pnl": Decimal(-3), "closing_reason": ""}
    Trade.objects.filter(pk=trade.pk).update(status="CLOSED", closed_at=closed, closed_wall=closed, **values)


def _tag(trade: Trade) -> None:
    journal.write(trade_id=trade.pk, changes={"tags": ["news"]})


def _excursions(trade: Trade) -> None:
    Trade.objects.filter(pk=trade.pk).update(mae=Decimal(-2), mfe=Decimal(4))


def _reset(trade: Trade) -> None:
    paper.reset(trade.account_id)


def _gone(trade: Trade) -> None:
    Trade.objects.filter(pk=trade.pk).delete()


def _mark_late(trade: Trade) -> None:
    """A point of equity of a past day."""
    time = START + timedelta(hours=trade.pk % 60)
    values = {"balance": 1000, "equity": 900 + trade.pk % 7 * 50}
    EquityPoint.objects.update_or_create(account_id=trade.account_id, time=time, defaults=values)


CHANGES: list[Callable[[Trade], None]] = [_reopen, _close_elsewhere, _tag, _excursions, _reset, _gone, _mark_late]


@given(
    st.lists(st.one_of(st.just("new"), st.just("run"), st.tuples(st.integers(0, 6), st.integers(0, 9))), max_size=12)
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_closes_corrections_and_runs(db: None, steps: list[Any]) -> None:
    account = make_account()
    for step in steps:
        trades = list(Trade.objects.filter(account=account).order_by("pk"))
        if step == "new":
            make_trade(account, "2.5", closed_at=START + timedelta(days=len(trades) % 3, seconds=len(trades)))
        elif step == "run":
            refresh_daily()
        elif trades:
            CHANGES[step[0]](trades[step[1] % len(trades)])
    refresh_daily()
    refresh_daily()
    check()
    assert not StalePerformance.objects.exists()


def test_every_column(db: None) -> None:
    account = make_account()
    session = make_session(account)
    make_many(account, 200, sessions=[session])
    make_trade(account, signal=make_signal(account.owner, source="WEBHOOK"))
    assert task() == DailyPerformance.objects.values("day").distinct().count()
    check()
    one = DailyPerformance.objects.get(source="WEBHOOK")
    assert (one.best, one.worst, one.holding_ms, one.r, one.r_trades) == (1, 1, 3_600_000, 1.0, 1)
    assert (one.first_opened, one.last_closed) == (START + timedelta(hours=12), START + timedelta(hours=13))
    session_trades = sum(DailyCourse.objects.filter(session=session).values_list("trades", flat=True))
    assert session_trades == Trade.objects.filter(session=session).count()


def test_the_equity_of_past_days(db: None) -> None:
    account = make_account()
    for hours, equity in ((0, 5), (1, 7), (2, 3), (24, 4), (25, 9), (60, 1)):
        EquityPoint.objects.create(account=account, time=START + timedelta(hours=hours), balance=1, equity=equity)
    refresh_daily()
    check()
    found = list(DailyEquity.objects.filter(account=account).values_list("day", "equity"))
    days = [START.date() + timedelta(days=number) for number in (-1, 0, 0, 1, 2)]
    assert found == list(zip(days, map(Decimal, (5, 7, 3, 9, 1)), strict=True))
    EquityPoint.objects.filter(account=account, equity=7).delete()
    refresh_daily()
    check()


def test_midnight_ends_a_day(db: None) -> None:
    account = make_account()
    for moment in (START, START + timedelta(milliseconds=1), START + timedelta(microseconds=999)):
        make_trade(account, closed_at=moment, symbol=f"S{moment.microsecond}")
    refresh_daily()
    check()
    days = dict(DailyPerformance.objects.values_list("symbol", "day"))
    before = START.date() - timedelta(days=1)
    assert days == {"S0": before, "S1000": START.date(), "S999": before}


def test_a_day_that_ends_is_kept(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Today's points mark nothing; tomorrow they are yesterday's."""
    account, now = make_account(), datetime.now(UTC)
    StalePerformance.objects.all().delete()
    EquityPoint.objects.create(account=account, time=now, balance=1, equity=2)
    assert not StalePerformance.objects.exists()
    refresh_daily()
    assert not DailyEquity.objects.exists()
    for module in ("equity", "refresh"):
        monkeypatch.setattr(f"analytics.daily.{module}.wall_now", lambda: now + timedelta(days=1))
    refresh_daily()
    refresh_daily()
    assert set(DailyEquity.objects.values_list("account", "equity")) == {(account.pk, 2), (account.pk, 1000)}


def test_what_takes_long_is_left_to_the_task(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    account = make_account()
    refresh_daily()
    for number in range(3):
        make_trade(account, closed_at=START + timedelta(days=number, hours=1))
    monkeypatch.setattr("analytics.daily.refresh._MOST_DAYS", 2)
    monkeypatch.setattr("analytics.daily.refresh._MOST_TRADES", 2)
    catch_up(account.pk)
    mark_all()
    catch_up(account.pk)
    assert not DailyPerformance.objects.exists()
    monkeypatch.setattr("analytics.daily.refresh._MOST_TRADES", 3)
    catch_up(account.pk)
    check()
    assert not StalePerformance.objects.exists()


def test_what_is_open_marks_nothing(db: None) -> None:
    trade = make_trade(make_account(), status="OPEN", closed_quantity=0, closed_at=None, opened_at=START)
    StalePerformance.objects.all().delete()
    trade.best_price = Decimal(105)
    trade.save()
    assert not StalePerformance.objects.exists()


def test_the_command(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    make_many(make_account(), 20)
    refresh_daily()
    DailyPerformance.objects.all().delete()
    call_command("refresh_analytics")
    assert "0 days" in capsys.readouterr().out
    call_command("refresh_analytics", "--all")
    check()


@pytest.mark.django_db(transaction=True)
def test_at_once() -> None:
    """Closes and runs side by side."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    accounts = [make_account() for _ in range(2)]
    failed: list[BaseException] = []

    def repeat(step: Callable[[], object]) -> None:
        try:
            for _ in range(8):
                step()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    steps: list[Callable[[], object]] = [refresh_daily, refresh_daily, task]
    steps += [lambda account=account: make_trade(account) for account in (*accounts, *accounts)]  # type: ignore[misc]
    threads = [threading.Thread(target=repeat, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert not failed
    refresh_daily()
    check()
    assert sum(sums["trades"] for sums in kept().values()) == 32


def test_another_accounts_marks_stay(db: None) -> None:
    one, other = make_account(), make_account()
    make_trade(one)
    make_trade(other)
    refresh_daily([one.pk])
    assert set(StalePerformance.objects.values_list("account", flat=True)) == {other.pk}
    assert Account.objects.get(daily__isnull=False) == one
