"""What the benchmarks share: throw-away servers, many open trades, percentiles."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.servers import postgresql_server, redis_server

SYMBOLS = 100


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]


def on_each_database(module: str) -> None:
    """Run the module's `--database` part once on SQLite and once on PostgreSQL, each in a process of its own."""
    print(machine(), flush=True)
    for database in ("sqlite", "postgres"):
        print(f"\n{database}", flush=True)
        subprocess.run([sys.executable, "-m", module, "--database", database], check=True)


@contextmanager
def django_on(database: str) -> Iterator[None]:
    """A migrated, empty database and a Redis, with Django set up on them. Once a process."""
    with ExitStack() as servers:
        folder = servers.enter_context(tempfile.TemporaryDirectory(prefix="signalist-bench-"))
        os.environ["SIGNALIST_DATA_DIR"] = folder
        os.environ["REDIS_URL"] = servers.enter_context(redis_server())
        os.environ["SIGNALIST_LOG_LEVEL"] = "ERROR"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ["DATABASE_URL"] = servers.enter_context(postgresql_server()) if database == "postgres" else url
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        yield
        connections.close_all()


def open_trades(count: int) -> None:
    """`count` open trades, long and short, of as many accounts as it takes at 100 symbols; prices around 100."""
    from datetime import UTC, datetime, timedelta
    from decimal import Decimal

    from django.contrib.auth import get_user_model

    from trading.accounts import paper
    from trading.models import Account, Trade, TradeStatus

    owner = get_user_model().objects.create_user(username=f"bench-{time.time_ns()}")
    opened = datetime.now(UTC) - timedelta(minutes=30)
    accounts = [
        paper.open_account(owner_id=owner.pk, name=f"B{n}", initial_balance=Decimal(10_000_000))
        for n in range(-(-count // (2 * SYMBOLS)))
    ]
    rows = [
        Trade(
            account=account, venue="sim", symbol=f"B{symbol}", market_type="SPOT", direction=direction,
            status=TradeStatus.OPEN, quantity=1, entry_price=100, margin=100, opened_at=opened,
            stop_loss=100 - sign * 10, take_profit=100 + sign * 20,
        )
        for account in accounts for symbol in range(SYMBOLS) for direction, sign in (("LONG", 1), ("SHORT", -1))
    ]  # fmt: skip
    Trade.objects.bulk_create(rows[:count], batch_size=1000)
    Account.objects.filter(owner=owner).update(margin_used=Decimal(2 * SYMBOLS * 100))


def best_of(times: int, run: Any) -> float:
    """Least seconds that `run()` took."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return min(taken)
