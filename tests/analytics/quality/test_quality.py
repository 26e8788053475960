"""Signals and gates, judged by what the pipeline decided."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from analytics.models import RefusedOutcome, RefusedStatus
from analytics.quality.decided import Decided
from analytics.quality.gates import gate_quality
from analytics.quality.refusals import judge_refusals
from analytics.quality.signals import signal_quality
from analytics.tasks.daily import judge_refusals as task
from signals.marketdata.candles import CandleArrays
from signals.marketdata.store import CandleStore
from signals.models import Signal
from tests.clients import open_trade
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, publish_quote
from trading.accounts import paper
from trading.decisions import dispatch
from trading.models import Account, Decision, Trade, Verdict

NOW = datetime.now(UTC)


@pytest.fixture
def account(db: None, settings: Any, tmp_path: Path) -> Account:
    settings.CANDLE_DIR = tmp_path
    make_instrument()
    publish_quote(100.0)
    account = make_account(fill_model={"slippage_bps": 0.0, "volatility_multiple": 0.0, "commission_rate": 0.001})
    make_session(account)
    return account


def refuse(account: Account, **values: Any) -> Decision:
    signal = make_signal(account.owner, **{"confidence": Decimal("0.3"), **values})
    dispatch.dispatch_signal(signal.pk)
    decision = Decision.objects.get(signal=signal)
    assert decision.verdict == Verdict.REJECTED
    return decision


def traded(account: Account, pnl: str, **values: Any) -> Trade:
    trade = open_trade(SimpleNamespace(owner=account.owner), **values)
    paper.close_by_hand(trade.pk)
    exit_price = Decimal(103) if Decimal(pnl) > 0 else Decimal(99)
    Trade.objects.filter(pk=trade.pk).update(
        realized_pnl=Decimal(pnl), entry_price=100, initial_stop=99, exit_price=exit_price
    )
    return trade


def store(*prices: float, since: datetime) -> None:
    """Minutes from the one that `since` lies in on, each at one price."""
    from django.conf import settings

    start = int(since.timestamp()) // 60 * 60_000
    rows = [(start + number * 60_000, price, price, price, price, 1.0) for number, price in enumerate(prices)]
    CandleStore(settings.CANDLE_DIR).write("sim", "ABC", "1m", CandleArrays.from_rows(rows))


def test_of_nothing(account: Account) -> None:
    found = signal_quality(Decided(account))
    assert found["conversion"] == {"signals": 0, "approved": 0, "executed": 0, "expired": 0}
    assert found["latency"] == {"p50": None, "p95": None}
    assert found["by_source"] == found["calibration"] == []
    assert gate_quality(Decided(account)) == {"decisions": 0, "approved": 0, "gates": []}


def test_signals(account: Account) -> None:
    won = traded(account, "30", confidence=Decimal("0.85"), source="WEBHOOK")
    lost = traded(account, "-10", confidence=Decimal("0.8"))
    traded(account, "-10", confidence=Decimal("1"))
    gone = refuse(account)
    Signal.objects.filter(pk=gone.signal_id).update(status="EXPIRED")
    for trade, seconds in ((won, 1), (lost, 3)):
        Trade.objects.filter(pk=trade.pk).update(opened_wall=trade.signal.created_at + timedelta(seconds=seconds))  # type: ignore[union-attr]
    last = Trade.objects.latest("pk")
    Trade.objects.filter(pk=last.pk).update(opened_wall=last.signal.created_at + timedelta(seconds=2))  # type: ignore[union-attr]

    found = signal_quality(Decided(account))
    assert found["conversion"] == {"signals": 4, "approved": 3, "executed": 3, "expired": 1}
    assert found["latency"]["p50"] == pytest.approx(2.0, abs=0.002)
    assert found["latency"]["p95"] == pytest.approx(2.9, abs=0.002)
    api, webhook = found["by_source"]
    assert webhook == {
        "key": "WEBHOOK", "signals": 1, "approved": 1, "trades": 1, "wins": 1, "pnl": 30.0, "win_rate_percent": 100.0,
        "average_r": 3.0,
    }  # fmt: skip
    assert (api["signals"], api["trades"], api["pnl"], api["average_r"]) == (3, 2, -20.0, -1.0)
    buckets = {row["bucket_low"]: row for row in found["calibration"]}
    assert buckets[0.8] == {
        "bucket_low": 0.8, "bucket_high": 0.9, "signals": 2, "trades": 2, "win_rate_percent": 50.0, "average_r": 1.0,
    }  # fmt: skip
    assert (buckets[0.9]["signals"], buckets[0.3]["signals"], buckets[0.3]["trades"]) == (1, 1, 0)
    assert buckets[0.3]["win_rate_percent"] is None


def test_the_period_and_the_session(account: Account) -> None:
    refuse(account)
    other = make_session(account, name="Other")
    today = datetime.now(UTC).date()
    assert gate_quality(Decided(account, start=today, end=today))["decisions"] == 1
    assert gate_quality(Decided(account, end=today - timedelta(days=1)))["decisions"] == 0
    assert gate_quality(Decided(account, start=today + timedelta(days=1)))["decisions"] == 0
    assert gate_quality(Decided(account, other))["decisions"] == 0
    assert signal_quality(Decided(account, other))["conversion"]["signals"] == 0
    assert gate_quality(Decided(make_account()))["decisions"] == 0


def test_gates(account: Account) -> None:
    traded(account, "1")
    weak = refuse(account)
    both = refuse(account, stop_loss=Decimal(101))
    found = gate_quality(Decided(account))
    assert (found["decisions"], found["approved"]) == (3, 1)
    failed = [[gate["name"] for gate in item.gates if not gate["passed"]] for item in (weak, both)]
    expected = {name: sum(name in names for names in failed) for names in failed for name in names}
    assert {row["name"]: row["failed"] for row in found["gates"]} == expected
    assert sum(row["blocked_first"] for row in found["gates"]) == 2
    first = found["gates"][0]
    assert (first["name"], first["blocked_first"]) == ("min_confidence", 2)
    assert first["would_have"] == {"trades": 0, "wins": 0, "pnl": 0.0, "unknown": 2}


def test_what_they_would_have_made(account: Account) -> None:
    lasting, losing = refuse(account), refuse(account, direction="SHORT", stop_loss=Decimal(101), take_profits=["98"])
    store(100.0, 100.0, since=lasting.market_time)
    soon = lasting.market_time + timedelta(minutes=1)
    assert judge_refusals(soon) == 0
    assert set(RefusedOutcome.objects.values_list("status", flat=True)) == {RefusedStatus.PENDING}
    store(100.0, 100.0, 101.5, 102.5, since=lasting.market_time)
    RefusedOutcome.objects.update(judged_at=soon - timedelta(minutes=10))
    assert judge_refusals(soon + timedelta(minutes=3)) == 2
    assert judge_refusals(soon + timedelta(days=1)) == 0
    won, lost = RefusedOutcome.objects.get(decision=lasting), RefusedOutcome.objects.get(decision=losing)
    size, short = (Decimal(str(item.plan["quantity"])) for item in (lasting, losing))
    fee = Decimal("0.001")
    assert won.pnl == pytest.approx(size * Decimal("2.5") - fee * size * Decimal("202.5"))
    assert lost.pnl == pytest.approx(short * Decimal("-1.5") - fee * short * Decimal("201.5"))
    (row,) = [row for row in gate_quality(Decided(account))["gates"] if row["blocked_first"]]
    assert won.pnl is not None
    assert lost.pnl is not None
    expected = {"trades": 2, "wins": 1, "pnl": pytest.approx(float(won.pnl + lost.pnl)), "unknown": 0}
    assert row["would_have"] == expected


def test_it_cannot_be_told(account: Account) -> None:
    """Without candles, of a market nobody knows, of what was recorded elsewhere."""
    refuse(account)
    refuse(account, symbol="NEW")
    assert task() == 2
    assert set(RefusedOutcome.objects.values_list("status", "pnl")) == {(RefusedStatus.UNKNOWN, None)}
    assert task() == 0
