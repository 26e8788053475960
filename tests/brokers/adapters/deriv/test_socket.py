"""One connection, against a server on this machine."""

import threading
import time
from decimal import Decimal
from typing import Any

import pytest

from brokers.adapters.deriv.socket import NoReplyError, NotSentError, Timing, Wire
from brokers.errors import BrokerUnavailable
from brokers.interface import Secret
from tests.brokers.adapters.deriv.desk import until
from tests.brokers.adapters.deriv.local import local_server

QUICK = Timing(ping=0.1, silence=1.0, connect=2.0, reply=0.3)


def ends() -> tuple[list[str], Any]:
    reasons: list[str] = []
    return reasons, lambda wire, reason: reasons.append(reason)


def test_replies_find_their_requests_whatever_their_order() -> None:
    held: list[dict[str, Any]] = []

    def answer(frame: dict[str, Any]) -> list[dict[str, Any]]:
        if "time" not in frame:
            return [{"pong": 1}]
        held.append(frame)
        if len(held) < 8:
            return []
        return [{"time": one["time"], "req_id": one["req_id"]} for one in reversed(held)]

    replies: dict[int, Any] = {}
    with local_server(answer) as server:
        wire = Wire(Secret(server.url), Timing(reply=5.0), lambda wire, reason: None)

        def ask(number: int) -> None:
            replies[number] = wire.call({"time": number})["time"]

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wire.close()
    assert replies == {number: number for number in range(8)}


def test_what_follows_a_reply_goes_to_its_listener() -> None:
    heard: list[Any] = []
    with local_server(lambda frame: [{"tick": n} for n in range(3)] if "ticks" in frame else []) as server:
        wire = Wire(Secret(server.url), QUICK, lambda wire, reason: None)
        assert wire.call({"ticks": "R_100"}, heard.append)["tick"] == 0
        until(lambda: [message["tick"] for message in heard] == [0, 1, 2])
        wire.close()


def test_prices_keep_their_digits() -> None:
    with local_server(lambda frame: [{"price": 0.1}]) as server:
        wire = Wire(Secret(server.url), QUICK, lambda wire, reason: None)
        assert wire.call({"time": 1})["price"] == Decimal("0.1")
        wire.close()


def test_it_pings_and_the_answers_keep_it_open() -> None:
    reasons, on_end = ends()
    with local_server(lambda frame: [{"ping": "pong"}]) as server:
        wire = Wire(Secret(server.url), Timing(ping=0.05, silence=0.5), on_end)
        until(lambda: len(server.calls("ping")) >= 12)
        assert (reasons, wire.ended) == ([], False)
        assert wire.latency_ms is not None
        wire.close()
    until(lambda: reasons)


def test_silence_is_the_end() -> None:
    reasons, on_end = ends()
    with local_server(lambda frame: []) as server:
        wire = Wire(Secret(server.url), Timing(ping=0.1, silence=0.3), on_end)
        until(lambda: reasons == ["silent"])
        assert wire.ended
        with pytest.raises(NotSentError):
            wire.call({"time": 1})
        assert len(server.calls("ping")) >= 2


def test_a_request_without_an_answer_ends_in_time() -> None:
    with local_server(lambda frame: []) as server:
        wire = Wire(Secret(server.url), QUICK, lambda wire, reason: None)
        with pytest.raises(NoReplyError):
            wire.call({"buy": "x"})
        wire.close()


def test_those_who_wait_learn_at_once_that_the_connection_ended() -> None:
    reasons, on_end = ends()
    with local_server(lambda frame: []) as server:
        wire = Wire(Secret(server.url), Timing(reply=30.0), on_end)
        threading.Timer(0.2, lambda: server.connections[0].close()).start()
        started = time.monotonic()
        with pytest.raises(NoReplyError):
            wire.call({"buy": "x"})
        assert time.monotonic() - started < 10
        until(lambda: reasons)


def test_messages_that_nobody_understands_are_left_aside() -> None:
    def answer(frame: dict[str, Any]) -> list[dict[str, Any]]:
        server.connections[0].send("no json")
        server.connections[0].send("[1, 2]")
        server.connections[0].send('{"req_id": "x"}')
        return [{"error": {"code": "X"}, "req_id": 999}, {"ok": 1}, {"ok": 2}]

    with local_server(answer) as server:
        wire = Wire(Secret(server.url), QUICK, lambda wire, reason: None)
        assert wire.call({"time": 1})["ok"] == 1
        wire.close()


def test_nobody_there() -> None:
    with pytest.raises(BrokerUnavailable) as refused:
        Wire(Secret("ws://127.0.0.1:9/?otp=secret"), QUICK, lambda wire, reason: None)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
