"""The Deriv client: ticks a second through it, an order's cost over the bare socket, reconnect to reconciled.

Aims: >= 5,000 ticks/s to a handler; an order takes at most 5 ms longer; reconciled within 1 s of the loss.
"""

import contextlib
import itertools
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import redis
import websocket
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from benchmarks.harness import machine, percentile
from tests.servers import redis_server

TICKS = 50_000
ORDERS = 100
OPEN_CONTRACTS = 50
ROUNDS = 10


def main() -> None:
    print(machine())
    ticks()
    from brokers.simulator.server import running_simulator

    for api in ("current", "legacy"):
        with running_simulator(seed=1) as simulator, redis_server() as url:
            os.environ["SIGNALIST_SIMULATOR_URL"] = simulator.url
            print(f"\n{api} API, at the simulator")
            client = redis.Redis.from_url(url)
            orders(api, simulator.ws_url, client)
            reconnects(api, simulator.control, client)


@contextlib.contextmanager
def tick_server() -> Iterator[str]:
    """Answers a subscription with all the ticks at once."""

    def handle(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for text in connection:
                frame = json.loads(text)
                if "ticks" not in frame:
                    connection.send(json.dumps({"ping": "pong", "req_id": frame["req_id"]}))
                    continue
                tick = {"ask": 1500.02, "bid": 1500.0, "epoch": 1_795_000_000, "pip_size": 2, "quote": 1500.01}
                message = {"echo_req": frame, "msg_type": "tick", "req_id": frame["req_id"], "tick": tick}
                text = json.dumps(message | {"subscription": {"id": "c84a793b-8a87-7999-ce10-9b22f7ceead3"}})
                for _ in range(TICKS):
                    connection.send(text)

    with serve(handle, "127.0.0.1", 0, ping_interval=None, compression=None) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()


def ticks() -> None:
    """From the socket to a handler that gets quotes, against a bare socket whose JSON is read and left."""
    with tick_server() as url:
        bare = websocket.create_connection(url)
        bare.send(json.dumps({"ticks": "R_100", "req_id": 1}))
        started = time.perf_counter()
        for _ in range(TICKS):
            json.loads(bare.recv())
        bare_seconds = time.perf_counter() - started
        bare.close()
        seconds = through_client(url)
    print(f"ticks to a handler: {TICKS / seconds:,.0f}/s; bare socket {TICKS / bare_seconds:,.0f}/s", end="")
    print(f" ({seconds / bare_seconds:.2f}x its time)")


def through_client(url: str) -> float:
    with patch("brokers.endpoints.deriv_public_socket", lambda: url):
        broker = broker_of("")
        broker.connect()
    counted, done = itertools.count(1), threading.Event()
    started = time.perf_counter()
    broker.subscribe_quotes(["R_100"], lambda quote: done.set() if next(counted) == TICKS else None)
    assert done.wait(120)
    seconds = time.perf_counter() - started
    broker.disconnect()
    return seconds


def broker_of(token: str, api: str = "current", client: "redis.Redis | None" = None) -> Any:
    from brokers.adapters.deriv import DerivBroker
    from brokers.interface import Credentials, Environment, Secret

    fields = {"token": token, "app_id": "1089", "api": api}
    keys = Credentials({name: Secret(text) for name, text in fields.items() if text}, Environment.TEST)
    return DerivBroker(keys, random_source=random.Random(1), redis_client=client)


def order(number: int) -> Any:
    from brokers.interface import ContractTerms, ContractType, OrderRequest, Side

    terms = ContractTerms(ContractType.MULTUP, Decimal(1), multiplier=Decimal(100))
    return OrderRequest(f"bench-{number}", "R_100", Side.BUY, Decimal(1), contract=terms)


def orders(api: str, ws_url: str, client: "redis.Redis") -> None:
    """Proposal, buy and the contract's state, through the adapter (with its record and budgets in Redis) and on a bare
    socket of the legacy API.
    """
    bare = websocket.create_connection(f"{ws_url}/deriv/websockets/v3?app_id=1089")

    def ask(**frame: Any) -> Any:
        bare.send(json.dumps(frame))
        return json.loads(bare.recv())

    ask(authorize="sim-token-2")
    terms = {"amount": 1, "basis": "stake", "contract_type": "MULTUP", "currency": "USD", "multiplier": 100}
    bare_times = []
    for _ in range(ORDERS):
        started = time.perf_counter()
        offer = ask(proposal=1, symbol="R_100", **terms)["proposal"]
        bought = ask(buy=offer["id"], price=offer["ask_price"])["buy"]
        ask(proposal_open_contract=1, contract_id=bought["contract_id"])
        bare_times.append(time.perf_counter() - started)
    bare.close()
    broker = broker_of("sim-token-3", api, client)
    broker.connect()
    quote, instrument = broker.quote("R_100"), broker.get_instrument_info("R_100")
    times = []
    for number in range(ORDERS):
        started = time.perf_counter()
        broker.place_order(order(number), quote, instrument)
        times.append(time.perf_counter() - started)
    broker.disconnect()
    mine, theirs = percentile(times, 50) * 1000, percentile(bare_times, 50) * 1000
    print(f"order, three round trips: p50 {mine:.2f} ms; bare socket {theirs:.2f} ms", end="")
    print(f" (+{mine - theirs:.2f} ms, {mine / theirs:.2f}x)")


def reconnects(api: str, control: Any, client: "redis.Redis") -> None:
    """From the loss of the connection until a sale made meanwhile is told; the first back-off (0.25-0.5 s) included."""
    from brokers.errors import BrokerUnavailable
    from brokers.interface import ConnectionState

    broker, other = (broker_of("sim-token-1", api, client) for _ in range(2))
    broker.connect()
    other.connect()
    quote, instrument = other.quote("R_100"), other.get_instrument_info("R_100")
    bought = [other.place_order(order(number), quote, instrument) for number in range(OPEN_CONTRACTS)]
    told = {report.order_id: threading.Event() for report in bought}
    broker.subscribe_orders(lambda report: told[report.contract.contract_id].set() if report.reduce_only else None)
    times = []
    for number, report in enumerate(bought[:ROUNDS]):
        control.set_faults({"call": "balance", "kind": "disconnect_before", "times": 1})
        started = time.perf_counter()
        with contextlib.suppress(BrokerUnavailable):
            broker.get_balance()
        assert broker.get_connection_status().state == ConnectionState.CONNECTING
        request = replace(order(1000 + number), contract=None, reduce_only=True, position_id=report.order_id)
        other.place_order(request, quote, instrument)
        assert told[report.order_id].wait(30)
        times.append(time.perf_counter() - started)
    broker.disconnect()
    other.disconnect()
    p50, worst = percentile(times, 50), max(times)
    print(f"loss to reconciled, {OPEN_CONTRACTS} open contracts: p50 {p50:.2f} s, worst {worst:.2f} s of {ROUNDS}")


if __name__ == "__main__":
    main()
