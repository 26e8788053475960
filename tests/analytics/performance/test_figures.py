"""The database's figures are those of the same trades in memory."""

import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from analytics.backtest.result import TradeColumns
from analytics.metrics import figures_of
from analytics.performance.figures import figures
from analytics.performance.scope import Scope
from tests.analytics.closed_trades import START, make_many, make_trade
from tests.trading.factories import make_account, make_session, make_signal
from trading.models import Account, EquityPoint, ExitReason, Trade
from trading.rules.exit_plan import r_multiple

REASONS = list(ExitReason.values)
DAY = timedelta(days=1)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def in_memory(trades: list[Trade], marks: list[tuple[datetime, float, float]], initial: float) -> dict[str, Any]:
    """What analytics.metrics makes of these trades and marks (time, balance, equity)."""
    trades = sorted(trades, key=lambda trade: (trade.opened_at, trade.pk))
    symbols = sorted({trade.symbol for trade in trades})
    strategies = sorted({trade.strategy for trade in trades})

    def floats(name: str) -> Any:
        return np.array([math.nan if (v := getattr(t, name)) is None else float(v) for t in trades])

    def ints(values: Any) -> Any:
        return np.array(list(values), dtype=np.int64)

    columns = TradeColumns(
        symbol=ints(symbols.index(t.symbol) for t in trades),
        strategy=ints(strategies.index(t.strategy) for t in trades),
        direction=ints(t.direction_sign for t in trades),
        opened=ints(ms(t.opened_at) for t in trades),  # type: ignore[arg-type]
        closed=ints(ms(t.closed_at) for t in trades),  # type: ignore[arg-type]
        quantity=floats("quantity"),
        entry_price=floats("entry_price"),
        exit_price=floats("exit_price"),
        initial_stop=floats("initial_stop"),
        exit_reason=ints(REASONS.index(t.exit_reason) for t in trades),
        pnl=floats("realized_pnl"),
        fees=floats("fees"),
        slippage=floats("slippage"),
        funding=floats("funding"),
        mae=floats("mae"),
        mfe=floats("mfe"),
        r=np.array([_r(t) for t in trades]),
        confidence=floats("confidence"),
        parts=np.ones(len(trades), np.int64),
    )
    return figures_of(
        columns,
        time=[ms(time) for time, _, _ in marks],
        balance=[balance for _, balance, _ in marks],
        equity=[equity for _, _, equity in marks],
        initial_balance=initial,
        symbols=symbols,
        strategies=strategies,
        sources=[t.signal.source if t.signal else "" for t in trades],
        tags=[t.tags for t in trades],
        exit_reasons=REASONS,
    )


def _r(trade: Trade) -> float:
    stop = math.nan if trade.initial_stop is None else float(trade.initial_stop)
    return r_multiple(trade.direction_sign, float(trade.entry_price or 0), stop, float(trade.exit_price or 0))


def same(found: Any, wanted: Any, where: str = "") -> None:
    """But for the last digits of floats; histograms of results and of R may have other bins of the same trades."""
    if isinstance(wanted, dict):
        assert found.keys() == wanted.keys(), where
        for name in wanted:
            same(found[name], wanted[name], f"{where}.{name}")
    elif isinstance(wanted, list):
        assert len(found) == len(wanted), where
        for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
            same(one, other, f"{where}[{number}]")
    elif isinstance(wanted, float):
        assert found == pytest.approx(wanted, rel=1e-9, abs=2e-8), where
    else:
        assert found == wanted, where


def split(found: dict[str, Any]) -> dict[str, Any]:
    """The histograms of results and of R, taken out."""
    return {name: found["distribution"].pop(name) for name in ("pnl", "r")}


def check_histogram(found: dict[str, Any], values: list[float]) -> None:
    """Equal bins with an edge at 0 that count these values; a value on an edge may fall either way."""
    edges, counts = np.array(found["edges"]), found["counts"]
    assert sum(counts) == len(values)
    assert 8 <= len(counts) <= 64
    assert np.allclose(np.diff(edges), edges[1] - edges[0])
    assert np.abs(edges).min() < 1e-9
    expected, _ = np.histogram(values, edges)
    assert np.abs(np.array(counts) - expected).sum() <= 2 * sum(np.abs(edges - v).min() < 1e-9 for v in values)


