"""A broker that does everything wrong that a broker can do, and the books afterwards.

Orders go from signals through decisions, our adapter and a real socket to the simulator, with every fault drawn at
random, the accounts' streams running beside. SIGNALIST_HOSTILE_ORDERS sets how many (default 2,000).
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from brokers.adapters.ccxt.factory import ccxt_broker
from brokers.errors import BrokerError
from brokers.instruments import remember_instruments
from brokers.interface import Credentials, Environment, LiveBroker, Secret
from brokers.simulator.server import RunningSimulator, running_simulator
from signals.marketdata.quotes import QuoteStore
from tests.trading.brokerage.test_at_the_simulator import eventually
from tests.trading.exits.test_exits import check_books
from tests.trading.factories import make_account, make_session, make_signal
from trading import queueing
from trading.accounts.connection_state import connections
from trading.brokerage import resolve, submit
from trading.brokerage.account_stream import AccountStream
from trading.brokerage.closing import request_exit, run_exit
from trading.brokerage.connections import use_connector
from trading.brokerage.levels import amend_levels
from trading.brokerage.reconcile import try_to_reconcile
from trading.brokerage.sweep import sweep_live
from trading.decisions import dispatch
from trading.market import redis_client, wall_now
from trading.models import (
    PENDING_STATUSES,
    Account,
    AccountMode,
    Decision,
    ExitReason,
    Order,
    OrderStatus,
    StopHolder,
    Trade,
    TradeStatus,
    Verdict,
)

ORDERS = int(os.environ.get("SIGNALIST_HOSTILE_ORDERS", "2000"))
SYMBOLS = ("BTCUSDT", "ETHUSDT")
KEYS = (1, 2, 3)
KINDS = {
    "delay": 0.02,
    "drop_reply": 0.01,
    "disconnect_after": 0.01,
    "disconnect_before": 0.005,
    "rate_limited": 0.01,
    "server_error": 0.01,
    "partial_fill": 0.05,
    "stale_book": 0.02,
    "maintenance": 0.005,
}
SECONDS = {"delay": 0.1, "drop_reply": 0.3}
# Orders suffer most; reads and the socket a little, or nobody would ever be connected.
FAULTS: list[dict[str, Any]] = [{"call": "push.ORDER_TRADE_UPDATE", "kind": "duplicate", "probability": 0.3}] + [
    {"call": call, "kind": kind, "probability": probability * share, "seconds": SECONDS.get(kind, 0.0)}
    for kind, probability in KINDS.items()
    for call, share in (("POST *", 1.0), ("DELETE *", 1.0), ("*", 0.1))
]


@dataclass
class Seat:
    """One account: what we know of it, and its number at the simulator."""

    account: Account
    broker: LiveBroker
    key: str

    def signal(self, symbol: str, number: int) -> None:
        try:
            quote = replace(self.broker.quote(symbol), venue=self.account.venue, time=time.time(), received=time.time())
        except BrokerError:
            return
        QuoteStore(redis_client()).publish([quote])
        long, price = number % 2 == 0, Decimal(str(round(quote.last, 1)))
        stop, target = (price * Decimal("0.97"), price * Decimal("1.03")) if long else (
            price * Decimal("1.03"), price * Decimal("0.97"),
        )  # fmt: skip
        signal = make_signal(
            self.account.owner,
            venue=self.account.venue,
            symbol=symbol,
            market_type="FUTURES",
            direction="LONG" if long else "SHORT",
            entry_price=price,
            stop_loss=round(stop, 1),
            take_profits=[str(round(target, 1))],
        )
        dispatch.dispatch_signal(signal.pk)


@pytest.fixture
def hostile(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[RunningSimulator, list[Seat]]]:
    monkeypatch.setattr(resolve, "NEVER_ARRIVED", resolve.NEVER_ARRIVED / 6)
    monkeypatch.setattr(submit, "ENTRY_PATIENCE", submit.ENTRY_PATIENCE * 20)
    with ExitStack() as stack:
        simulator = stack.enter_context(running_simulator(seed=7, interval=0.05))
        monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", simulator.url)
        seats = [take_seat(number) for number in KEYS]
        for seat in seats:
            stack.callback(seat.broker.disconnect)
        by_account = {seat.account.pk: seat.broker for seat in seats}
        stack.enter_context(queueing.inline())
        stack.enter_context(use_connector(lambda account: by_account[account.pk]))
        yield simulator, seats


def take_seat(number: int) -> Seat:
    secrets = {"api_key": Secret(f"sim-key-{number}"), "api_secret": Secret(f"sim-secret-{number}")}
    broker = ccxt_broker("binance", Credentials(secrets, Environment.TEST), timeout_ms=2_000)
    broker.connect()
    broker._client.exchange.enableRateLimit = False  # Binance's own limits would make it an hour
    account = make_account(mode=AccountMode.DEMO, broker="binance", balance="100000", currency="USDT")
    make_session(account, venue=account.venue, timeframe="1m")
    found = [broker.get_instrument_info(symbol) for symbol in SYMBOLS]
    remember_instruments([replace(item, venue=account.venue) for item in found])
    return Seat(account, broker, f"sim-key-{number}")


def trade_on(seat: Seat, symbol: str, stop: threading.Event, failures: list[BaseException]) -> None:
    """Signals in, exits out, and what is pending looked after, as the workers and the sweeper do."""
    number = 0
    try:
        with queueing.inline():
            while not stop.is_set():
                number += 1
                seat.signal(symbol, number)
                look_after(seat.account, symbol)
                for trade in Trade.objects.filter(account=seat.account, symbol=symbol, status=TradeStatus.OPEN):
                    manage(trade, number)
                    request_exit(trade.pk, ExitReason.MANUAL)
                look_after(seat.account, symbol)
    except BaseException as error:
        failures.append(error)
        raise
    finally:
        connection.close()


def manage(trade: Trade, number: int) -> None:
    """Some stops are moved, and of some trades a part is closed before the rest."""
    if number % 3 == 0 and trade.stop_loss is not None and trade.entry_price is not None:
        nearer = round(trade.stop_loss + (trade.entry_price - trade.stop_loss) / 3, 1)
        Trade.objects.filter(pk=trade.pk, status=TradeStatus.OPEN).update(
            stop_loss=nearer, stop_held=StopHolder.US, updated_at=wall_now()
        )
        amend_levels(trade.pk)
    if number % 2 == 0:
        with suppress(ValueError):  # it may have been closed but for less than a lot
            request_exit(trade.pk, ExitReason.MANUAL, trade.open_quantity / 2)
        look_after(trade.account, trade.symbol)


def look_after(account: Account, symbol: str) -> None:
    pending = Order.objects.filter(account=account, symbol=symbol, status__in=PENDING_STATUSES)
    for order in pending.filter(purpose__in=["ENTRY", "EXIT"]):
        if order.status == OrderStatus.NEW:
            submit.submit_order(order.pk)
        else:
            resolve.resolve_order(order.pk)
    for trade in Trade.objects.filter(account=account, symbol=symbol, status=TradeStatus.CLOSING):
        run_exit(trade.pk)


def come_to_rest(seats: list[Seat], seconds: float = 60.0) -> None:
    """The faults are over: everything pending is settled, and every trade closed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        sweep_live(wall_now())
        for seat in seats:
            for trade in Trade.objects.filter(account=seat.account, status=TradeStatus.OPEN):
                request_exit(trade.pk, ExitReason.MANUAL)
            for symbol in SYMBOLS:
                look_after(seat.account, symbol)
            try_to_reconcile(seat.account.pk)
        if not Order.objects.filter(status__in=PENDING_STATUSES).exists() and not unfinished().exists():
            return
        time.sleep(0.3)


