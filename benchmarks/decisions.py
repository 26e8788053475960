"""Decisions a second by a worker, every limit set, for 1 to 1,000 listening sessions, with and without a long past.

Aim: >= 500 decisions/s on PostgreSQL, at a cost and a number of queries that a long past does not change.
"""

import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.harness import django_on, on_each_database

COUNTS = (1, 10, 100, 1000)
PAST_TRADES, PAST_DECISIONS = 100_000, 200_000
RISK = {
    "max_trades_per_day": 1000, "daily_loss_limit": 500, "daily_loss_percent": 50, "max_stake": 5000,
    "risk_per_trade_percent": 5, "max_position_percent": 50, "max_exposure_percent": 200, "max_open_trades": 50,
    "max_open_per_symbol": 2, "max_drawdown_percent": 50, "max_consecutive_losses": 50, "cool_down_minutes": 30,
    "max_leverage": 10, "max_correlated_percent": 1_000_000, "max_spread_percent": 1, "max_slippage_percent": 1,
}  # fmt: skip
SCHEDULE = {"time_zone": "Europe/Berlin", "days": [0, 1, 2, 3, 4, 5, 6], "blackouts": []}


def main(database: str) -> None:
    with django_on(database):
        for layout, apart in (("one user, ten sessions an account", 10), ("a user for each session", 0)):
            sessions = open_sessions(max(COUNTS), apart)
            for past in (False, True):
                print(f"  {layout}{f', after {PAST_TRADES:,} trades and {PAST_DECISIONS:,} decisions' if past else ''}")
                if past:
                    write_past(sessions)
                for approve in (False, True) if not apart else (False,):
                    for count in COUNTS:
                        measure(sessions[:count], approve=approve)
            stop_sessions()


def measure(sessions: list[Any], *, approve: bool) -> None:
    """Time the decisions of these sessions, batch by batch as dispatch makes them, orders aside."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.trading.factories import publish_quote
    from trading.decisions.desk import Scene
    from trading.decisions.dispatch import decide_everywhere
    from trading.models import AutoTradingSession

    stop_sessions()
    AutoTradingSession.objects.filter(pk__in=[item.pk for item in sessions]).update(status="RUNNING")
    owners = {item.account.owner_id for item in sessions}
    owner_id = owners.pop() if len(owners) == 1 else None
    count = len(sessions)
    rounds = max(3, min(150, 1500 // count))

    def once(watch: Any) -> tuple[float, float]:
        """Seconds that one round took by the clock, and of this process's processor time."""
        (signal,) = make_signals(owner_id, 1, approve)
        publish_quote(100.0)
        with watch:
            clock, cpu = time.perf_counter(), time.process_time()
            decided = [item for outcome in decide_everywhere(Scene(signal)) for item in outcome.decisions]
            taken = time.perf_counter() - clock, time.process_time() - cpu
        assert len(decided) == count
        assert {item.verdict for item in decided} == {"APPROVED" if approve else "REJECTED"}, {
            item.reason for item in decided
        }
        forget_trades()
        return taken

    once(nullcontext())
    asked = CaptureQueriesContext(connection)
    once(asked)
    taken = [once(nullcontext()) for _ in range(rounds)]
    each = rounds * count
    rate, cpu = each / sum(clock for clock, _ in taken), 1000 * sum(cpu for _, cpu in taken) / each
    print(
        f"    {count:>5} {'approve' if approve else 'refuse':<8}{rate:>8,.0f}/s{cpu:>8.2f} ms of the worker's CPU each"
        f"{len(asked):>6} queries, {len(asked) / count:.2f} each",
        flush=True,
    )


def open_sessions(count: int, apart: int) -> list[Any]:
    """`count` running sessions with every limit, `apart` an account (0: each with a user of its own)."""
    from django.contrib.auth import get_user_model

    from tests.trading.factories import make_instrument
    from trading.accounts import paper
    from trading.models import AutoTradingSession
    from trading.sessions import sessions

    make_instrument()
    users, found, account = get_user_model().objects, [], None
    user = users.create(username=f"bench-{time.time_ns()}")
    for number in range(count):
        if not apart and number:
            user = users.create(username=f"bench-{time.time_ns()}")
        if account is None or not apart or number % apart == 0:
            account = paper.open_account(
                owner_id=user.pk, name=f"B{number}", initial_balance=Decimal(10_000), max_open_trades=50
            )
        found.append(sessions.create_session(account=account, name=f"S{number}", strategies=[]))
    AutoTradingSession.objects.filter(pk__in=[item.pk for item in found]).update(
        risk=RISK, schedule=SCHEDULE, sizing={"method": "RISK", "percent": 1.0}, peak_equity=Decimal(10_000)
    )
    return found


