"""What a decision asks the database: how often, and never by reading a table through."""

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from signals.models import Signal
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, make_user, publish_quote
from trading.decisions.desk import Scene
from trading.decisions.dispatch import decide_everywhere
from trading.market import wall_now
from trading.models import AutoTradingSession, Decision, Event, Trade, TradeStatus, Verdict

pytestmark = pytest.mark.django_db

ROWS = 5000
EVERY_LIMIT = {
    "max_trades_per_day": 1000, "daily_loss_limit": 10_000, "daily_loss_percent": 99, "max_stake": 500,
    "risk_per_trade_percent": 5, "max_position_percent": 50, "max_exposure_percent": 200, "max_open_trades": 50,
    "max_open_per_symbol": 2, "max_drawdown_percent": 50, "max_consecutive_losses": 1000, "cool_down_minutes": 30,
    "max_leverage": 10, "max_correlated_percent": 500, "max_spread_percent": 1, "max_slippage_percent": 1,
}  # fmt: skip
# What grows with time, and what a decision may not read through.
GROWING = (Trade, Decision, Event, Signal)


def deciding(signal: Signal, verdict: Verdict) -> CaptureQueriesContext:
    """The queries of all listening sessions' decisions on the signal, all of which must come out as `verdict`."""
    with CaptureQueriesContext(connection) as asked:
        made = [decision for outcome in decide_everywhere(Scene(signal)) for decision in outcome.decisions]
    assert {decision.verdict for decision in made} == {verdict}, made[0].reason
    return asked