def unfinished() -> Any:
    return Trade.objects.filter(status__in=[TradeStatus.PENDING, TradeStatus.OPEN, TradeStatus.CLOSING])


def test_after_a_hostile_broker_our_books_are_its_books(hostile: tuple[RunningSimulator, list[Seat]]) -> None:
    simulator, seats = hostile
    streams = [AccountStream(seat.account.pk, seat.broker) for seat in seats]
    for stream in streams:
        stream.start()
    eventually(lambda: all(told(seat) == "CONNECTED" for seat in seats), "the streams are up")
    simulator.control.set_faults(*FAULTS)
    stop, failures = threading.Event(), list[BaseException]()
    lanes = [
        threading.Thread(target=trade_on, args=(seat, symbol, stop, failures)) for seat in seats for symbol in SYMBOLS
    ]
    for lane in lanes:
        lane.start()
    sent = Order.objects.filter(purpose__in=["ENTRY", "EXIT"]).exclude(status=OrderStatus.REJECTED)
    while sent.count() < ORDERS and not failures:
        time.sleep(0.5)
    stop.set()
    for lane in lanes:
        lane.join()
    drawn = simulator.control.faults()["drawn"]
    simulator.control.set_faults()
    try:
        assert not failures
        come_to_rest(seats)
        settled(simulator, seats)
    finally:
        for stream in streams:
            stream.stop()
    if ORDERS >= 1000:
        assert set(drawn) == {str(rule["kind"]) for rule in FAULTS}, "a fault was not drawn"


def told(seat: Seat) -> Any:
    return connections([seat.account.pk])[seat.account.pk]["state"]


def settled(simulator: RunningSimulator, seats: list[Seat]) -> None:
    assert not Order.objects.filter(status=OrderStatus.UNKNOWN).exists()
    assert not unfinished().exists()
    for seat in seats:
        check_books(seat.account.pk)
        truth = simulator.control.truth("binance", seat.key)
        ours = Order.objects.filter(account=seat.account)
        at_broker = Counter(str(order["client_id"]) for order in truth["orders"])
        assert all(count == 1 for count in at_broker.values()), "an order arrived twice"
        entries = ours.filter(purpose="ENTRY")
        approved = Decision.objects.filter(account=seat.account, verdict=Verdict.APPROVED)
        assert entries.count() == approved.count() == approved.filter(order__isnull=False).count()
        sent = set(entries.exclude(filled_quantity=0).values_list("client_order_id", flat=True))
        assert sent <= set(at_broker), "a fill of ours that the broker does not know"
        filled = {str(order["client_id"]) for order in truth["orders"] if Decimal(str(order["filled"])) > 0}
        known = set(ours.values_list("client_order_id", flat=True))
        legs = set(ours.filter(purpose__in=["STOP", "TARGET", "EXIT"]).values_list("broker_order_id", flat=True))
        strangers = [
            order for order in truth["orders"]
            if str(order["client_id"]) in filled - known and str(order["id"]) not in legs
        ]  # fmt: skip
        assert not strangers, "the broker filled an order that our books do not know"
        assert not truth["positions"], "nothing is open here, nothing may be open there"
        working = [order for order in truth["orders"] if order["state"] in ("OPEN", "UNTRIGGERED")]
        assert not working, "a leg was left behind: it would act on the next position"
        balance = Decimal(str(truth["balances"]["USDT"]))
        assert abs(Account.objects.get(pk=seat.account.pk).balance - balance) < Decimal("0.01")