def stop_sessions() -> None:
    from trading.models import AutoTradingSession

    AutoTradingSession.objects.update(status="STOPPED")


def make_signals(owner_id: int | None, count: int, approve: bool) -> list[Any]:
    """Signals that no task dispatches; those to be refused are too weak."""
    from signals.models import Signal

    now = datetime.now(UTC)

    def signal(number: int) -> Any:
        return Signal(
            owner_id=owner_id, venue="sim", symbol="ABC", direction="LONG", entry_price=100, stop_loss=99,
            take_profits=["102"], confidence=Decimal("0.9" if approve else "0.2"), source="API", market_time=now,
            timeframe="1m", expires_at=now + timedelta(hours=1), dedupe_key=f"bench:{time.time_ns()}:{number}",
        )  # fmt: skip

    return bulk(Signal, signal, count)


def forget_trades() -> None:
    """What was opened is gone, so that each round finds the accounts as the first one did."""
    from signals.models import Signal
    from trading.models import Account, Trade

    now = datetime.now(UTC)
    Signal.objects.filter(expires_at__gt=now).update(expires_at=now)
    Trade.objects.filter(status="PENDING").update(status="CANCELLED", margin=0)
    Account.objects.filter(margin_used__gt=0).update(margin_used=0)


def write_past(sessions: list[Any]) -> None:
    """Closed trades and refused decisions, half of them the first session's, wins and losses by turns."""
    from django.db import connection

    from signals.models import Signal
    from trading.models import Decision, Trade

    now = datetime.now(UTC)

    def whose(number: int) -> Any:
        return sessions[number // 2 % len(sessions) if number % 2 else 0]

    def won(number: int) -> bool:
        """By turns in each session, so that no limit on losses in a row is reached."""
        return (number // 2 // (len(sessions) if number % 2 else 1)) % 2 == 0

    def trade(number: int) -> Any:
        session, moment = whose(number), now - timedelta(minutes=number + 1)
        return Trade(
            account=session.account, session=session, venue="sim", symbol="ABC", market_type="SPOT", direction="LONG",
            status="CLOSED", quantity=1, closed_quantity=1, entry_price=100, exit_price=101, stop_loss=99,
            exit_reason="TAKE_PROFIT", realized_pnl=Decimal(1 if won(number) else -1), opened_at=moment,
            closed_at=moment, closed_wall=moment, mae=0, mfe=0,
        )  # fmt: skip

    bulk(Trade, trade, PAST_TRADES)
    old = make_signals(sessions[0].account.owner_id, PAST_DECISIONS // 2, approve=False)
    Signal.objects.filter(pk__gte=old[0].pk, pk__lte=old[-1].pk).update(
        expires_at=now - timedelta(days=1), market_time=now - timedelta(days=2), status="EXPIRED", dispatched_at=now
    )

    def decision(number: int) -> Any:
        session = sessions[1 + number // 2 % (len(sessions) - 1) if number % 2 else 0]
        return Decision(
            signal=old[number // 2], session=session, account=session.account, verdict="REJECTED",
            reason="Confidence", gates=[], market_time=now - timedelta(minutes=number),
        )  # fmt: skip

    bulk(Decision, decision, PAST_DECISIONS)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def bulk(model: Any, make: Callable[[int], Any], count: int) -> list[Any]:
    rows: list[Any] = []
    for start in range(0, count, 5000):
        rows += model.objects.bulk_create(make(number) for number in range(start, min(start + 5000, count)))
    return rows


if __name__ == "__main__":
    if "--database" in sys.argv:
        main(sys.argv[sys.argv.index("--database") + 1])
    else:
        on_each_database("benchmarks.decisions")
