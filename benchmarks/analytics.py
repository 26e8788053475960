"""Figures of an account with 1,000,000 trades in three years, and 1,000,000 marks of its equity, on PostgreSQL.

Aim: each endpoint's answer in less than a second. Beside them, what loading all trades takes to give the same figures.
`--trades N` for a shorter run, `--plans` prints the query plans.
"""

import argparse
import math
import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from benchmarks.analytics_data import write_past
from benchmarks.harness import best_of, django_on, machine

DECISIONS = 100_000
_SLOW = 0.02  # seconds; plans of quicker queries are not printed


def main(trades: int, *, plans: bool) -> None:
    print(machine(), flush=True)
    with django_on("postgres"):
        from django.db import connection

        from analytics.daily.refresh import refresh_daily

        started = time.perf_counter()
        account = write_past(trades, points=trades, decisions=min(DECISIONS, trades))
        print(f"{trades:,} trades written in {time.perf_counter() - started:.0f} s", flush=True)
        refresh(account.pk)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        refresh_daily()
        before, slowest = peak(), 0.0
        for name, ask in questions(account).items():
            seconds = best_of(3, ask)
            slowest = max(slowest, seconds)
            print(f"  {name:<42}{1000 * seconds:>8,.0f} ms", flush=True)
            if plans:
                print_plans(ask)
        print(f"slowest {slowest:.2f} s; memory {before:.0f} -> {peak():.0f} MiB at most", flush=True)
        compare(account)


def refresh(account_id: int) -> None:
    """All days, and then one: what a trade that closed costs within the minute."""
    from analytics.daily.refresh import mark_all, refresh_daily
    from trading.models import Trade

    mark_all()
    started = time.perf_counter()
    days = refresh_daily()
    print(f"all {days:,} days worked out in {time.perf_counter() - started:.1f} s", flush=True)
    last = Trade.objects.filter(account=account_id).latest("closed_at")
    last.save()  # marks its day
    started = time.perf_counter()
    assert refresh_daily() == 1
    print(f"one day worked out in {1000 * (time.perf_counter() - started):.0f} ms", flush=True)


def questions(account: Any) -> dict[str, Callable[[], Any]]:
    """What is asked, by name: each as its endpoint asks it."""
    from analytics.performance.closed_trades import rows_after
    from analytics.performance.figures import equity, figures
    from analytics.performance.scope import Scope
    from analytics.quality.decided import Decided
    from analytics.quality.gates import gate_quality
    from analytics.quality.signals import signal_quality

    session = account.sessions.order_by("pk").first()
    scopes = {
        "performance of the account": Scope(account),
        "of a session": Scope(account, session),
        "of a year": Scope(account, start=date(2024, 1, 1), end=date(2024, 12, 31)),
        "of a week": Scope(account, start=date(2024, 1, 1), end=date(2024, 1, 7)),
        "of a strategy (a quarter of the trades)": Scope(account, strategy="strategy-1"),
        "of a source (a third)": Scope(account, source="API"),
        "of a symbol (one in 20)": Scope(account, symbol="S3"),
        "of a tag (one in 50)": Scope(account, tag="news"),
        "of a symbol and a source (one in 60)": Scope(account, symbol="S3", source="API"),
    }
    asked: dict[str, Callable[[], Any]] = {
        name: (lambda scope=scope: figures(scope))  # type: ignore[misc]
        for name, scope in scopes.items()
    }
    return {
        **asked,
        "equity of the account": lambda: equity(Scope(account)),
        "signals": lambda: signal_quality(Decided(account)),
        "gates": lambda: gate_quality(Decided(account)),
        "the first piece of an export": lambda: rows_after(Scope(account), 0),
    }


def print_plans(ask: Callable[[], Any]) -> None:
    """The plans of the queries that take their time, as PostgreSQL carried them out."""
    from django.db import connection

    seen: list[tuple[float, str, Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seen.append((time.perf_counter() - started, sql, params))

    with connection.execute_wrapper(watch):
        ask()
    for seconds, sql, params in seen:
        if seconds < _SLOW or not sql.lstrip().startswith(("SELECT", "WITH")):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}", params)
            for (line,) in cursor.fetchall():
                print(f"      {line}")


def compare(account: Any) -> None:
    """The same figures from all trades and marks in memory."""
    from analytics.performance.figures import figures
    from analytics.performance.scope import Scope

    before, started = peak(), time.perf_counter()
    wanted = in_memory(account)
    naive = time.perf_counter() - started
    started = time.perf_counter()
    found = figures(Scope(account))
    seconds = time.perf_counter() - started
    for part in ("core", "risk", "activity"):
        for name, value in wanted[part].items():
            if isinstance(value, float):
                assert math.isclose(found[part][name], value, rel_tol=1e-6, abs_tol=1e-6), (part, name)
            else:
                assert found[part][name] == value, (part, name)
    more = f"{peak() - before:.0f} MiB more"
    print(f"in memory: {naive:.1f} s, {more}; {naive / seconds:.0f} times as long, the same figures", flush=True)


def in_memory(account: Any) -> dict[str, Any]:
    import numpy as np

    from analytics.backtest.result import TradeColumns
    from analytics.metrics import figures_of
    from trading.models import EquityPoint, ExitReason, Trade

    names = (
        "symbol", "strategy", "direction", "opened_at", "closed_at", "quantity", "entry_price", "exit_price",
        "initial_stop", "exit_reason", "realized_pnl", "fees", "slippage", "funding", "mae", "mfe", "confidence",
    )  # fmt: skip
    rows = Trade.objects.filter(account=account, status="CLOSED").order_by("opened_at", "pk").values_list(*names)
    column = dict(zip(names, zip(*rows, strict=True), strict=True))

    def codes(name: str, known: list[str]) -> Any:
        places = {key: place for place, key in enumerate(known)}
        return np.array([places[key] for key in column[name]], dtype=np.int64)

    def floats(name: str) -> Any:
        return np.array([float(value) for value in column[name]])

    def times(name: str) -> Any:
        return np.array([int(moment.timestamp() * 1000) for moment in column[name]], dtype=np.int64)

    symbols, strategies = sorted(set(column["symbol"])), sorted(set(column["strategy"]))
    sign = np.where(np.array(column["direction"]) == "LONG", 1, -1)
    entry, end, stop = floats("entry_price"), floats("exit_price"), floats("initial_stop")
    money = {name: floats(name) for name in ("fees", "slippage", "funding", "mae", "mfe", "confidence", "quantity")}
    trades = TradeColumns(
        symbol=codes("symbol", symbols), strategy=codes("strategy", strategies), direction=sign,
        opened=times("opened_at"), closed=times("closed_at"), entry_price=entry, exit_price=end, initial_stop=stop,
        exit_reason=codes("exit_reason", list(ExitReason.values)), pnl=floats("realized_pnl"),
        r=(end - entry) / (entry - stop), parts=np.ones(len(end), np.int64), **money,
    )  # fmt: skip
    points = list(EquityPoint.objects.filter(account=account).order_by("time").values_list("time", "equity", "balance"))
    return figures_of(
        trades,
        time=[int(moment.timestamp() * 1000) for moment, _, _ in points],
        equity=[float(equity) for _, equity, _ in points],
        balance=[float(balance) for _, _, balance in points],
        initial_balance=float(points[0][1]),
        symbols=symbols,
        strategies=strategies,
        exit_reasons=list(ExitReason.values),
    )


def peak() -> float:
    """Most memory that the process has had, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--trades", type=int, default=1_000_000)
    asked.add_argument("--plans", action="store_true")
    given = asked.parse_args()
    main(given.trades, plans=given.plans)