def plain(asked: CaptureQueriesContext) -> list[str]:
    """Without what only marks a transaction."""
    sql = [query["sql"] for query in asked.captured_queries]
    return [text for text in sql if not text.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT"))]


@pytest.fixture
def limited(floor: SimpleNamespace) -> SimpleNamespace:
    """The session with every limit, and a schedule, all of which let a trade through."""
    settings: dict[str, Any] = {"risk": EVERY_LIMIT, "schedule": {"time_zone": "Europe/Berlin"}}
    AutoTradingSession.objects.update(**settings, sizing={"method": "RISK", "percent": 1})
    make_signal(floor.owner)  # the owner's event counter is there
    list(decide_everywhere(Scene(make_signal(floor.owner, confidence=Decimal("0.1")))))
    return floor


def write_past(session: AutoTradingSession, owner: Any) -> None:
    """Closed trades, decisions, signals and events by the thousand: one a minute, the latest a few hours ago."""
    start = wall_now() - timedelta(days=1)
    trades = [
        Trade(
            account=session.account, session=session, venue="sim", symbol="ABC", market_type="SPOT", direction="LONG",
            status=TradeStatus.CLOSED, quantity=1, closed_quantity=1, entry_price=100, exit_price=101, stop_loss=99,
            exit_reason="TAKE_PROFIT", realized_pnl=Decimal((-1) ** number), mae=0, mfe=0,
            opened_at=start - timedelta(minutes=number), closed_at=start - timedelta(minutes=number),
        )
        for number in range(ROWS)
    ]  # fmt: skip
    Trade.objects.bulk_create(trades, batch_size=1000)
    old = Signal.objects.bulk_create(
        Signal(
            owner=owner, venue="sim", symbol="ABC", direction="LONG", confidence=Decimal("0.5"), source="API",
            timeframe="1m", market_time=start, expires_at=start, status="EXPIRED", dispatched_at=start,
            dedupe_key=f"old:{number}",
        )
        for number in range(ROWS)
    )  # fmt: skip
    Decision.objects.bulk_create(
        Decision(signal=signal, session=session, account=session.account, verdict="REJECTED", gates=[],
                 market_time=start)
        for signal in old
    )  # fmt: skip
    other = make_user()
    Event.objects.bulk_create(
        Event(owner=other, number=number, type="signal", payload={}, created_at=start) for number in range(1, ROWS + 1)
    )
    if connection.vendor == "postgresql":  # which keeps its statistics by itself; SQLite has none
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def test_a_decision_asks_a_fixed_number_of_times(limited: SimpleNamespace) -> None:
    refused = deciding(make_signal(limited.owner, confidence=Decimal("0.1")), Verdict.REJECTED)
    assert len(plain(refused)) == 14, plain(refused)
    approved = deciding(make_signal(limited.owner), Verdict.APPROVED)
    # the trade, its order and the account's margin besides
    assert len(plain(approved)) == 17, plain(approved)


def test_more_sessions_ask_no_oftener(limited: SimpleNamespace) -> None:
    one = len(plain(deciding(make_signal(limited.owner, confidence=Decimal("0.1")), Verdict.REJECTED)))
    account = make_account(limited.owner)
    for each in (limited.account, account):
        for _ in range(10):
            make_session(each, risk=EVERY_LIMIT, sizing={"method": "RISK", "percent": 1})
    many = deciding(make_signal(limited.owner, confidence=Decimal("0.1")), Verdict.REJECTED)
    assert len(plain(many)) == one


def test_sessions_of_many_users_ask_no_oftener(limited: SimpleNamespace) -> None:
    for _ in range(10):
        make_session(make_account(), risk=EVERY_LIMIT)
    list(decide_everywhere(Scene(make_signal(None, confidence=Decimal("0.1")))))  # each owner's event counter is there
    asked = deciding(make_signal(None, confidence=Decimal("0.1")), Verdict.REJECTED)
    assert len(plain(asked)) == 14, plain(asked)


def test_a_long_past_changes_neither_the_queries_nor_makes_them_read_it(limited: SimpleNamespace) -> None:
    signal = make_signal(limited.owner, confidence=Decimal("0.1"))
    before = plain(deciding(signal, Verdict.REJECTED))
    write_past(limited.session, limited.owner)
    make_instrument()
    publish_quote(100.0)
    after = plain(deciding(make_signal(limited.owner, confidence=Decimal("0.1")), Verdict.REJECTED))
    assert len(after) == len(before)
    for sql in after:
        if sql.lstrip().startswith("SELECT"):
            assert read_through(sql) == [], sql


def test_the_kelly_record_is_read_by_its_index(limited: SimpleNamespace) -> None:
    write_past(limited.session, limited.owner)
    publish_quote(100.0)
    AutoTradingSession.objects.update(sizing={"method": "KELLY", "percent": 1, "minimum": ROWS})
    asked = plain(deciding(make_signal(limited.owner), Verdict.APPROVED))
    assert sum(sql.endswith("LIMIT 100") for sql in asked) == 1
    assert [sql for sql in asked if sql.lstrip().startswith("SELECT") and read_through(sql)] == []


def test_reading_through_is_seen(limited: SimpleNamespace) -> None:
    """What these tests look for is what the databases say."""
    write_past(limited.session, limited.owner)
    table = Trade._meta.db_table
    assert read_through(f"SELECT * FROM {table} WHERE confidence > 2") == [table]
    assert read_through(f"SELECT * FROM {table} WHERE id = 1") == []


def read_through(sql: str) -> list[str]:
    """The growing tables that the database would read through, or of which it would throw most rows away."""
    tables = {model._meta.db_table for model in GROWING}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            steps = [row[3] for row in cursor.fetchall()]
            scanned = {found.group(1) for step in steps if (found := re.match(r'SCAN "?(\w+)"?', step))}
            return sorted(tables & scanned)
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql.removesuffix(' FOR UPDATE')}")
        (plan,) = cursor.fetchone()[0]
        return sorted({node["Relation Name"] for node in nodes(plan["Plan"]) if wasteful(node)} & tables)


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(inner for child in plan.get("Plans", ()) for inner in nodes(child))]


def wasteful(node: dict[str, Any]) -> bool:
    thrown_away = node.get("Rows Removed by Filter", 0) * node.get("Actual Loops", 1)
    return "Relation Name" in node and (node["Node Type"] == "Seq Scan" or thrown_away > ROWS / 10)
