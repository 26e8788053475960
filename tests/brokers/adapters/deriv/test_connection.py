"""The connection that lasts, against a server on this machine."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.adapters.deriv.connection import BackOff, Connection
from brokers.adapters.deriv.frames import Frame, Message
from brokers.adapters.deriv.rest import DerivAccount
from brokers.adapters.deriv.socket import Timing
from brokers.adapters.deriv.subscriptions import SubscriptionBook
from brokers.errors import AuthenticationFailed, BrokerError, BrokerUnavailable, InvalidOrder, OutcomeUnknown
from brokers.interface import ConnectionState, Secret
from brokers.ratelimit import LocalRateLimiter, Throttle
from tests.brokers.adapters.deriv.desk import until
from tests.brokers.adapters.deriv.local import Answer, LocalServer, local_server


class CountingLogin:
    """A new address each time, as with one-time passwords."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.given: list[str] = []
        self.refusal: BrokerError | None = None

    def url(self) -> Secret:
        if self.refusal is not None:
            raise self.refusal
        self.given.append(f"{self.server.url}/?otp={len(self.given)}")
        return Secret(self.given[-1])

    def greet(self, call: Callable[[Frame], Message]) -> DerivAccount | None:
        return None


def made(server: LocalServer, **options: Any) -> tuple[Connection, CountingLogin]:
    login = CountingLogin(server)
    options = {"timing": Timing(ping=5, silence=10, connect=3, reply=0.5), "back_off": BackOff(0.02, 0.1)} | options
    connection = Connection(login, Throttle(LocalRateLimiter()), "user", random_source=random.Random(1), **options)
    return connection, login


def answering(**replies: Any) -> Answer:
    def answer(frame: dict[str, Any]) -> list[dict[str, Any]]:
        for name, messages in replies.items():
            if name in frame:
                return messages if isinstance(messages, list) else [messages]
        return [{"ok": 1}]

    return answer


def test_every_connection_has_an_address_of_its_own() -> None:
    with local_server() as server:
        connection, login = made(server)
        connection.open()
        connection.open()
        assert login.given == [f"{server.url}/?otp=0"]
        for number in (1, 2):
            server.connections[-1].close()
            until(lambda number=number: connection.status().reconnects == number)
        assert len(set(login.given)) == 3
        status = connection.status()
        assert status.state == ConnectionState.CONNECTED
        assert status.last_reconnect_at is not None
        connection.close()


def test_an_offer_does_not_outlive_its_connection() -> None:
    with local_server() as server:
        connection, _ = made(server)
        connection.open()
        before = connection.generation
        assert connection.call({"buy": "x", "price": 1}, write=True, generation=before)["ok"] == 1
        server.connections[0].close()
        until(lambda: connection.status().reconnects == 1)
        with pytest.raises(BrokerUnavailable):
            connection.call({"buy": "x", "price": 1}, write=True, generation=before)
        assert len(server.calls("buy")) == 1
        connection.close()


def test_a_login_that_is_refused_later_ends_the_trying() -> None:
    with local_server() as server:
        connection, login = made(server)
        connection.open()
        login.refusal = AuthenticationFailed("revoked")
        server.connections[0].close()
        until(lambda: connection.status().state == ConnectionState.REFUSED)
        assert connection.status().error == "revoked"
        with pytest.raises(BrokerUnavailable):
            connection.call({"time": 1})


def test_it_goes_on_trying_through_other_failures() -> None:
    with local_server() as server:
        connection, login = made(server)
        connection.open()
        login.refusal = BrokerUnavailable("down")
        server.connections[0].close()
        until(lambda: connection.status().error == "down")
        login.refusal = None
        until(lambda: connection.status().state == ConnectionState.CONNECTED)
        assert connection.call({"time": 1})["ok"] == 1
        connection.close()


def test_streams_are_asked_for_again_and_forgotten_in_the_end() -> None:
    numbers = iter(range(100))

    def answer(frame: dict[str, Any]) -> list[dict[str, Any]]:
        if "ticks" in frame:
            return [{"tick": {"quote": 1}, "subscription": {"id": f"s{next(numbers)}"}}]
        return [{"ok": 1}]

    heard: list[Message] = []
    with local_server(answer) as server:
        connection, _ = made(server)
        book = SubscriptionBook(connection)
        connection.on_reconnect(book)
        connection.open()
        first = book.add("ticks:A", {"ticks": "A", "subscribe": 1}, heard.append)
        second = book.add("ticks:A", {"ticks": "A", "subscribe": 1}, heard.append)
        assert len(server.calls("ticks")) == 1
        server.connections[0].close()
        until(lambda: len(server.calls("ticks")) == 2)
        until(lambda: len(heard) >= 3)
        book.remove(first)
        assert server.calls("forget") == []
        book.remove(second)
        assert [frame["forget"] for frame in server.calls("forget")] == ["s1"]
        connection.close()


def test_a_stream_that_runs_already_is_no_failure() -> None:
    error = {"error": {"code": "AlreadySubscribed", "message": "You are already subscribed."}}
    with local_server(answering(ticks=error)) as server:
        connection, _ = made(server)
        book = SubscriptionBook(connection)
        connection.open()
        book.add("ticks:A", {"ticks": "A"}, lambda message: None)
        assert book.topics() == {"ticks:A"}
        connection.close()


def test_what_is_not_answered_is_unknown_for_a_write_alone() -> None:
    with local_server(answering(buy=[], balance=[])) as server:
        connection, _ = made(server)
        connection.open()
        with pytest.raises(OutcomeUnknown, match="buy"):
            connection.call({"buy": "x", "price": 1}, write=True)
        with pytest.raises(BrokerUnavailable, match="balance"):
            connection.call({"balance": 1})
        connection.close()


@pytest.mark.parametrize(
    ("code", "write", "kind"),
    [
        ("InvalidContractProposal", True, InvalidOrder),
        ("PriceMoved", True, InvalidOrder),
        ("MarketIsClosed", True, InvalidOrder),
        ("InvalidToken", False, AuthenticationFailed),
        ("WrongResponse", True, OutcomeUnknown),
        ("WrongResponse", False, BrokerUnavailable),
        ("", False, InvalidOrder),
    ],
)
def test_refusals_have_their_kind(code: str, write: bool, kind: type[BrokerError]) -> None:
    with local_server(answering(sell={"error": {"code": code, "message": "So it is."}})) as server:
        connection, _ = made(server)
        connection.open()
        with pytest.raises(kind, match="So it is"):
            connection.call({"sell": 1, "price": 0}, write=write)
        connection.close()


def test_a_callback_that_fails_stops_nobody() -> None:
    done: list[int] = []
    with local_server() as server:
        connection, _ = made(server)
        connection.open()
        connection.post(lambda: done.append(1 // 0))
        connection.post(lambda: done.append(2))
        until(lambda: done == [2])
        connection.close()


@given(st.integers(0, 200), st.integers(0, 2**32))
def test_the_back_off_grows_to_its_bound(attempt: int, seed: int) -> None:
    back_off = BackOff(0.5, 30.0)
    seconds = back_off.seconds(attempt, random.Random(seed))
    assert seconds == back_off.seconds(attempt, random.Random(seed))
    full = min(30.0, 0.5 * 2**attempt)
    assert full / 2 <= seconds <= full
