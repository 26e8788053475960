"""Asking what else might have come of trades."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from analytics.api.montecarlo import WorkThrottle
from analytics.jobs.stored import save_result
from analytics.models import Backtest, BacktestKind, JobStatus
from analytics.validation import monte_carlo_records
from analytics.validation.monte_carlo_records import record_of_account, record_of_backtest
from tests.analytics.samples import make_result
from tests.clients import check_error, client_of
from tests.trading.factories import make_account, make_session, make_user
from trading.models import Account, AutoTradingSession, Trade

pytestmark = pytest.mark.django_db

PATH = "/api/analytics/montecarlo/"
PNL = [12.0, -8.0, 5.0, -3.5, 9.25, -11.0]


def make_backtest(owner: Any, **values: Any) -> Backtest:
    backtest = Backtest.objects.create(
        owner=owner,
        kind=BacktestKind.RUN,
        status=JobStatus.DONE,
        config={"strategies": [{"name": "razor"}], "account": {"balance": 5000.0, "currency": "EUR"}},
        data={"venue": "file", "symbols": ["BTCUSDT"], "timeframe": "1m"},
    )
    save_result(backtest, make_result(**values), {})
    return backtest


def close_trades(session: AutoTradingSession, pnl: list[float]) -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    Trade.objects.bulk_create(
        Trade(
            account=session.account,
            session=session,
            venue="sim",
            symbol="ABC",
            market_type="SPOT",
            direction="LONG",
            status="CLOSED",
            quantity=Decimal(2),
            closed_quantity=Decimal(2),
            entry_price=Decimal(100),
            exit_price=Decimal(101),
            exit_reason="TAKE_PROFIT",
            realized_pnl=Decimal(str(value)),
            opened_at=start + timedelta(hours=number),
            closed_at=start + timedelta(hours=number, minutes=30),
            closed_wall=start + timedelta(hours=number, minutes=30),
        )
        for number, value in enumerate(pnl)
    )


def test_a_backtest_by_get_and_post_alike() -> None:
    owner = make_user()
    backtest = make_backtest(owner, trades=150, seed=4, balance=5000.0)
    asked = {"source": "backtest", "id": backtest.pk, "method": "bootstrap", "paths": 500, "seed": 9}
    client = client_of(owner)
    read, posted = client.get(PATH, asked), client.post(PATH, asked, format="json")
    assert read.status_code == posted.status_code == 200, read.content
    found = read.json()
    assert found == posted.json()
    assert (found["currency"], found["start"], found["trades"], found["paths"]) == ("EUR", 5000.0, 150, 500)
    assert len(found["fan"]) == 151
    assert found["fan"][0]["p50"] == 5000.0
    assert found["final"]["p5"] < found["final"]["p50"] < found["final"]["p95"]
    assert sum(found["drawdown_histogram"]["counts"]) == 500
    assert 0.0 <= found["ruin_probability"] <= 1.0


@pytest.mark.parametrize("source", ["account", "session"])
def test_an_account_and_a_session_by_their_closed_trades(source: str) -> None:
    session = make_session(make_account(balance="1000"))
    close_trades(session, PNL)
    pk = session.pk if source == "session" else session.account_id
    asked = {"source": source, "id": pk, "method": "skip", "skip_percent": 0, "paths": 100}
    found = client_of(session.account.owner).post(PATH, asked, format="json").json()
    assert found["trades"] == found["trades_recorded"] == len(PNL)
    assert found["final"]["p5"] == found["final"]["p95"] == pytest.approx(1000 + sum(PNL))
    assert found["recorded"]["final"] == pytest.approx(1000 + sum(PNL))
    shocked = client_of(session.account.owner).post(PATH, {**asked, "slippage_shock_percent": 1}, format="json").json()
    worst = sum(PNL) - len(PNL) * 2.0 * 1.02
    assert 1000 + worst < shocked["final"]["p5"] < shocked["final"]["p95"] < 1000 + sum(PNL)


def test_only_the_last_trades_are_taken_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monte_carlo_records, "MOST_TRADES", 4)
    session = make_session(make_account(balance="1000"))
    close_trades(session, PNL)
    record = record_of_account(Account.objects.get(pk=session.account_id))
    assert record.pnl.tolist() == PNL[2:]
    assert record.notional.tolist() == [200.0] * 4
    assert (record.of, record.start) == (6, pytest.approx(1004.0))
    backtest = record_of_backtest(make_backtest(make_user(), trades=10, balance=5000.0))
    assert len(backtest.pnl) == 4
    result = make_result(trades=10)
    assert backtest.start == pytest.approx(5000.0 + result.trades.pnl[:6].sum())
    assert np.array_equal(backtest.pnl, result.trades.pnl[6:])


def test_what_is_wrong_is_named() -> None:
    owner = make_user()
    client, session = client_of(owner), make_session(make_account(owner))
    base = {"source": "session", "id": session.pk}
    check_error(client.post(PATH, base, format="json"), 400, "invalid", "id")  # it has no trades
    close_trades(session, PNL)
    answer = client.post(PATH, {**base, "paths": 100}, format="json")
    assert answer.status_code == 200, answer.content
    for name, value in (
        ("source", "moon"),
        ("method", "guess"),
        ("paths", 50_001),
        ("block", 0.5),
        ("skip_percent", 101),
        ("slippage_shock_percent", "much"),
        ("ruin_percent", -1),
        ("seed", -1),
        ("colour", "red"),
    ):
        check_error(client.post(PATH, {**base, name: value}, format="json"), 400, "invalid", name)
    check_error(client.get(PATH, {"id": session.pk}), 400, "invalid", "source")


def test_a_record_that_lost_everything_is_told_how_to_be_asked() -> None:
    session = make_session(make_account(balance="10"))
    close_trades(session, [-20.0, 30.0])
    client, asked = client_of(session.account.owner), {"source": "session", "id": session.pk, "paths": 100}
    check_error(client.post(PATH, asked, format="json"), 400, "invalid", "compounding")
    assert client.post(PATH, {**asked, "compounding": False}, format="json").status_code == 200


@pytest.mark.parametrize("source", ["backtest", "account", "session"])
def test_another_users_things_are_not_there(source: str) -> None:
    owner = make_user()
    session = make_session(make_account(owner))
    pk = {"backtest": make_backtest(owner).pk, "account": session.account_id, "session": session.pk}[source]
    check_error(client_of(make_user()).get(PATH, {"source": source, "id": pk}), 404, "not_found")


def test_questions_are_limited_read_or_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WorkThrottle, "rate", "2/min", raising=False)
    client = client_of(make_user())
    asked = {"source": "session", "id": 1}
    assert client.get(PATH, asked).status_code == client.post(PATH, asked, format="json").status_code == 404
    check_error(client.get(PATH, asked), 429, "throttled")
