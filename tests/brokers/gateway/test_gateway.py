"""Requests over a real Redis: executed once, in time, by the one who holds the account."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, cast

import pytest
import redis

from brokers.errors import BrokerUnavailable, InvalidOrder, OutcomeUnknown, RateLimited
from brokers.gateway import GatewayBroker, GatewayServer, keys
from brokers.interface import (
    Balance,
    Capabilities,
    ConnectionState,
    ConnectionStatus,
    Instrument,
    LiveBroker,
    OrderReport,
    OrderRequest,
    OrderStatus,
    Quote,
    Side,
    Subscription,
)
from tests.brokers.adapters.deriv.desk import until

QUOTE = Quote("sim", "BTC", 99.0, 101.0, 100.0, 1.0, 1.0)
INSTRUMENT = Instrument("sim", "BTC", "FUTURES", 0.5, 0.001, 0.001, 5.0)


def order(name: str = "co-1") -> OrderRequest:
    return OrderRequest(name, "BTC", Side.BUY, Decimal("0.5"))


class Recorder:
    """A broker that notes what it is asked; `before` runs first, and may wait or raise."""

    def __init__(self) -> None:
        self.placed: list[str] = []
        self.handlers: dict[int, tuple[str, Callable[[Any], None]]] = {}
        self.before: Callable[[], None] = lambda: None
        self.disconnected = 0

    def capabilities(self) -> Capabilities:
        return Capabilities(frozenset({"FUTURES"}), True, True)

    def get_connection_status(self) -> ConnectionStatus:
        return ConnectionStatus(ConnectionState.CONNECTED, latency_ms=1.5)

    def place_order(self, request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderReport:
        self.before()
        assert (quote, instrument) == (QUOTE, INSTRUMENT)
        self.placed.append(request.client_order_id)
        return OrderReport(OrderStatus.FILLED, client_order_id=request.client_order_id, quantity=request.quantity)

    def get_order(self, symbol: str, **options: Any) -> OrderReport | None:
        assert options == {"order_id": "", "client_order_id": "co-1", "since": 5.0}
        return None

    def get_balance(self) -> list[Balance]:
        self.before()
        return [Balance("USD", Decimal(1), Decimal("0.5"), Decimal(2))]

    def subscribe_orders(self, handler: Callable[[OrderReport], None]) -> Subscription:
        return self._subscribe("orders", handler)

    def subscribe_quotes(self, symbols: Sequence[str], handler: Callable[[Quote], None]) -> Subscription:
        if symbols == ["NONE"]:
            raise InvalidOrder("symbol: no such market")
        return self._subscribe(f"quotes:{symbols[0]}", handler)

    def _subscribe(self, topic: str, handler: Callable[[Any], None]) -> Subscription:
        subscription = Subscription(len(self.handlers) + 1, topic)
        self.handlers[subscription.number] = (topic, handler)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        del self.handlers[subscription.number]

    def tell(self, topic: str, event: Any) -> None:
        for name, handler in list(self.handlers.values()):
            if name == topic:
                handler(event)

    def disconnect(self) -> None:
        self.disconnected += 1


@pytest.fixture
def client(redis_url: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(redis_url) as found:
        yield found


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def server(client: "redis.Redis", recorder: Recorder) -> Iterator[GatewayServer]:
    found = GatewayServer(client, lambda account: cast(LiveBroker, recorder), ttl=2.0, threads=4)
    found.start(["7"])
    yield found
    found.stop()


@pytest.fixture
def broker(client: "redis.Redis", server: GatewayServer) -> GatewayBroker:
    return GatewayBroker(client, "7", timeout=2.0)


def test_calls_and_their_answers(broker: GatewayBroker, recorder: Recorder) -> None:
    assert broker.capabilities() == recorder.capabilities()
    assert broker.connect() == recorder.get_connection_status()
    report = broker.place_order(order(), QUOTE, INSTRUMENT)
    assert (report.status, report.quantity) == (OrderStatus.FILLED, Decimal("0.5"))
    assert broker.get_order("BTC", client_order_id="co-1", since=5.0) is None
    assert broker.get_balance() == recorder.get_balance()


def test_errors_come_back_as_they_were(broker: GatewayBroker, recorder: Recorder) -> None:
    def refuse() -> None:
        raise RateLimited("slowly", 3.0)

    recorder.before = refuse
    with pytest.raises(RateLimited, match="slowly") as refused:
        broker.place_order(order(), QUOTE, INSTRUMENT)
    assert refused.value.retry_after == 3.0


def test_what_fails_unforeseen_tells_nothing_of_it(broker: GatewayBroker, recorder: Recorder) -> None:
    def fail() -> None:
        raise RuntimeError("token=abc")

    recorder.before = fail
    with pytest.raises(OutcomeUnknown) as order_failed:
        broker.place_order(order(), QUOTE, INSTRUMENT)
    with pytest.raises(BrokerUnavailable) as read_failed:
        broker.get_balance()
    assert "abc" not in f"{order_failed.value}{read_failed.value}"


def test_an_answer_that_does_not_come_in_time(client: "redis.Redis", server: GatewayServer, recorder: Recorder) -> None:
    release = threading.Event()
    recorder.before = lambda: cast(None, release.wait(10))
    hasty = GatewayBroker(client, "7", timeout=0.2)
    with pytest.raises(OutcomeUnknown):
        hasty.place_order(order(), QUOTE, INSTRUMENT)
    with pytest.raises(BrokerUnavailable):
        hasty.get_balance()
    release.set()
    until(lambda: recorder.placed == ["co-1"])  # it had been begun, and is finished: the outcome was open indeed


def test_an_answer_may_take_longer_than_the_clients_socket_timeout(
    redis_url: str, server: GatewayServer, recorder: Recorder
) -> None:
    recorder.before = lambda: time.sleep(2.5)
    with redis.Redis.from_url(redis_url, socket_timeout=1.5) as impatient:
        assert GatewayBroker(impatient, "7", timeout=10).get_balance()


def test_a_request_that_has_expired_is_not_executed(
    client: "redis.Redis", server: GatewayServer, recorder: Recorder
) -> None:
    """All threads are busy until its time is over."""
    release = threading.Event()
    recorder.before = lambda: cast(None, release.wait(10))
    busy = [threading.Thread(target=lambda: GatewayBroker(client, "7", timeout=5).get_balance()) for _ in range(4)]
    for thread in busy:
        thread.start()
    until(lambda: len(list(client.scan_iter(f"{keys.PREFIX}:claim:*"))) == 4)
    with pytest.raises(OutcomeUnknown):
        GatewayBroker(client, "7", timeout=0.2).place_order(order("late"), QUOTE, INSTRUMENT)
    release.set()
    for thread in busy:
        thread.join()
    GatewayBroker(client, "7", timeout=5).place_order(order("next"), QUOTE, INSTRUMENT)
    assert recorder.placed == ["next"]


def test_a_request_is_executed_once_however_often_it_arrives(
    client: "redis.Redis", broker: GatewayBroker, recorder: Recorder
) -> None:
    seen: list[bytes] = []
    original = client.eval

    def copying(script: str, *arguments: Any) -> Any:
        answer = original(script, *arguments)
        if script == keys.PUSH:
            deadline = int(time.time() * 1000) + 60_000
            seen.append(f"{deadline} {arguments[3]}".encode())
            client.rpush(keys.queue("7"), seen[-1])
        return answer

    client.eval = copying  # type: ignore[method-assign]
    broker.place_order(order(), QUOTE, INSTRUMENT)
    client.eval = original  # type: ignore[method-assign]
    client.rpush(keys.queue("7"), seen[0])
    broker.place_order(order("co-2"), QUOTE, INSTRUMENT)
    until(lambda: client.llen(keys.queue("7")) == 0)
    assert sorted(recorder.placed) == ["co-1", "co-2"]


def test_without_a_server_nothing_is_sent(client: "redis.Redis") -> None:
    lonely = GatewayBroker(client, "8", timeout=0.2)
    with pytest.raises(BrokerUnavailable, match="8"):
        lonely.place_order(order(), QUOTE, INSTRUMENT)
    assert client.llen(keys.queue("8")) == 0
    assert lonely.get_connection_status().state == ConnectionState.DISCONNECTED


def test_nothing_secret_and_no_credential_is_in_redis(client: "redis.Redis", broker: GatewayBroker) -> None:
    monitored: list[str] = []
    with client.monitor() as monitor:
        broker.place_order(order(), QUOTE, INSTRUMENT)
        for command in monitor.listen():
            monitored.append(command["command"])
            if "reply" in command["command"] and "PEXPIRE" in command["command"].upper():
                break
    text = next(command for command in monitored if "place_order" in command)
    assert '"account": "7"' in text.replace('\\"', '"')
    assert not any(word in text for word in ("secret", "token", "credential", "password"))


def test_one_server_holds_an_account_and_another_takes_over(client: "redis.Redis") -> None:
    first, second = Recorder(), Recorder()
    one = GatewayServer(client, lambda account: cast(LiveBroker, first), ttl=0.6)
    two = GatewayServer(client, lambda account: cast(LiveBroker, second), ttl=0.6)
    one.start(["7"])
    two.start(["7"])
    try:
        assert (one.held(), two.held()) == ({"7"}, frozenset())
        broker = GatewayBroker(client, "7", timeout=5.0)
        broker.place_order(order("a"), QUOTE, INSTRUMENT)
        one.stop()
        until(lambda: two.held() == {"7"})
        broker.place_order(order("b"), QUOTE, INSTRUMENT)
    finally:
        two.stop()
    assert (first.placed, second.placed) == (["a"], ["b"])
    assert first.disconnected == 1


def test_an_account_that_is_no_more_served_is_let_go(
    client: "redis.Redis", server: GatewayServer, recorder: Recorder
) -> None:
    broker = GatewayBroker(client, "7", timeout=1.0)
    broker.get_balance()
    server.serve([])
    assert server.held() == frozenset()
    assert recorder.disconnected == 1
    with pytest.raises(BrokerUnavailable):
        broker.get_balance()


def test_events_reach_every_listener_and_end_with_the_last(
    client: "redis.Redis", server: GatewayServer, recorder: Recorder
) -> None:
    one, two = GatewayBroker(client, "7"), GatewayBroker(client, "7")
    orders: list[OrderReport] = []
    quotes: list[Quote] = []
    others: list[OrderReport] = []
    one.subscribe_orders(orders.append)
    running = one.subscribe_quotes(["BTC"], quotes.append)
    two.subscribe_orders(others.append)
    assert len(recorder.handlers) == 2
    told = [OrderReport(OrderStatus.FILLED, order_id=str(number)) for number in range(20)]
    for report in told:
        recorder.tell("orders", report)
    recorder.tell("quotes:BTC", QUOTE)
    until(lambda: orders == told and others == told and quotes == [QUOTE])
    one.unsubscribe(running)
    client.zadd(keys.interest("7"), {"quotes:BTC": 0})  # nobody renews it: as if its time had passed
    until(lambda: len(recorder.handlers) == 1)
    one.disconnect()
    two.disconnect()


def test_a_stream_that_cannot_be_had_is_refused(broker: GatewayBroker) -> None:
    with pytest.raises(InvalidOrder, match="symbol: "):
        broker.subscribe_quotes(["NONE"], lambda quote: None)


def test_a_server_that_takes_over_brings_the_streams_back(client: "redis.Redis") -> None:
    first, second = Recorder(), Recorder()
    one = GatewayServer(client, lambda account: cast(LiveBroker, first), ttl=0.6)
    two = GatewayServer(client, lambda account: cast(LiveBroker, second), ttl=0.6)
    one.start(["7"])
    told: list[OrderReport] = []
    broker = GatewayBroker(client, "7", timeout=5.0)
    broker.subscribe_orders(told.append)
    one.stop()
    two.start(["7"])
    try:
        until(lambda: second.handlers)
        second.tell("orders", OrderReport(OrderStatus.FILLED, order_id="9"))
        until(lambda: [report.order_id for report in told] == ["9"])
    finally:
        broker.disconnect()
        two.stop()


def test_calls_that_are_not_a_brokers_are_refused(client: "redis.Redis", server: GatewayServer) -> None:
    request = json.dumps({"id": "r1", "account": "7", "method": "__init__", "arguments": ["[]", {}]})
    client.rpush(keys.queue("7"), f"{int(time.time() * 1000) + 5000} {request}")
    _, text = cast(Any, client.blpop([keys.reply("r1")], timeout=5))
    assert "no such call" in json.loads(text)["error"]["message"]
