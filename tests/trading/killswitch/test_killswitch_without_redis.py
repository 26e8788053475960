"""The kill switch while Redis is down: a real web process, a real broker's wire, and nothing behind them but the
database.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.db import connection
from knox.models import get_token_model

from brokers import credentials
from brokers.instruments import remember_instruments
from brokers.interface import Environment, Secret
from brokers.simulator.server import RunningSimulator, running_simulator
from config.environment import BASE_DIR
from config.supervise.ports import free_port
from signals.marketdata.quotes import QuoteStore
from tests.servers import redis_server, wait_for
from tests.trading.exits.test_exits import check_books
from tests.trading.factories import make_session, make_signal, make_user
from trading import market, queueing
from trading.accounts import opening
from trading.brokerage import pool
from trading.brokerage.submit import submit_order
from trading.decisions import dispatch
from trading.decisions.decide import decide
from trading.market import redis_client, wall_now
from trading.models import Account, AccountMode, ExitReason, KillSwitch, Order, OrderStatus, Trade, TradeStatus

SYMBOLS = ("BTCUSDT", "ETHUSDT")


@pytest.fixture
def simulator(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSimulator]:
    with running_simulator(seed=3, interval=0.1) as running, queueing.inline():
        monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", running.url)
        yield running
        pool.disconnect_all()


def at_binance() -> Account:
    owner = make_user()
    secrets = {name: Secret(text) for name, text in (("api_key", "sim-key-2"), ("api_secret", "sim-secret-2"))}
    credential = credentials.add(
        owner_id=owner.pk, broker="binance", environment=Environment.TEST, secrets=secrets, label="binance"
    )
    plan = opening.prepare(
        owner_id=owner.pk, name="Demo", mode=AccountMode.DEMO, credential_id=credential.pk, currency="USDT"
    )
    account = opening.book(plan)
    make_session(account, venue=account.venue, timeframe="1m")
    broker = pool.pooled_broker(Account.objects.select_related("credential").get(pk=account.pk))
    found = [broker.get_instrument_info(symbol) for symbol in SYMBOLS]
    remember_instruments([replace(item, venue=account.venue) for item in found])
    return Account.objects.get(pk=account.pk)


def signal(account: Account, symbol: str, **values: Any) -> Any:
    broker = pool.pooled_broker(Account.objects.select_related("credential").get(pk=account.pk))
    quote = replace(broker.quote(symbol), venue=account.venue, time=time.time(), received=time.time())
    QuoteStore(redis_client()).publish([quote])
    price = Decimal(str(round(quote.last, 1)))
    levels = {"stop_loss": round(price * Decimal("0.97"), 1), "take_profits": [str(round(price * Decimal("1.03"), 1))]}
    return make_signal(
        account.owner, venue=account.venue, symbol=symbol, market_type="FUTURES", entry_price=price, **levels, **values
    )


@contextmanager
def web_process(redis_url: str) -> Iterator[str]:
    """The web process of the Procfile, on the tests' database; yields its address."""
    settings, port = connection.settings_dict, free_port()
    if connection.vendor == "sqlite":
        database = f"sqlite:///{settings['NAME']}"
    else:
        database = f"postgres://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    environment = {**os.environ, "DATABASE_URL": database, "REDIS_URL": redis_url}
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, cwd=BASE_DIR, env=environment)
    try:
        wait_for(port, process, 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def ask(url: str, token: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/api/killswitch/", data, {"Content-Type": "application/json"})
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.load(answer))


def eventually(holds: Any, what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(what)


def test_no_order_leaves_and_positions_are_closed(simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    account = at_binance()
    dispatch.dispatch_signal(signal(account, "BTCUSDT").pk)
    trade = Trade.objects.get()
    assert trade.status == TradeStatus.OPEN
    waiting = decide(signal(account, "ETHUSDT", dispatched_at=wall_now()), account.sessions.get().pk).order
    assert waiting.status == OrderStatus.NEW
    _, token = get_token_model().objects.create(user=account.owner)
    arrived = len(simulator.control.truth("binance", "sim-key-2")["orders"])

    with redis_server() as doomed, web_process(doomed) as url:
        assert ask(url, token)["engaged"] is False
        redis.Redis.from_url(doomed).shutdown(nosave=True)
        body = ask(url, token, {"engaged": True, "reason": "Redis is gone", "close_positions": True})
        assert (body["engaged"], body["orders_cancelled"], body["orders_left"]) == (True, 1, 0)
        waiting.refresh_from_db()
        assert waiting.status == OrderStatus.CANCELLED
        # A worker that still holds the order's message, without Redis as well:
        monkeypatch.setattr(market, "redis_client", lambda: redis.Redis(port=1, socket_connect_timeout=0.1))
        Order.objects.filter(pk=waiting.pk).update(status=OrderStatus.NEW)
        assert submit_order(waiting.pk) == OrderStatus.CANCELLED
        eventually(lambda: KillSwitch.objects.get().enforced_at is not None, "it was not enforced")
        assert ask(url, token)["positions_left"] == 0

    trade.refresh_from_db()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.KILL_SWITCH)
    truth = simulator.control.truth("binance", "sim-key-2")
    assert truth["positions"] == []
    assert [order for order in truth["orders"] if order["symbol"] == "ETHUSDT"] == []
    assert len(truth["orders"]) == arrived + 1, "the exit, and nothing else"
    check_books(account.pk)
