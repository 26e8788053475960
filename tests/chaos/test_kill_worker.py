"""kill -9 the worker at random points while signals pour in: nothing is lost, doubled or left bare.

Fifty rounds with `./run test -k chaos`; SIGNALIST_CHAOS_ROUNDS sets another number (the full test run does fewer).
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Q

from config.celery import QUEUES
from config.environment import BASE_DIR
from signals.models import Signal, SignalStatus
from tests.trading.exits.test_exits import check_books
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, publish_quote
from trading import queueing
from trading.models import Account, AutoTradingSession, Decision, Fill, Order, OrderStatus, Trade, TradeStatus, Verdict

ROUNDS = int(os.environ.get("SIGNALIST_CHAOS_ROUNDS", "50"))
SIGNALS_A_ROUND = 12
SYMBOLS = [f"C{number}" for number in range(40)]

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


class Worker:
    """A real Celery worker on the test's database and Redis."""

    def __init__(self) -> None:
        settings = connection.settings_dict
        if connection.vendor == "sqlite":
            url = f"sqlite:///{settings['NAME']}"
        else:
            url = f"postgres://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
        self._environment = {**os.environ, "DATABASE_URL": url, "SIGNALIST_LOG_LEVEL": "WARNING"}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "config.celery_processes", "worker", "--concurrency", "2", "--queues"]
        self._process = subprocess.Popen(
            [*command, ",".join(QUEUES)],
            cwd=BASE_DIR,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.kill()


def pour(dice: random.Random, accounts: list[Account]) -> None:
    """New signals, and triggers crossed on random open trades (each told twice)."""
    for symbol in SYMBOLS:
        publish_quote(100.0, symbol)
    for _ in range(SIGNALS_A_ROUND):
        owner = dice.choice(accounts).owner
        if dice.random() < 0.5:
            make_signal(owner, symbol=dice.choice(SYMBOLS))
        else:
            levels = {"stop_loss": Decimal(101), "take_profits": ["98"]}
            make_signal(owner, symbol=dice.choice(SYMBOLS), direction="SHORT", **levels)
    open_trades = list(Trade.objects.filter(status=TradeStatus.OPEN).values_list("pk", "symbol", "stop_loss"))
    for pk, symbol, stop in dice.sample(open_trades, min(6, len(open_trades))):
        now, price = time.time(), float(stop)
        prices = dict.fromkeys(("bid", "ask", "last"), price)
        quote = {"venue": "sim", "symbol": symbol, **prices, "time": now, "received": now}
        for _ in range(2):
            queueing.send("trading.close_triggered", [(pk, "STOP_LOSS", price)], quote)


def settle(worker: Worker, seconds: float = 60.0) -> None:
    """Let a worker that nobody kills finish what is left."""
    worker.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for symbol in SYMBOLS:
            publish_quote(100.0, symbol)
        queueing.send("trading.sweep_outbox")
        unfinished = Signal.objects.filter(status=SignalStatus.ACTIVE, dispatched_at=None).exists()
        if not unfinished and not Order.objects.filter(status=OrderStatus.NEW).exists():
            return
        time.sleep(1)
    pytest.fail("signals or orders are left unfinished")


def test_chaos_killing_the_worker_loses_and_doubles_nothing(worker: Worker) -> None:
    dice = random.Random(20260)
    limits: dict[str, Any] = {"max_open_trades": 1000, "max_position_size": Decimal("0.002"), "balance": "100000"}
    accounts = [make_account(**limits) for _ in range(2)]
    for account in accounts:
        make_session(account)
        make_session(account)
    for symbol in SYMBOLS:
        make_instrument(symbol)
    for _ in range(ROUNDS):
        worker.start()
        pour(dice, accounts)
        # A worker takes a second or two to come up: the kill falls before, during and after its work.
        time.sleep(dice.uniform(0.5, 3.5))
        worker.kill()
    settle(worker)
    check(accounts)


def check(accounts: list[Account]) -> None:
    signals = Signal.objects.count()
    assert signals == ROUNDS * SIGNALS_A_ROUND
    assert not Signal.objects.filter(dispatched_at=None).exists()
    # each accepted signal was decided once in each of its owner's two sessions ...
    assert Decision.objects.count() == signals * AutoTradingSession.objects.count() // len(accounts)
    approved = Decision.objects.filter(verdict=Verdict.APPROVED)
    assert approved.exists()
    # ... and each approval has exactly one order, filled exactly once
    assert Order.objects.filter(decision__in=approved).count() == approved.count()
    entries = Order.objects.filter(decision__in=approved).annotate(fills_count=Count("fills"))
    assert set(entries.values_list("status", "fills_count")) == {(OrderStatus.FILLED, 1)}
    assert not Trade.objects.filter(status=TradeStatus.PENDING).exists()
    assert not Trade.objects.filter(Q(status=TradeStatus.OPEN) & Q(stop_loss=None)).exists()
    closed = Trade.objects.filter(status=TradeStatus.CLOSED)
    assert closed.exists()
    assert Fill.objects.filter(order__purpose="EXIT").count() == closed.count()
    for account in accounts:
        check_books(account.pk)