def write_equity(
    account: Account, seed: int = 0, count: int = 400, every: int = 36, step: int = 2000
) -> list[tuple[datetime, float, float]]:
    """Marks `every` so many minutes; returns them as (time, balance, equity). The smaller `step`, the oftener two are
    alike.
    """
    EquityPoint.objects.filter(account=account).delete()
    draw, balance = random.Random(seed), Decimal(10_000)
    rows = []
    for number in range(count):
        balance += Decimal(draw.randrange(-step, step + step // 20 + 1)) * 100 / step
        time = START + number * timedelta(minutes=every)
        rows.append(
            EquityPoint(account=account, time=time, balance=balance, equity=balance + draw.randrange(-5, 5) * 10)
        )
    EquityPoint.objects.bulk_create(rows)
    return [(row.time, float(row.balance), float(row.equity)) for row in rows]


def by_day(account: Account, trades: list[Trade], first: datetime, days: int, before: float = 0.0) -> list[Any]:
    """The marks of the results alone."""
    base = float(account.initial_balance) + before
    marks = [(first, base, base)]
    for number in range(days):
        end = first + (number + 1) * DAY
        made = sum(float(t.realized_pnl) for t in trades if t.closed_at is not None and first < t.closed_at <= end)
        marks.append((end, base + made, base + made))
    return marks


@pytest.fixture
def account(db: None) -> Account:
    account = make_account(balance="10000")
    make_many(account, 300, sessions=[make_session(account), make_session(account)])
    signal = make_signal(account.owner, source="WEBHOOK")
    make_trade(account, "12.5", signal=signal, tags=["news"], closed_at=START + timedelta(days=4, hours=1))
    return account


def test_of_an_account(account: Account) -> None:
    marks = write_equity(account)
    trades = list(Trade.objects.select_related("signal"))
    found, wanted = figures(Scope(account)), in_memory(trades, marks, marks[0][2])
    histograms = split(found)
    split(wanted)
    same(found, wanted)
    check_histogram(histograms["pnl"], [float(t.realized_pnl) for t in trades])
    check_histogram(histograms["r"], [r for t in trades if not math.isnan(r := _r(t))])


@pytest.mark.parametrize(
    ("conditions", "wants"),
    [
        ({"symbol": "ABC"}, lambda t: t.symbol == "ABC"),
        ({"strategy": ""}, lambda t: t.strategy == ""),
        ({"tag": "news"}, lambda t: "news" in t.tags),
        ({"source": "WEBHOOK"}, lambda t: t.signal is not None),
        ({"symbol": "XYZ", "strategy": "razor"}, lambda t: t.symbol == "XYZ" and t.strategy == "razor"),
        ({"symbol": "XYZ", "tag": "late"}, lambda t: t.symbol == "XYZ" and "late" in t.tags),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_of_some_trades(account: Account, conditions: dict[str, str], wants: Any) -> None:
    trades = [trade for trade in Trade.objects.select_related("signal") if wants(trade)]
    days = sorted((t.closed_at - timedelta(milliseconds=1)).date() for t in trades if t.closed_at)
    first = datetime.combine(days[0], datetime.min.time(), UTC)
    marks = by_day(account, trades, first, (days[-1] - days[0]).days + 1)
    found, wanted = figures(Scope(account, **conditions)), in_memory(trades, marks, marks[0][2])  # type: ignore[arg-type]
    split(found)
    split(wanted)
    same(found, wanted)


def test_of_a_session_and_a_period(account: Account) -> None:
    session = account.sessions.order_by("pk")[0]
    start, end = START.date() + DAY, START.date() + 6 * DAY
    mine = list(Trade.objects.filter(session=session))
    inside = [t for t in mine if t.closed_at and START + DAY < t.closed_at <= START + 7 * DAY]
    before = sum(float(t.realized_pnl) for t in mine if t.closed_at and t.closed_at <= START + DAY)
    marks = by_day(account, inside, START + DAY, 6, before)
    scope = Scope(account, session, start, end)
    found, wanted = figures(scope), in_memory(inside, marks, marks[0][2])
    split(found)
    split(wanted)
    same(found, wanted)
    assert figures(replace(scope, strategy="nobody"))["core"]["trades"] == 0


def test_of_an_accounts_period(account: Account) -> None:
    """What was before is its start."""
    marks = write_equity(account)
    start, end = START + 2 * DAY, START + 5 * DAY
    earlier = max(mark for mark in marks if mark[0] <= start)
    inside = [(start, *earlier[1:]), *(mark for mark in marks if start < mark[0] <= end)]
    trades = [t for t in Trade.objects.select_related("signal") if t.closed_at and start < t.closed_at <= end]
    found = figures(Scope(account, start=start.date(), end=(end - DAY).date()))
    wanted = in_memory(trades, inside, earlier[2])
    split(found)
    split(wanted)
    same(found, wanted)


@pytest.mark.parametrize("every", [7, 36], ids=["in two weeks", "in two months"])
def test_the_deepest_fall_is_found_in_a_thinned_curve(db: None, every: int) -> None:
    """With its ends: also where the equity stands still at the peak."""
    account = make_account()
    for seed in range(3):
        marks = write_equity(account, seed, count=3000, every=every, step=2000 if seed else 20)
        wanted = in_memory([], marks, marks[0][2])
        found = figures(Scope(account))
        same(found["risk"], wanted["risk"])
        same(found["daily"], wanted["daily"])
        assert len(found["equity"]) <= 1000
        same(found["drawdowns"][0], wanted["drawdowns"][0])
        start = START + 3 * DAY
        earlier = max(mark for mark in marks if mark[0] <= start)
        inside = [(start, *earlier[1:]), *(mark for mark in marks if mark[0] > start)]
        same(figures(Scope(account, start=start.date()))["risk"], in_memory([], inside, earlier[2])["risk"])


def test_after_a_reset_an_account_begins_anew_and_a_session_does_not(db: None) -> None:
    account = make_account()
    session = make_session(account)
    make_trade(account, "5", session=session)
    make_trade(account, "7", session=session, closed_at=START + 2 * DAY)
    account.reset_at = START + DAY
    account.save()
    assert figures(Scope(account))["core"]["total_pnl"] == 7.0
    assert figures(Scope(account, symbol="ABC"))["by_hour"][23]["trades"] == 1
    assert figures(Scope(account, session))["core"]["total_pnl"] == 12.0


def test_of_nothing(db: None) -> None:
    account = make_account()
    found = figures(Scope(account, make_session(account)))
    assert (found["core"]["trades"], found["risk"]["sharpe"], found["equity"], found["daily"]) == (0, None, [], [])
    assert figures(Scope(account))["core"]["total_pnl"] == 0.0
