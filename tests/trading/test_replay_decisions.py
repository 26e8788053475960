"""Decisions in a replay: hours, days and ages are the recording's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from brokers.interface import Quote
from tests.trading.factories import make_account, make_instrument, make_session, make_signal
from trading import queueing
from trading.decisions.decide import decide
from trading.market import LocalQuotes, use_quotes
from trading.models import AutoTradingSession, Decision, Trade, TradeStatus, Verdict

pytestmark = pytest.mark.django_db

VENUE = "replay-1"
# Tuesday 21:30 in New York, Wednesday in UTC; the clocks there were put forward two days before.
NOW = datetime(2024, 3, 13, 1, 30, tzinfo=UTC)
NEW_YORK = {"time_zone": "America/New_York"}


@pytest.fixture
def replay() -> Iterator[SimpleNamespace]:
    account = make_account()
    make_instrument(venue=VENUE)
    local = LocalQuotes()
    local.put(Quote(VENUE, "ABC", 100.0, 100.0, 100.0, NOW.timestamp(), NOW.timestamp()))
    with use_quotes(local), queueing.inline():
        yield SimpleNamespace(account=account, session=make_session(account, venue=VENUE), quotes=local)


def decided(replay: SimpleNamespace, risk: dict[str, Any] | None = None, **settings: Any) -> Decision:
    AutoTradingSession.objects.update(risk=risk or {}, **settings)
    signal = make_signal(
        replay.account.owner, venue=VENUE, market_time=NOW, expires_at=NOW + timedelta(minutes=1), dispatched_at=NOW
    )
    return decide(signal, replay.session.pk)


def failed(decision: Decision) -> set[str]:
    return {item["name"] for item in decision.gates if not item["passed"]}


def close(replay: SimpleNamespace, moment: datetime, pnl: int = -10) -> None:
    Trade.objects.create(
        account=replay.account, session=replay.session, venue=VENUE, symbol="XYZ", market_type="SPOT",
        direction="LONG", status=TradeStatus.CLOSED, quantity=1, closed_quantity=1, entry_price=100, exit_price=90,
        stop_loss=90, exit_reason="STOP_LOSS", realized_pnl=Decimal(pnl), opened_at=moment, closed_at=moment,
    )  # fmt: skip


def test_its_time_is_the_recordings(replay: SimpleNamespace) -> None:
    decision = decided(replay)
    assert (decision.verdict, decision.market_time) == (Verdict.APPROVED, NOW)


@pytest.mark.parametrize(
    ("closed_at", "counts"),
    [
        (datetime(2024, 3, 12, 4, 0, tzinfo=UTC), True),  # midnight in New York
        (datetime(2024, 3, 12, 3, 59, tzinfo=UTC), False),
        (datetime(2024, 3, 13, 0, 30, tzinfo=UTC), True),
    ],
)
def test_its_day_is_the_schedules_in_the_recordings_time(
    replay: SimpleNamespace, closed_at: datetime, counts: bool
) -> None:
    close(replay, closed_at)
    decision = decided(replay, {"max_trades_per_day": 1, "daily_loss_limit": 10}, schedule=NEW_YORK)
    assert failed(decision) == ({"trades_today", "daily_loss"} if counts else set())


@pytest.mark.parametrize(("days", "is_open"), [([1], True), ([2], False)])
def test_its_weekday_is_the_schedules(replay: SimpleNamespace, days: list[int], is_open: bool) -> None:
    assert failed(decided(replay, schedule={**NEW_YORK, "days": days})) == (set() if is_open else {"schedule_open"})


def test_its_hours_are_told_in_local_time(replay: SimpleNamespace) -> None:
    decision = decided(replay, schedule={**NEW_YORK, "start": "09:30", "end": "16:00"})
    said = next(item for item in decision.gates if item["name"] == "schedule_open")
    assert said["message"] == "The session's schedule is closed on Tuesday 21:30 (America/New_York)."


def test_its_exchange_was_closed_then(replay: SimpleNamespace) -> None:
    assert failed(decided(replay, schedule={"calendar": "XNYS"})) == {"calendar_open"}


def test_its_blackouts_are_of_that_time(replay: SimpleNamespace) -> None:
    window = {"start": "2024-03-13T01:00:00+00:00", "end": "2024-03-13T02:00:00+00:00", "reason": "CPI"}
    assert failed(decided(replay, schedule={"blackouts": [window]})) == {"not_in_blackout"}


def test_its_cool_down_runs_in_the_recordings_time(replay: SimpleNamespace) -> None:
    for minutes in (12, 11):
        close(replay, NOW - timedelta(minutes=minutes))
    decision = decided(replay, {"max_consecutive_losses": 2, "cool_down_minutes": 30})
    said = next(item for item in decision.gates if item["name"] == "cooled_down")
    assert (said["passed"], said["figure"]) == (False, pytest.approx(19 * 60))
    assert said["message"] == "The cool-down lasts another 19 min."


def test_nobody_looks_after_its_limits_but_itself(
    replay: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr("trading.queueing.send", lambda *args, **_: sent.append(args))
    close(replay, NOW - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert failed(decided(replay, {"daily_loss_limit": 5})) == {"daily_loss"}
    assert "trading.check_limits" not in [args[0] for args in sent]
