"""Funding in a replay: charged at the bar's open, for the times since the bar before, of what was open by then."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from brokers.interface import Quote
from signals.marketdata.candles import CandleArrays
from signals.marketdata.files import Tick
from tests.trading.exits.test_exits import check_books
from tests.trading.factories import make_account, make_session
from tests.trading.planned import open_planned
from trading.exits.exits import Exit, close_trades
from trading.models import Account, EntryKind, ExitReason, LedgerEntry, Trade, TradeStatus
from trading.replay.replay import Replay

pytestmark = pytest.mark.django_db(transaction=True)  # the pipeline goes on after commits
HOUR_MS = 3_600_000
START = int(datetime(2022, 1, 3, 5, tzinfo=UTC).timestamp() * 1000)


def held(direction: str = "LONG", rate: float = 0.001) -> Trade:
    """A trade of a perpetual future entered at 100, at 5 o'clock, without levels that the prices reach."""
    account = make_account()
    levels = {"stop_loss": Decimal(50) if direction == "LONG" else Decimal(150)}
    trade = open_planned(make_session(account), {}, direction=direction, market_type="FUTURES", **levels)
    model = {"slippage_bps": 0.0, "latency_ms": 0.0, "funding_rate": rate}
    Account.objects.filter(pk=account.pk).update(fill_model=model)
    opened = datetime.fromtimestamp(START / 1000, UTC)
    Trade.objects.filter(pk=trade.pk).update(venue="replay-1", opened_at=opened, take_profit=None)
    return Trade.objects.select_related("account").get(pk=trade.pk)


def replay_of(trade: Trade, timeframe: str) -> Replay:
    feed = SimpleNamespace(quote=lambda _: None, candle=lambda *_: None, flush=lambda: None)
    replay = Replay(trade.account, "replay-1", "ABC", timeframe, feed)  # type: ignore[arg-type]
    replay.take_up()
    return replay


def run_candles(trade: Trade, opens: list[tuple[int, float]]) -> None:
    """Hourly candles that begin so many hours after START, at these opens, and close 1 higher."""
    rows = [(START + hours * HOUR_MS, price, price + 1, price, price + 1, 1.0) for hours, price in opens]
    replay_of(trade, "1h").candles(CandleArrays.from_rows(rows), progress=lambda: None, pace=lambda _: None)


def charged(trade: Trade) -> list[tuple[int, Decimal]]:
    """(hour of the day, amount per unit of the trade)."""
    rows = LedgerEntry.objects.filter(trade=trade, kind=EntryKind.FUNDING).order_by("sequence")
    return [(row.market_time.hour, (row.amount / trade.quantity).quantize(Decimal("0.0001"))) for row in rows]


@pytest.mark.parametrize(("direction", "sign"), [("LONG", -1), ("SHORT", 1)])
def test_each_time_is_charged_at_the_open_of_the_bar_that_reaches_it(direction: str, sign: int) -> None:
    trade = held(direction)
    run_candles(trade, [(hours, 100.0 + hours) for hours in range(20)])
    # 8 o'clock is 3 hours in, 16 o'clock 11, midnight 19: 0.1 % of 103, 111 and 119.
    expected = [(8, Decimal("0.1030")), (16, Decimal("0.1110")), (0, Decimal("0.1190"))]
    assert charged(trade) == [(hour, sign * amount) for hour, amount in expected]
    trade.refresh_from_db()
    assert trade.status == TradeStatus.CLOSED
    assert trade.funding == sign * trade.quantity * Decimal("0.333")
    gross = (1 if direction == "LONG" else -1) * trade.quantity * (Decimal(120) - Decimal(100))
    assert trade.realized_pnl == gross - trade.fees + trade.funding
    check_books(trade.account_id)


def test_a_gap_is_charged_at_the_bar_after_it() -> None:
    trade = held()
    run_candles(trade, [(0, 100.0), (2, 100.0), (12, 120.0), (13, 120.0)])
    assert charged(trade) == [(8, Decimal("-0.1200")), (16, Decimal("-0.1200"))]
    check_books(trade.account_id)


def test_a_partial_exit_leaves_less_to_pay_for() -> None:
    trade = held()
    run = replay_of(trade, "1h")
    bars = [(START + hours * HOUR_MS, 100.0, 100.0, 100.0, 100.0, 1.0) for hours in range(13)]

    def halve(at_ms: int) -> None:
        if at_ms == START + 8 * HOUR_MS:
            at = Quote("replay-1", "ABC", 100.0, 100.0, 100.0, at_ms / 1000, at_ms / 1000)
            close_trades([Exit(trade.pk, ExitReason.MANUAL, at, quantity=trade.quantity / 2)])

    run.candles(CandleArrays.from_rows(bars), progress=lambda: None, pace=halve)
    assert charged(trade) == [(8, Decimal("-0.1000")), (16, Decimal("-0.0500"))]
    check_books(trade.account_id)


def test_what_a_stop_ended_in_the_bar_before_pays_nothing() -> None:
    trade = held()
    rows = [(START + hours * HOUR_MS, 100.0, 101.0, 40.0 if hours == 2 else 99.0, 100.0, 1.0) for hours in range(5)]
    replay_of(trade, "1h").candles(CandleArrays.from_rows(rows), progress=lambda: None, pace=lambda _: None)
    trade.refresh_from_db()
    assert (trade.exit_reason, trade.funding) == ("STOP_LOSS", 0)
    check_books(trade.account_id)


def test_ticks_pay_at_the_first_one_of_the_time() -> None:
    trade = held()
    minutes = [0, 179, 181, 300]  # 8 o'clock is 180 minutes in
    ticks = [Tick(START + at * 60_000, 100.0 + at, 100.0 + at, 100.0 + at, 1.0) for at in minutes]
    replay_of(trade, "1h").ticks(ticks, progress=lambda: None, pace=lambda _: None)
    assert charged(trade) == [(8, Decimal("-0.2810"))]
    check_books(trade.account_id)
