"""One account's connection in the streamer."""

import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from brokers.errors import AuthenticationFailed, BrokerUnavailable
from brokers.interface import ConnectionState, ConnectionStatus, Side
from tests.trading.brokerage.conftest import Desk
from trading.accounts.connection_state import connections
from trading.brokerage import account_stream
from trading.brokerage.account_stream import AccountStream
from trading.models import ExitReason, OrderPurpose, TradeStatus


def eventually(holds: Callable[[], Any], seconds: float = 10.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come about")


def told(desk: Desk) -> dict[str, Any]:
    return connections([desk.account.pk])[desk.account.pk]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the stream's threads queue; all else is queued as ever."""
    found: list[tuple[Any, ...]] = []
    send = account_stream.queueing.send

    def note(task: str, *args: Any, after: float = 0) -> None:
        if threading.current_thread().name.startswith("account-"):
            found.append((task, *args))
        else:
            send(task, *args, after=after)

    monkeypatch.setattr(account_stream.queueing, "send", note)
    monkeypatch.setattr(account_stream, "STATUS_SECONDS", 0.05)
    monkeypatch.setattr(account_stream, "_FIRST_PAUSE", 0.05)
    return found


@pytest.fixture
def stream(desk: Desk, queued: list[tuple[Any, ...]]) -> Iterator[AccountStream]:
    running = AccountStream(desk.account.pk, desk.broker)  # type: ignore[arg-type]
    yield running
    running.stop()


def test_what_the_broker_tells_is_booked(desk: Desk, stream: AccountStream) -> None:
    stream.start()
    eventually(lambda: desk.broker.hear is not None)
    desk.signal()
    stop = desk.trade().orders.get(purpose=OrderPurpose.STOP)
    desk.broker.fill_leg(stop.broker_order_id, Decimal("99.4"))
    eventually(lambda: desk.trade().status == TradeStatus.CLOSED)
    assert desk.trade().exit_reason == ExitReason.STOP_LOSS


def test_it_reconciles_at_the_start_and_after_every_reconnect(
    desk: Desk, stream: AccountStream, queued: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream.start()
    wanted = ("trading.reconcile_account", desk.account.pk)
    eventually(lambda: queued.count(wanted) == 1)
    again = ConnectionStatus(ConnectionState.CONNECTED, reconnects=1, latency_ms=12.5)
    monkeypatch.setattr(desk.broker, "get_connection_status", lambda: again)
    eventually(lambda: queued.count(wanted) == 2)
    eventually(lambda: told(desk)["reconnects"] == 1)
    assert told(desk)["latency_ms"] == 12.5
    assert queued.count(wanted) == 2


def test_what_it_does_not_know_is_left_to_reconciliation(
    desk: Desk, stream: AccountStream, queued: list[tuple[Any, ...]]
) -> None:
    stream.start()
    eventually(lambda: desk.broker.hear is not None and queued)
    queued.clear()
    assert desk.broker.hear is not None
    desk.broker.hear(desk.broker.trade_by_hand(Side.BUY, Decimal(1)))
    eventually(lambda: queued == [("trading.reconcile_account", desk.account.pk)])


def test_a_broker_that_comes_back_is_connected_again(desk: Desk, stream: AccountStream) -> None:
    desk.broker.down = True
    stream.start()
    eventually(lambda: told(desk)["state"] == "DISCONNECTED")
    assert told(desk)["error"] == "The line is down."
    desk.broker.down = False
    eventually(lambda: told(desk)["state"] == "CONNECTED")


def test_keys_that_are_refused_are_said_to_be(
    desk: Desk, stream: AccountStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> ConnectionStatus:
        raise AuthenticationFailed("The keys are not accepted.")

    monkeypatch.setattr(desk.broker, "connect", refuse)
    stream.start()
    eventually(lambda: told(desk)["state"] == "REFUSED")
    assert told(desk)["error"] == "The keys are not accepted."


def test_a_report_that_can_not_be_booked_stops_nothing(
    desk: Desk, stream: AccountStream, queued: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream.start()
    eventually(lambda: desk.broker.hear is not None)
    desk.signal()
    stop = desk.trade().orders.get(purpose=OrderPurpose.STOP)
    booked = account_stream.apply_report

    def fail(*_: Any) -> Any:
        monkeypatch.setattr(account_stream, "apply_report", booked)
        raise BrokerUnavailable("the database blinked")

    monkeypatch.setattr(account_stream, "apply_report", fail)
    queued.clear()
    report = desk.broker.fill_leg(stop.broker_order_id, Decimal("99.4"))
    eventually(lambda: ("trading.reconcile_account", desk.account.pk) in queued)
    assert desk.trade().status == TradeStatus.OPEN
    assert desk.broker.hear is not None
    desk.broker.hear(report)
    eventually(lambda: desk.trade().status == TradeStatus.CLOSED)
